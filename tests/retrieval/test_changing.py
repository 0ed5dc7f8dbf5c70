"""An index that changes answers as one built of what is left would, and loses nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hierhash.errors import HierhashError, InputError, RunError
from hierhash.retrieval import additions
from hierhash.retrieval.changing import accelerate, add_items, compact, remove_items
from hierhash.retrieval.load_index import load_index
from tests.cli.small_run import hierhash

QUERY = np.arange(28)


@pytest.fixture
def index(trained, tmp_path):
    return shutil.copytree(trained / "index", tmp_path / "index")


def renamed(index, names):
    """Its first items under other ids."""
    own = index.subset(np.arange(len(names)))
    lines = [
        json.dumps(json.loads(line) | {"id": name}).encode()
        for line, name in zip(own.lines, names, strict=True)
    ]
    return replace(own, lines=lines)


def content(index):
    labels = [index.labels.subset(np.array([row])).codes.tolist() for row in range(len(index))]
    return list(zip(index.ids, map(bytes, index.codes), labels, strict=True))


def test_what_is_added_and_removed_counts_and_nothing_else_changes(index):
    first = load_index(index)
    assert add_items(index, renamed(first, ["a", "b", "c"])) == 0
    assert load_index(index).ids == [*first.ids, "a", "b", "c"]
    assert remove_items(index, ["b", first.ids[0]]) == len(first) + 1
    found = load_index(index)
    assert found.ids == [*first.ids[1:], "a", "c"]
    assert content(found)[:-2] == content(first)[1:]
    before = content(found)
    assert compact(index) == len(found)
    assert content(load_index(index)) == before
    assert not (index / "changes.json").exists()
    assert not (index / "parts").exists()


def test_items_of_the_same_id_are_refused_or_replaced(index):
    first = load_index(index)
    new = renamed(first, ["new", first.ids[5]])
    with pytest.raises(InputError, match=f"'{first.ids[5]}' is there already; add --replace"):
        add_items(index, new)
    assert load_index(index).ids == first.ids
    assert add_items(index, new, replacing=True) == 1
    kept = [own for own in first.ids if own != first.ids[5]]
    assert load_index(index).ids == [*kept, "new", first.ids[5]]
    with pytest.raises(InputError, match="id 'x' stands twice among the items"):
        add_items(index, renamed(first, ["x", "x"]))


def test_ids_that_are_not_there_are_refused_and_nothing_is_removed(index):
    first = load_index(index)
    with pytest.raises(InputError, match="'nope' is not there; nothing was removed"):
        remove_items(index, [first.ids[0], "nope"])
    assert load_index(index).ids == first.ids


def test_items_of_another_model_or_length_are_refused(index):
    first = load_index(index)
    for key, value in (("model_sha256", "0"), ("bits", 8), ("modality", "text")):
        foreign = replace(renamed(first, ["a"]), manifest=first.manifest | {key: value})
        with pytest.raises(RunError, match=f"have another {key} than the new ones"):
            add_items(index, foreign)
    assert load_index(index).ids == first.ids


def refused_or(good, index):
    """Whether an index is refused in our words or answers as it did."""
    try:
        return content(load_index(index)) == good
    except RunError as error:
        return "build the index again" in str(error)


def test_every_byte_of_a_change_is_watched(index, monkeypatch):
    monkeypatch.setattr("hierhash.retrieval.accelerator.FEWEST", 1)
    accelerate(index, "ivf")
    first = load_index(index)
    add_items(index, renamed(first, ["a", "b"]))
    remove_items(index, ["a"])
    good = content(load_index(index))
    rng = np.random.default_rng(0)
    own = [index / name for name in ("changes.json", "distinct.npz", "nearby.faiss")]
    files = [*own, *(p for p in (index / "parts").rglob("*") if p.is_file())]
    assert len(files) == 8
    for path in files:
        whole = path.read_bytes()
        for place in rng.integers(0, len(whole), 10):
            flipped = bytearray(whole)
            flipped[place] ^= 1 << int(rng.integers(8))
            for wrong in (bytes(flipped), whole[:place]):
                path.write_bytes(wrong)
                assert refused_or(good, index)
        path.unlink()
        if path.name != "changes.json":
            with pytest.raises(RunError, match="missing"):
                load_index(index)
        path.write_bytes(whole)
    assert content(load_index(index)) == good


class Failing:
    """Lets the call number ``at``, of all that bring something to the disk, fail."""

    def __init__(self, at):
        self.at, self.calls = at, 0

    def around(self, real):
        def call(*args, **options):
            self.calls += 1
            if self.calls == self.at:
                raise OSError(28, "No space left on device")
            return real(*args, **options)

        return call


def happens(work, at, monkeypatch):
    """Whether it is acknowledged although the write number ``at`` fails."""
    with monkeypatch.context() as patched:
        failing = Failing(at)
        for one in ("fsync", "replace", "rename"):
            patched.setattr(os, one, failing.around(getattr(os, one)))
        try:
            work()
        except (HierhashError, OSError):
            return False
    return True


def added(before, new):
    return [*(one for one in before if one[0] not in ("a", "b")), *content(new)]


@pytest.mark.parametrize("name", ["add", "remove", "compact", "accelerate"])
def test_a_crash_at_every_write_leaves_one_state_or_the_other(index, monkeypatch, name):
    monkeypatch.setattr("hierhash.retrieval.accelerator.FEWEST", 1)
    new = renamed(load_index(index), ["a", "b"])
    add_items(index, renamed(new, ["c"]))
    works = {
        "add": lambda: add_items(index, new, replacing=True),
        "remove": lambda: remove_items(index, [load_index(index).ids[0]]),
        "compact": lambda: compact(index),
        "accelerate": lambda: accelerate(index, "ivf"),
    }
    # What was not acknowledged may have happened, but never by half.
    after = {"add": lambda old: added(old, new), "remove": lambda old: old[1:]}
    for at in range(1, 100):
        before = content(load_index(index))
        done = happens(works[name], at, monkeypatch)
        assert content(load_index(index)) in (before, after.get(name, list)(before))
        if done:
            assert at > 3
            return
    pytest.fail("it never went well")


class Changing(RuleBasedStateMachine):
    """Any row of additions, removals and compactions against a plain dictionary."""

    source = None
    number = 0

    @initialize()
    def begin(self):
        Changing.number += 1
        self.folder = self.source.parent / f"machine{Changing.number}"
        shutil.copytree(self.source, self.folder)
        self.first = load_index(self.folder)
        self.items = dict(zip(self.first.ids, map(bytes, self.first.codes), strict=True))

    @rule(names=st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4, unique=True))
    def add(self, names):
        new = renamed(self.first, names)
        add_items(self.folder, new, replacing=True)
        for name, code in zip(names, map(bytes, new.codes), strict=True):
            self.items.pop(name, None)
            self.items[name] = code

    @rule(place=st.integers(0, 100))
    def remove(self, place):
        if self.items:
            name = list(self.items)[place % len(self.items)]
            remove_items(self.folder, [name])
            del self.items[name]

    @rule()
    def compacted(self):
        compact(self.folder)

    @invariant()
    def same(self):
        found = load_index(self.folder)
        assert dict(zip(found.ids, map(bytes, found.codes), strict=True)) == self.items
        assert found.ids == list(self.items)

    def teardown(self):
        shutil.rmtree(self.folder)


def test_any_row_of_changes(trained, tmp_path):
    Changing.source = shutil.copytree(trained / "index", tmp_path / "source")
    machine = Changing.TestCase
    machine.settings = settings(max_examples=6, stateful_step_count=8, deadline=None)
    machine().runTest()


def test_readers_see_whole_states_while_a_writer_changes(index):
    first = load_index(index)
    wrong, stop, reads = [], threading.Event(), []

    def read():
        while not stop.is_set():
            try:
                ids = load_index(index).ids
            except HierhashError as error:
                wrong.append(str(error))
                return
            reads.append(len(ids))
            if ids[: len(first)] != first.ids or (len(ids) - len(first)) % 2:
                wrong.append(ids)

    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(6):
        names = [f"{turn}a", f"{turn}b"]
        add_items(index, renamed(first, names))
        if turn % 2:
            remove_items(index, names)
            compact(index)
    stop.set()
    reader.join()
    assert not wrong
    assert len(set(reads)) > 1


ADDING = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.retrieval.test_changing import renamed
from hierhash.retrieval.load_index import load_index
from hierhash.retrieval.changing import add_items, compact, remove_items
folder = Path(sys.argv[1])
first = load_index(folder).subset(__import__("numpy").arange(3))
for turn in range(1000):
    names = [f"{{turn}}-{{own}}" for own in "ab"]
    add_items(folder, renamed(first, names))
    print("added", turn, flush=True)
    if turn % 3 == 2:
        remove_items(folder, [names[0]])
        print("removed", turn, flush=True)
    if turn % 5 == 4:
        compact(folder)
"""


