"""An application over the small index, asked in this process; and servers on ports of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from functools import partial

import httpx
import pytest
from starlette.testclient import TestClient

from hierhash.serving.app import make_app
from hierhash.serving.current import Current
from hierhash.serving.limits import Limits
from hierhash.serving.metrics import Metrics
from hierhash.serving.opening import open_index


@pytest.fixture(scope="session")
def opened(trained):
    return open_index(str(trained / "index"))


@pytest.fixture
def make_client(opened):
    """Makes clients of applications; errors of the server are answers, as for a real client."""

    def made(key=None, index=opened, **limits):
        current = Current(index)
        metrics = Metrics(lambda: current.now.about["items"])
        app = make_app(current, metrics, Limits(**limits), key)
        return TestClient(app, raise_server_exceptions=False)

    return made


@pytest.fixture
def client(make_client):
    return make_client()


class Server:
    """A running ``hierhash serve``."""

    def __init__(self, process, log):
        self.process, self._log = process, log
        self.url = ""

    def said(self):
        return self._log.read_text()

    def wait_until(self, words, seconds=60.0):
        until = time.monotonic() + seconds
        while words not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < until, self.said()
            time.sleep(0.05)

    def get(self, path, **params):
        return httpx.get(self.url + path, params=params, timeout=60)


@contextmanager
def running(log, index, *options, env=None):
    """A server on a port of its own, until the block ends."""
    command = [sys.executable, "-m", "hierhash.cli.main", "serve", str(index), "--port", "0"]
    with log.open("w") as out:
        process = subprocess.Popen(
            [*command, *map(str, options)],
            stdout=out,
            stderr=out,
            env={**os.environ, **(env or {})},
        )
    server = Server(process, log)
    try:
        server.wait_until("http://")
        server.url = server.said().partition(" at ")[2].split()[0]
        yield server
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()


@pytest.fixture
def serve(tmp_path):
    """Starts servers; see ``running``."""
    return partial(running, tmp_path / "server.log")
