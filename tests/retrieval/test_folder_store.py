"""A folder keeps the promises of every store, and sees what others changed when it is told to."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import numpy as np
import pytest

from hierhash.retrieval.exact import ExactIndex
from hierhash.retrieval.folder_store import FolderStore
from hierhash.testing.check_store import CHECKS, Subject, check_store
from hierhash.testing.small_store import small_index, small_run


@pytest.fixture
def make(tmp_path):
    names = count()

    def made(index: ExactIndex) -> FolderStore:
        place = tmp_path / f"index {next(names)}"
        index.save(place)
        return FolderStore(place)

    return made


def reopen(store):
    return FolderStore(Path(store.name))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_it_keeps_the_promises_of_a_store(make, tmp_path, check):
    check(Subject(make, reopen, small_run(tmp_path / "run")))


def test_what_another_added_is_there_after_a_refresh(make, tmp_path):
    run = small_run(tmp_path / "run")
    store = make(small_index(run, 5))
    other = FolderStore(store.folder)
    other.add(small_index(run, 2, first=100))
    assert (len(store), len(other)) == (5, 7)
    store.refresh()
    assert len(store) == 7


class ForgetsTheLast(FolderStore):
    """Answers one item fewer below a node than there are."""

    def nearest(self, queries, k, where=()):
        distances, rows = super().nearest(queries, k, where)
        return (distances, rows) if not where else (distances[:, :-1], rows[:, :-1])


class OrdersTiesFromTheEnd(FolderStore):
    """Gives equal distances in another order."""

    def nearest(self, queries, k, where=()):
        distances, rows = super().nearest(queries, len(self), where)
        order = np.lexsort((-rows, distances))[:, :k]
        return np.take_along_axis(distances, order, 1), np.take_along_axis(rows, order, 1)


class RemovesNothing(FolderStore):
    """Says that it removed items."""

    def remove(self, ids):
        return len(self) - len(ids)


@pytest.mark.parametrize("broken", [ForgetsTheLast, OrdersTiesFromTheEnd, RemovesNothing])
def test_what_breaks_a_promise_is_found(make, broken):
    with pytest.raises(AssertionError):
        check_store(lambda index: broken(make(index).folder), lambda store: store)
