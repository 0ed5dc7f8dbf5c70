"""How often a database is asked how many items it holds."""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace

import pytest

from hierhash.serving import item_count
from hierhash.serving.item_count import ItemCount
from hierhash.serving.opening import OpenedIndex


class Slow:
    """A store that counts when it is told to."""

    def __init__(self):
        self.asked, self.goes, self.fails = 0, threading.Event(), False

    def __len__(self):
        self.asked += 1
        self.goes.wait(10)
        if self.fails:
            raise OSError("gone")
        return 7


@pytest.fixture
def slow(monkeypatch):
    monkeypatch.setattr(item_count, "WAIT", 0.2)
    return Slow()


def of(store):
    return OpenedIndex(SimpleNamespace(store=store), {"items": 5}, None)


def test_it_is_asked_once_at_a_time_and_not_again_too_soon(slow):
    async def asks():
        count, opened = ItemCount(), of(slow)
        assert await asyncio.gather(*(count.now(opened) for _ in range(50))) == [5] * 50
        assert await count.now(opened) == 5
        assert slow.asked == 1
        slow.goes.set()
        await count._counting
        assert [await count.now(opened) for _ in range(3)] == [7, 7, 7]
        assert slow.asked == 1

    asyncio.run(asks())


def test_a_database_that_is_gone_leaves_the_last_number(slow):
    slow.fails = True
    slow.goes.set()

    async def asks():
        count, opened = ItemCount(), of(slow)
        assert [await count.now(opened) for _ in range(3)] == [5, 5, 5]
        assert slow.asked == 1

    asyncio.run(asks())


def test_another_index_is_counted_anew(slow, monkeypatch):
    monkeypatch.setattr(item_count, "WAIT", 5.0)
    slow.goes.set()

    async def asks():
        count = ItemCount()
        assert await count.now(of(slow)) == 7
        assert await count.now(of(range(9))) == 9
        folder = OpenedIndex(SimpleNamespace(), {"items": 3}, ("a folder",))
        assert await count.now(folder) == 3

    asyncio.run(asks())


def test_the_number_is_asked_for_again_in_time(slow, monkeypatch):
    monkeypatch.setattr(item_count, "WAIT", 5.0)
    monkeypatch.setattr(item_count, "AGE", 0.0)
    slow.goes.set()

    async def asks():
        count, opened = ItemCount(), of(slow)
        assert [await count.now(opened) for _ in range(3)] == [7, 7, 7]
        assert slow.asked == 3

    asyncio.run(asks())


def test_health_asks_it(make_client, opened, slow):
    slow.run, slow.name = opened.session.store.run, "db"
    slow.goes.set()
    one = OpenedIndex(SimpleNamespace(store=slow), dict(opened.about), None)
    with make_client(index=one) as client:
        assert client.get("/api/health").json()["items"] == 7