def killed_while_it_changes(index, root, seconds):
    """Kills a writer at some moment; gives what it acknowledged."""
    words = [sys.executable, "-c", ADDING.format(root=str(root)), str(index)]
    writer = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    line = writer.stdout.readline()  # it has begun
    timer = threading.Timer(seconds, writer.kill)
    timer.start()
    # A kill may cut the last line, which was then not acknowledged.
    said = [one.split() for one in (line, *writer.stdout) if one.endswith("\n")]
    writer.wait()
    timer.cancel()
    return [(what, int(turn)) for what, turn in said]


@pytest.mark.parametrize("moments", [2, pytest.param(30, marks=pytest.mark.slow)])
def test_a_killed_writer_loses_nothing_that_it_acknowledged(trained, tmp_path, request, moments):
    rng = np.random.default_rng(moments)
    for moment in range(moments):
        index = shutil.copytree(trained / "index", tmp_path / str(moment))
        said = killed_while_it_changes(index, request.config.rootpath, rng.uniform(0.05, 1.5))
        there = set(load_index(index).ids)
        removed = {turn for what, turn in said if what == "removed"}
        last = max(turn for what, turn in said if what == "added")
        for what, turn in said:
            if what == "added":
                assert f"{turn}-b" in there
                # The removal that came next may have happened without being acknowledged.
                undone = turn in removed or (turn % 3 == 2 and turn == last)
                assert undone or f"{turn}-a" in there
        assert not {f"{turn}-a" for turn in removed} & there
        turns = {own.partition("-")[0] for own in there if "-" in own}
        assert len(turns) <= last + 2
        assert hierhash("verify", index).code == 0
        add_items(index, renamed(load_index(index), ["after"]))
        names = {part.name for part in additions.read_changes(index).parts}
        left = {path.name for path in (index / "parts").iterdir() if path.is_dir()}
        assert left == names


