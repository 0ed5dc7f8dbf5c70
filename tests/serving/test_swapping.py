"""An index that changes while it is served: no request is dropped, and new items are found."""

from __future__ import annotations

import asyncio
import gc
import json
import shutil
import signal
import threading
import time
import weakref

import pytest
from starlette.testclient import TestClient

from hierhash.errors import RunError
from hierhash.retrieval.changing import compact
from hierhash.serving import current as currents
from hierhash.serving import server as serving
from hierhash.serving import service
from hierhash.serving.app import make_app
from hierhash.serving.current import Current, Watcher
from hierhash.serving.metrics import Metrics
from hierhash.serving.opening import open_index, state_of
from tests.cli.small_run import hierhash


@pytest.fixture
def new_items(tmp_path):
    new = tmp_path / "new.jsonl"
    rows = [{"id": f"new{n}", "text": "hats galaxy", "labels": ["Wear/Hats"]} for n in range(3)]
    new.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return new


class Hammer:
    """Asks without a pause; keeps the status of every answer."""

    def __init__(self, server):
        self.statuses, self._ends = [], threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(server,)) for _ in range(2)]

    def _ask(self, server):
        while not self._ends.is_set():
            try:
                self.statuses.append(server.get("/api/search", text="hats", k=3).status_code)
            except Exception as error:
                self.statuses.append(repr(error))

    def __enter__(self):
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_):
        self._ends.set()
        for one in self._threads:
            one.join()


def until(server, items):
    limit = time.monotonic() + 60
    while server.get("/api/health").json()["items"] != items:
        assert time.monotonic() < limit, server.said()
        time.sleep(0.1)


def test_no_request_is_dropped_while_it_is_rebuilt(serve, index_copy, tmp_path, new_items):
    link = tmp_path / "live"
    link.symlink_to(index_copy)
    other = shutil.copytree(index_copy, tmp_path / "other")
    assert hierhash("index", "add", other, new_items).code == 0
    with serve(link, "--watch", "0.1") as server, Hammer(server) as hammer:
        until(server, 28)
        replacing = tmp_path / "next"
        replacing.symlink_to(other)
        replacing.replace(link)  # one step
        until(server, 31)
        assert hierhash("index", "remove", other, "new0").code == 0
        until(server, 30)
        compact(other)
        server.wait_until("items", 10)
        found = server.get("/api/search", text="galaxy", k=5).json()["hits"]
        assert {hit["id"] for hit in found} == {"new1", "new2"}
        shutil.rmtree(index_copy)
        time.sleep(0.5)
    assert set(hammer.statuses) == {200}
    assert len(hammer.statuses) > 20


def test_a_damaged_one_is_told_once_and_the_old_goes_on(serve, index_copy):
    with serve(index_copy, "--watch", "0.1") as server:
        codes = index_copy / "codes.npy"
        whole = codes.read_bytes()
        codes.write_bytes(whole[:-1])
        server.wait_until("the index in use stays")
        time.sleep(0.8)
        assert server.said().count("the index in use stays") == 1
        assert server.get("/api/search", text="hats").status_code == 200
        assert 'hierhash_swaps_total{is="refused"} 1.0' in server.get("/metrics").text
        codes.write_bytes(whole)
        time.sleep(0.5)
        assert server.get("/api/search", text="hats").status_code == 200


def test_a_signal_opens_it_again(serve, index_copy, new_items):
    with serve(index_copy, "--watch", "0") as server:
        assert hierhash("index", "add", index_copy, new_items).code == 0
        time.sleep(0.3)
        assert server.get("/api/health").json()["items"] == 28
        server.process.send_signal(signal.SIGHUP)
        until(server, 31)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_what_is_asked_is_answered_before_it_ends(serve, trained, stop):
    with serve(trained / "index") as server:
        with Hammer(server):
            time.sleep(0.3)
            server.process.send_signal(stop)
            assert server.process.wait(30) == 0
        assert "Traceback" not in server.said()


def test_files_that_are_being_written_are_no_other_index(index_copy):
    before = state_of(str(index_copy))
    (index_copy / ".half").write_text("x")
    assert state_of(str(index_copy)) == before
    (index_copy / "changes.json").write_text("{}")
    assert state_of(str(index_copy)) != before
    assert state_of(str(index_copy / "gone")) is None


def test_it_waits_until_an_index_stays_as_it_is(index_copy, monkeypatch):
    name = str(index_copy)
    told, opened = [], []
    watcher = Watcher(name, Current(open_index(name)), told.append)
    monkeypatch.setattr(currents, "open_index", lambda one: opened.append(one) or open_index(one))

    async def look(changing, looks):
        running = asyncio.create_task(watcher.run(0.02))
        for number in range(looks):
            if changing:
                (index_copy / "note.txt").write_text("x" * number)
            await asyncio.sleep(0.02)
        running.cancel()

    async def looks():
        await look(True, 3)
        assert opened == []
        await look(False, 30)

    asyncio.run(looks())
    assert opened == [name]
    assert told == []  # it holds what the one in use holds


def test_nothing_holds_the_first_index_when_another_took_its_place(trained, monkeypatch):
    name, held = str(trained / "index"), []

    def run(server, sockets):
        current = server._watcher._current
        first = weakref.ref(current.now), weakref.ref(current.now.session.store)
        current.now = open_index(name)
        gc.collect()
        held.extend(one() for one in first)

    monkeypatch.setattr(serving._Watching, "run", run)
    monkeypatch.setattr(serving.signal, "signal", lambda *_: None)
    serving.serve(name, serving.Place(port=0))
    assert held == [None, None]


def test_places_of_an_index_that_still_answers_are_not_told(opened, index_copy, monkeypatch):
    other = open_index(str(index_copy))
    current = Current(opened)

    def swapped(*_):
        current.now = other
        raise RunError(f"{opened.session.store.run}: reads no texts")

    monkeypatch.setattr(service, "answer", swapped)
    app = make_app(current, Metrics(lambda: 0))
    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/api/search?text=hats").json() == {"error": "the run: reads no texts"}
