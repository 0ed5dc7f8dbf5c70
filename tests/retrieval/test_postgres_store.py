"""A database keeps the promises of every store."""

from __future__ import annotations

import pytest

from hierhash.testing.check_store import CHECKS, Subject
from hierhash.testing.small_store import small_run
from tests.retrieval.postgres_server import _cache, make, reopen, server  # noqa: F401


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_it_keeps_the_promises_of_a_store(make, tmp_path, check):  # noqa: F811
    check(Subject(make, reopen, small_run(tmp_path / "run")))
