"""Older tables are brought up in one step, and those of a later version are refused."""

from __future__ import annotations

import psycopg
import pytest

from hierhash.errors import HierhashError, RunError
from hierhash.retrieval.open_store import open_database
from hierhash.retrieval.postgres import migrations
from hierhash.testing.small_store import small_index, small_run
from tests.retrieval.postgres.stores import content

SECOND = (
    "ALTER TABLE items ADD COLUMN seen integer NOT NULL DEFAULT {bits}",
    "CREATE INDEX items_seen ON items (seen)",
)


def schema_of(store):
    return store.name.partition("#")[2]


def execute(dsn, store, statement):
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"SET search_path = {schema_of(store)}, public")
        found = connection.execute(statement)
        return found.fetchall() if found.description else []


@pytest.fixture
def store(make, tmp_path):
    return make(small_index(small_run(tmp_path / "run"), 12))


def test_the_tables_of_an_earlier_version_are_brought_up(store, dsn, monkeypatch):
    before = content(store)
    monkeypatch.setattr(migrations, "STEPS", [*migrations.STEPS, SECOND])
    later = open_database(store.name)
    assert later.info()["tables"] == 2
    assert content(later) == before
    assert execute(dsn, store, "SELECT DISTINCT seen FROM items") == [(32,)]
    later.remove([before[0][0]])
    later.verify()
    later.close()


def test_a_step_that_fails_changes_nothing(store, dsn, monkeypatch):
    before = content(store)
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "STEPS", [*migrations.STEPS, (*SECOND, "SELECT 1/0")])
        with pytest.raises(HierhashError, match="PostgreSQL says: division by zero") as caught:
            open_database(store.name)
        assert "\n" not in str(caught.value)
    again = open_database(store.name)
    assert (again.info()["tables"], content(again)) == (1, before)
    again.close()


def test_tables_of_no_version_yet_become_an_empty_index(store, dsn):
    about = execute(dsn, store, "SELECT manifest FROM about")
    for table in ("details", "cells", "items", "run_parts"):
        execute(dsn, store, f"DROP TABLE {table}")
    execute(dsn, store, "UPDATE about SET version = 0")
    assert about
    again = open_database(store.name)
    assert (again.info()["tables"], again.info()["items"]) == (1, 0)
    again.close()


def test_tables_of_a_later_version_are_refused(store, dsn):
    execute(dsn, store, "UPDATE about SET version = 7")
    with pytest.raises(RunError, match=r"made by a later hierhash \(tables 7, this one knows 1\)"):
        open_database(store.name)
    execute(dsn, store, "UPDATE about SET version = 1, manifest = '[]'")
    with pytest.raises(RunError, match="the table about is damaged"):
        open_database(store.name)


DAMAGE = {
    "a line": "UPDATE details SET line = replace(line::text, '7d', '7e')::bytea WHERE \"row\" = 3",
    "labels": 'UPDATE details SET labels = \'{"category": [], "colour": []}\' WHERE "row" = 1',
    "a code": 'UPDATE items SET code = ~code WHERE "row" = 2',
    "terms": "UPDATE details SET terms = terms || '{more}' WHERE \"row\" = 4",
    "words": "UPDATE details SET words = 'x' WHERE \"row\" = 5",
    "numbers": "UPDATE cells SET number = 1 WHERE number IS NULL",
    "cells": 'DELETE FROM cells WHERE "row" = 6',
    "an id": "UPDATE items SET id = 'other' WHERE \"row\" = 0",
    "details": 'DELETE FROM details WHERE "row" = 8',
    "rows": "UPDATE about SET next_row = 3",
    "a run file": "UPDATE run_parts SET content = 'x' WHERE name = 'model.safetensors'",
    "a lost run file": "DELETE FROM run_parts WHERE name = 'model.json'",
}


@pytest.mark.parametrize("what", DAMAGE)
def test_what_was_changed_by_hand_is_found(store, dsn, what):
    store.verify()
    execute(dsn, store, DAMAGE[what])
    with pytest.raises(RunError) as caught:
        store.verify()
    assert "\n" not in str(caught.value)
