"""The description is true: made-up requests get only answers that it names, in the form it says."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def ask(make_client, examples):
    client = make_client()
    schema = schemathesis.openapi.from_asgi("/openapi.json", client.app)
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=examples,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @operation_given(operation)
        def one(case):
            case.call_and_validate(checks=CHECKS)

        one()


def operation_given(operation):
    from hypothesis import given

    return given(case=operation.as_strategy())


def test_made_up_requests_are_answered_as_described(make_client):
    ask(make_client, 12)


@pytest.mark.slow
def test_many_made_up_requests_are_answered_as_described(make_client):
    ask(make_client, 300)
