"""Mistakes of ``hierhash serve``, and what it must not cost the other verbs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

from tests.cli.small_run import hierhash, refusal


def test_a_place_where_it_cannot_listen_is_refused(trained, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = refusal(tmp_path, "serve", trained / "index", "--port", port)
        assert said.startswith(f"--host 127.0.0.1 --port {port}: cannot listen there")
    said = refusal(tmp_path, "serve", trained / "index", "--host", "no.such.host.invalid")
    assert "no such address" in said
    assert "cannot listen" in refusal(tmp_path, "serve", trained / "index", "--host", "192.0.2.1")


def test_what_is_no_index_or_no_size_is_refused(trained, tmp_path):
    assert "no such index" in refusal(tmp_path, "serve", tmp_path / "none", "--port", "0")
    assert "a run, not an index" in refusal(tmp_path, "serve", trained / "run", "--port", "0")
    said = refusal(tmp_path, "serve", trained / "index", "--largest-body", "much")
    assert said.startswith("--largest-body: 'much' is no size")
    assert "--api-key: empty" in refusal(tmp_path, "serve", trained / "index", "--api-key", " ")


def test_a_key_that_is_no_text_is_refused(trained, tmp_path, monkeypatch):
    monkeypatch.setitem(os.environb, b"HIERHASH_API_KEY", b"k\xff")
    said = refusal(tmp_path, "serve", trained / "index", "--port", "0")
    assert said.startswith("HIERHASH_API_KEY: not UTF-8")


def test_everybody_may_ask_is_said(serve, trained):
    with serve(trained / "index", "--host", "0.0.0.0") as server:
        assert "note: --host 0.0.0.0: who reaches this machine can search" in server.said()
    with serve(trained / "index", env={"HIERHASH_API_KEY": "word"}) as server:
        assert "note:" not in server.said()
        assert server.get("/api/index").status_code == 401


def test_a_missing_package_is_named(trained, monkeypatch):
    monkeypatch.setitem(sys.modules, "fastapi", None)
    for name in [one for one in sys.modules if one.startswith("hierhash.serving")]:
        monkeypatch.delitem(sys.modules, name)
    said = hierhash("serve", trained / "index")
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "hierhash serve needs fastapi: pip install 'hierhash[serve]'" in said.err


def test_help_loads_no_server():
    code = (
        "import sys; sys.argv = ['hierhash', '--help']\n"
        "from hierhash.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([one for one in ('fastapi', 'uvicorn', 'starlette', 'torch') if one in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip().endswith("[]")
