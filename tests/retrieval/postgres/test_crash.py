"""A crash at every statement and every commit leaves the state before or after, never a mixture."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from functools import partial

import numpy as np
import psycopg
import pytest

from hierhash.errors import HierhashError, InputError, RunError
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.open_store import make_store, open_database
from hierhash.retrieval.postgres import link
from hierhash.testing.small_store import small_index, small_run
from tests.retrieval.postgres.stores import content

NEW = LabelTree.from_nested(
    {"Clothes": {"Tops": ["Shirts", "Tunics"], "Shoes": []}, "Home": ["Lamps", "Beds & Co"]},
    name="shop",
)


class Crash(BaseException):
    """The process is gone."""


class Dying:
    """Lets a client die, or loses its connection, at the statement ``at``.

    Args:
        at: Which statement, from 1.
        how: ``before`` it, ``after`` it, or ``killed``: the server ends the connection before it.
        other: A connection to kill from.
    """

    def __init__(self, at, how, other):
        self.at, self.how, self.other = at, how, other
        self.calls, self.done = 0, []

    def run(self, cursor, statement, real):
        self.calls += 1
        if self.calls == self.at and self.how == "before":
            self.crash(cursor)
        if self.calls == self.at and self.how == "killed":
            pid = cursor.connection.info.backend_pid
            end(self.other, pid)
        found = real()
        self.done.append(statement)
        if self.calls == self.at and self.how == "after":
            self.crash(cursor)
        return found

    def crash(self, cursor):
        cursor.connection.close()
        raise Crash

    def connect(self, told):
        dying = self

        class Cursor(psycopg.Cursor):
            def execute(self, query, *args, **options):
                own = super().execute
                return dying.run(self, query, lambda: own(query, *args, **options))

            def copy(self, query, *args, **options):
                own = super().copy
                return dying.run(self, query, lambda: own(query, *args, **options))

        class ServerCursor(psycopg.ServerCursor):
            def execute(self, query, *args, **options):
                own = super().execute
                return dying.run(self, query, lambda: own(query, *args, **options))

        connection = CONNECT(told)
        connection.cursor_factory, connection.server_cursor_factory = Cursor, ServerCursor
        return connection


CONNECT = link._connect


def end(other, pid):
    """Ends a connection from another, and waits until it has ended."""
    other.execute("SELECT pg_terminate_backend(%s)", [pid])
    while other.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [pid]).fetchall():
        time.sleep(0.002)


def dies(work, dying, monkeypatch):
    """Whether work that dies on its way is not acknowledged."""
    with monkeypatch.context() as patched:
        patched.setattr(link, "_connect", dying.connect)
        try:
            work()
        except (Crash, HierhashError):
            return True
    return False


def last(statement):
    """What a statement is, shortened."""
    text = statement if isinstance(statement, str) else statement.as_string()
    return text.split()[0]


@pytest.fixture
def run(tmp_path):
    return small_run(tmp_path / "run")


@pytest.fixture
def other(dsn):
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("how", ["before", "after", "killed"])
@pytest.mark.parametrize("name", ["add", "remove", "relabel"])
def test_a_crash_at_every_statement_leaves_one_state_or_the_other(
    make, run, other, monkeypatch, name, how
):
    new = small_index(run, 3, seed=1, first=10)
    works = {
        "add": lambda store: store.add(new, replacing=True),
        "remove": lambda store: store.remove([store.read().ids[0], store.read().ids[5]]),
        "relabel": lambda store: store.relabel(NEW),
    }
    after = make(small_index(run, 12))
    works[name](after)
    after = content(after)
    store = make(small_index(run, 12))
    before = content(store)
    assert before != after

    def work():
        own = open_database(store.name)
        try:
            works[name](own)
        finally:
            own.close()

    for at in range(1, 100):
        dying = Dying(at, how, other)
        if not dies(work, dying, monkeypatch):
            assert at > 10
            assert content(store) == after
            return
        committed = [one for one in dying.done if last(one) == "COMMIT"]
        wrote = any(last(one) in ("DELETE", "COPY", "UPDATE") for one in dying.done) and committed
        there = content(store)
        assert there in (before, after)
        if there == after:  # it happened, though nobody was told: only once it was committed
            assert how == "after" or wrote
            store.verify()
            store = make(small_index(run, 12))
    pytest.fail("it never went well")


@pytest.mark.parametrize("how", ["before", "killed"])
def test_a_crash_while_making_leaves_nothing_or_all(new_name, run, other, monkeypatch, how):
    index = small_index(run, 8)
    name = new_name()
    for at in range(1, 200):
        dying = Dying(at, how, other)
        died = dies(partial(make_and_close, name, index), dying, monkeypatch)
        try:
            store = open_database(name)
        except RunError as error:
            assert died
            assert "no such index" in str(error)  # noqa: PT017
            continue
        assert store.read().ids == index.ids
        store.verify()
        store.close()
        if not died:
            assert at > 20
            return
        name = new_name()
    pytest.fail("it never went well")


def make_and_close(name, index):
    make_store(name, index).close()


CHANGING = """
import sys
from pathlib import Path
from hierhash.retrieval.open_store import open_database
from hierhash.testing.small_store import small_index
store = open_database(sys.argv[1])
for turn in range(1000):
    new = small_index(store.run, 4, seed=turn, first=1000 + 4 * turn)
    store.add(new)
    print(f"added {turn}", flush=True)
    if turn % 3 == 2:
        store.remove(new.ids[:2])
        print(f"removed {turn}", flush=True)
