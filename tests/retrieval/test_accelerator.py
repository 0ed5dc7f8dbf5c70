"""Accelerated searches: exact where codes are grouped, and never short where some are missed."""

from __future__ import annotations

import json

import numpy as np
import pytest

from hierhash.errors import InputError, RunError
from hierhash.retrieval import accelerator, exact
from hierhash.retrieval.changing import accelerate, compact
from hierhash.retrieval.conditions import Below
from hierhash.retrieval.folder_store import FolderStore
from hierhash.retrieval.load_index import load_index
from hierhash.testing.check_store import CHECKS, Subject
from hierhash.testing.small_store import BITS, recoded, small_index, small_run
from tests.cli.small_run import hierhash


@pytest.fixture(autouse=True)
def few_are_enough(monkeypatch):
    for module in (accelerator, exact):
        monkeypatch.setattr(module, "FEWEST", 1)


@pytest.fixture
def run(tmp_path):
    return small_run(tmp_path / "run")


def made(place, index, kind):
    index.save(place)
    if len(index):
        accelerate(place, kind)
    return FolderStore(place)


def many(run, n=600, seed=0):
    """Items whose codes are nearly all different."""
    codes = np.random.default_rng(seed).integers(0, 256, (n, BITS // 8), dtype=np.uint8)
    return recoded(small_index(run, n, seed), codes)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_grouped_codes_keep_the_promises_of_a_store(tmp_path, run, check):
    names = iter(range(99))

    def make(index):
        return made(tmp_path / f"index {next(names)}", index, "distinct")

    check(Subject(make, lambda store: FolderStore(store.folder), run))


@pytest.mark.parametrize("kind", ["ivf", "hnsw"])
def test_what_may_miss_some_never_gives_fewer(tmp_path, run, kind):
    index = many(run)
    store = made(tmp_path / "index", index, kind)
    assert store.index.accelerated is not None
    queries = many(run, 40, seed=1).codes
    exact_distances, _ = index.nearest(queries, 20)
    for k in (1, 20, 599, 600, 700):
        distances, rows = store.nearest(queries, k)
        assert rows.shape == (40, min(k, 600))
        assert all(len(set(own)) == len(own) for own in rows.tolist())
        order = [sorted(zip(d, r, strict=True)) for d, r in zip(distances, rows, strict=True)]
        assert [[r for _, r in own] for own in order] == rows.tolist()
    distances, _ = store.nearest(queries, 20)
    assert (distances <= exact_distances[:, -1:]).mean() > 0.8
    where = [Below("category", ("Wear",))]
    plain = FolderStore(tmp_path / "index")
    object.__setattr__(plain.index, "accelerated", None)
    for one, two in zip(
        store.nearest(queries, 20, where), plain.nearest(queries, 20, where), strict=True
    ):
        assert np.array_equal(one, two)


@pytest.mark.parametrize("kind", ["ivf", "hnsw"])
def test_pages_of_what_may_miss_some_make_the_whole(tmp_path, run, kind, monkeypatch):
    monkeypatch.setattr("hierhash.retrieval.accelerated.FIXED", 64)
    store = made(tmp_path / "index", many(run, 400), kind)
    store.remove(["item/7 '%", "item/9 '%"])
    store.add(recoded(small_index(run, 30, 2, first=500), many(run, 30, seed=3).codes))
    for code in many(run, 9, seed=1).codes:
        whole = store.nearest(code[None], 428)[1][0].tolist()
        assert sorted(whole) == list(range(428))
        for k in (1, 20, 63, 64, 65, 200, 427):
            assert store.nearest(code[None], k)[1][0].tolist() == whole[:k]


@pytest.mark.parametrize("kind", ["ivf", "hnsw"])
def test_few_codes_are_all_found(run, kind):
    codes = np.arange(5, dtype=np.uint8).repeat(40)[:, None]
    made_of_few = accelerator.Accelerator.of(kind, codes)
    assert made_of_few.about()["recall"] == 1.0


@pytest.mark.parametrize("kind", ["distinct", "ivf", "hnsw"])
def test_it_goes_on_while_items_come_and_go(tmp_path, run, kind):
    store = made(tmp_path / "index", many(run, 300), kind)
    gone = [f"item/{number} '%" for number in range(0, 300, 3)]
    store.remove(gone)
    store.add(recoded(small_index(run, 50, 2, first=500), many(run, 50, seed=3).codes))
    assert store.index.accelerated is not None
    new = store.read().codes[-1:]
    assert store.nearest(new, 1)[0].tolist() == [[0]]
    distances, rows = store.nearest(many(run, 9, seed=4).codes, 250)
    assert sorted(rows[0].tolist()) == list(range(250))
    compact(store.folder)
    again = load_index(store.folder)
    assert again.accelerated is not None
    assert len(again.accelerated.accelerator) == 250
    assert np.array_equal(again.nearest(many(run, 9, seed=4).codes, 250)[0], distances)
    accelerate(store.folder, None)
    assert load_index(store.folder).accelerated is None
    assert not (store.folder / "distinct.npz").exists()


def test_a_damaged_one_is_refused(tmp_path, run):
    store = made(tmp_path / "index", many(run, 300), "ivf")
    for name in ("distinct.npz", "nearby.faiss"):
        path = store.folder / name
        whole = path.read_bytes()
        path.write_bytes(whole[:-9] + b"x" * 9)
        with pytest.raises(RunError, match=name):
            load_index(store.folder)
        path.write_bytes(whole)
    manifest = json.loads((store.folder / "manifest.json").read_text())
    manifest["accelerator"]["items"] = 7
    (store.folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(RunError, match="accelerator is damaged"):
        load_index(store.folder)


def test_what_has_none_is_refused(tmp_path, run, monkeypatch, index_copy):
    monkeypatch.setattr(accelerator, "FEWEST", 1000)
    small_index(run, 5).save(tmp_path / "few")
    with pytest.raises(InputError, match="5 items need no accelerator"):
        accelerate(tmp_path / "few", "ivf")
    said = hierhash("index", "accelerate", index_copy)
    assert (said.code, said.err.count("\n")) == (2, 1)
    monkeypatch.setattr(accelerator, "FEWEST", 1)
    said = hierhash("index", "accelerate", index_copy, "--by", "ivf")
    assert "of the nearest" in said.out
    assert hierhash("search", index_copy, "--text", "hats", "-k", "1").code == 0
    assert "every item" in hierhash("index", "accelerate", index_copy, "--by", "none").out