def test_the_command_adds_removes_and_compacts(index, trained, tmp_path):
    first = load_index(index)
    lines = [json.loads(x) for x in (trained / "shop" / "metadata.jsonl").read_text().splitlines()]
    new = tmp_path / "new.jsonl"
    rows = [
        {"id": f"n{place}", "text": one["text"], "labels": one["labels"]}
        for place, one in enumerate(lines[:3])
    ]
    new.write_text("".join(json.dumps(row) + "\n" for row in rows))
    said = hierhash("index", "add", index, new)
    assert said.code == 0, said.err
    assert f"3 items added; {len(first) + 3} in all" in said.out
    said = hierhash("index", "add", index, new)
    assert (said.code, said.out) == (2, "")
    assert "'n0', 'n1', 'n2' are there already; add --replace" in said.err
    said = hierhash("index", "add", index, new, "--replace")
    assert f"3 items added, 3 replaced; {len(first) + 3} in all" in said.out
    (tmp_path / "ids.txt").write_text("n1\n\nn2\n")
    said = hierhash("index", "remove", index, "n0", "--from", tmp_path / "ids.txt")
    assert f"3 items removed; {len(first)} in all" in said.out
    assert hierhash("index", "remove", index).code == 2
    assert hierhash("index", "compact", index).out.endswith(f": {len(first)} items\n")
    assert load_index(index).ids == first.ids