"""


@pytest.mark.parametrize("moments", [3, pytest.param(30, marks=pytest.mark.slow)])
def test_a_killed_client_loses_nothing_that_it_acknowledged(new_name, dsn, run, moments):
    rng = np.random.default_rng(moments)
    for _ in range(moments):
        name = f"{dsn}#{new_name().partition('#')[2]}"
        first = make_store(name, small_index(run, 8))
        client = subprocess.Popen(
            [sys.executable, "-c", CHANGING, name], stdout=subprocess.PIPE, text=True
        )
        said = [client.stdout.readline().split()]  # it has begun
        timer = threading.Timer(rng.uniform(0.02, 0.6), client.kill)
        timer.start()
        said += [line.split() for line in client.stdout if line.endswith("\n")]
        client.wait()
        there = set(first.read().ids)
        turns = [int(turn) for what, turn in said if what == "added"]
        removed = {int(turn) for what, turn in said if what == "removed"}
        groups = {turn: there & ids_of(turn) for turn in range(turns[-1] + 2)}
        for turn, kept in groups.items():
            # Of four ids all are there, or none, or the last two once the others are removed.
            may = [4, 2] if turn % 3 == 2 else [4]
            if turn in removed:
                may = [2]
            elif turn not in turns:
                may.append(0)
            assert len(kept) in may, (turn, kept)
        assert len(there) == 8 + sum(map(len, groups.values()))
        first.verify()
        first.add(small_index(run, 2, first=100_000))  # no lock was left
        first.close()


def ids_of(turn):
    return {f"item/{1000 + 4 * turn + place} '%" for place in range(4)}


def test_a_lost_connection_is_one_line_and_the_next_question_is_answered(make, run, other):
    store = make(small_index(run, 5))
    end(other, store._link.connection.info.backend_pid)
    with pytest.raises(HierhashError, match="the connection was lost") as caught:
        store.count()
    assert "\n" not in str(caught.value)
    assert store.count() == 5


def test_two_writers_wait_for_each_other(make, run):
    store = make(small_index(run, 4))
    refused, replaced = [], []

    def write(number):
        own = open_database(store.name)
        for turn in range(5):
            own.add(small_index(run, 2, seed=turn, first=100 + 20 * number + 2 * turn))
            # Both add these: one of them is refused, or the other replaces.
            try:
                own.add(small_index(run, 2, seed=turn, first=1000 + 2 * turn))
            except InputError:
                refused.append(turn)
            replaced.append(own.add(small_index(run, 2, first=2000), replacing=True))
        own.close()

    writers = [threading.Thread(target=write, args=[number]) for number in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    ids = store.read().ids
    assert len(ids) == len(set(ids)) == len(store) == 4 + 20 + 10 + 2
    assert sorted(refused) == list(range(5))
    assert sorted(replaced) == [0] + [2] * 9
    store.verify()


def test_a_reader_sees_whole_states_while_a_writer_changes(make, run):
    store = make(small_index(run, 4))
    wrong, reads, stop = [], set(), threading.Event()

    def read():
        own = open_database(store.name)
        while not stop.is_set():
            found = len(own.read())
            reads.add(found)
            if found % 3 != 1 or own.count() % 3 != 1:
                wrong.append(found)
        own.close()

    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(15):
        new = small_index(run, 6, seed=turn, first=100 + 6 * turn)
        store.add(new)
        store.remove(new.ids[:3])
    stop.set()
    reader.join()
    assert not wrong
    assert len(reads) > 1


def test_items_of_an_older_tree_are_refused_once_the_index_is_filed_anew(make, run):
    store, new = make(small_index(run, 12)), small_index(run, 12, seed=1, first=100)
    late = open_database(store.name)
    store.relabel(NEW)
    with pytest.raises(RunError, match="another tree than"):
        late.add(new)
    assert late.tree is None
    late.refresh()
    assert late.tree.nodes == NEW.nodes
    assert content(late) == content(store)
    late.close()


def test_what_is_read_together_is_of_one_state(make, run):
    store = make(small_index(run, 12))
    other = open_database(store.name)
    with store._link.reading():
        assert store.count() == 12
        other.remove(other.read().ids[:3])
        other.relabel(NEW)
        assert store.count() == 12
    assert store.count() == 9
    other.close()


def test_two_who_make_the_same_index_make_it_once(new_name, run):
    index, name, said = small_index(run, 4), new_name(), []

    def make_it():
        try:
            make_store(name, index).close()
            said.append("made")
        except RunError as error:
            said.append(str(error))

    makers = [threading.Thread(target=make_it) for _ in range(3)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert said.count("made") == 1
    assert sum("exists already" in one for one in said) == 2
