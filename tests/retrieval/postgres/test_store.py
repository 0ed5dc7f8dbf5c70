"""A database keeps the promises of every store, and answers as a folder does."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import replace

import numpy as np
import pytest

from hierhash.codes.coded import Coded
from hierhash.errors import RunError
from hierhash.labels.tree import LabelTree
from hierhash.retrieval import rescoring
from hierhash.retrieval.conditions import Below, Compares, Equals
from hierhash.retrieval.copying import copy_store
from hierhash.retrieval.items import metadata_lines
from hierhash.retrieval.load_index import load_index
from hierhash.retrieval.open_store import make_store, open_database
from hierhash.retrieval.postgres import nearest
from hierhash.testing.check_store import CHECKS, WHERE, Subject
from hierhash.testing.small_store import small_index, small_run
from tests.retrieval.postgres.stores import content, reopen


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_it_keeps_the_promises_of_a_store(make, tmp_path, check):
    check(Subject(make, reopen, small_run(tmp_path / "run")))


@pytest.fixture
def both(make, tmp_path):
    """A database and a folder of the same items, more than are scored at first."""
    index = small_index(small_run(tmp_path / "run"), 1500)
    return make(index), make_store(str(tmp_path / "index"), index)


def queries(n):
    """Real codes: many near 0, some bits of none, some short, some nearly signs."""
    rng = np.random.default_rng(3)
    for turn in range(n):
        real = rng.normal(size=(1, 32)).astype(np.float32)
        if turn % 4 == 1:
            real[:, 16:] = 0
        real = np.tanh(real * 4) if turn % 4 == 2 else real[:, : 16 if turn % 4 == 3 else 32]
        yield Coded(np.packbits(real >= 0, axis=1), real)


@pytest.mark.parametrize("rescore", [True, False])
def test_its_answers_are_those_of_a_folder(both, rescore, monkeypatch):
    database, folder = both
    # So few candidates that the best scores are seldom among the first.
    monkeypatch.setattr(rescoring, "FIRST", 8)
    monkeypatch.setattr(rescoring, "EACH", 1)
    monkeypatch.setattr(rescoring, "MORE", 2)
    for query in queries(8):
        for where in ((), *WHERE[4:6]):
            for k, skip in ((5, 0), (20, 3), (300, 0)):
                found, wanted = (
                    [(hit.item["id"], hit.distance, hit.score) for hit in hits]
                    for hits in (
                        one.search(query, k, where, rescore, skip) for one in (database, folder)
                    )
                )
                assert found == wanted


def test_a_graph_gives_as_many_answers_and_leaves_filters_exact(both):
    database, folder = both
    codes = np.concatenate([query.codes for query in queries(12) if query.codes.shape[1] == 4])
    assert database.accelerate() > 0.9
    assert database.is_accelerated
    near, known = database.nearest(codes, 20), folder.nearest(codes, 20)
    assert (near[0] == known[0]).mean() > 0.9
    assert (np.diff(near[0], axis=1) >= 0).all()
    assert all(len(set(rows)) == 20 for rows in near[1].tolist())
    # More than a graph gives, and all there are.
    every = [one.nearest(codes[:1], 1500)[0].tolist() for one in (database, folder)]
    assert every[0] == every[1]
    assert database.nearest(codes[:1], 9999)[0].shape == (1, 1500)
    for where in WHERE[1:]:
        found, wanted = database.nearest(codes, 30, where), folder.nearest(codes, 30, where)
        assert [part.tolist() for part in found] == [part.tolist() for part in wanted]
    gone = [item["id"] for item in database.items(near[1][0].tolist())]
    database.remove(gone)
    left = database.items(database.nearest(codes, 20)[1][0].tolist())
    assert not {item["id"] for item in left} & set(gone)
    database = reopen(database)
    assert database.is_accelerated
    database.verify()
    assert database.accelerate(False) is None
    folder.remove(gone)
    assert (database.nearest(codes, 50)[0] == folder.nearest(codes, 50)[0]).all()


def test_a_graph_that_gives_up_is_helped_out(both, monkeypatch):
    database, folder = both
    database.accelerate()
    for name, value in (("hnsw.max_scan_tuples", "1"), ("enable_seqscan", "off")):
        database._link.execute("SELECT set_config(%s, %s, false)", [name, value])
    codes = np.concatenate([query.codes for query in queries(3) if query.codes.shape[1] == 4])
    monkeypatch.setattr(nearest, "EF", (10, 10))
    found, wanted = database.nearest(codes, 300), folder.nearest(codes, 300)
    assert [part.tolist() for part in found] == [part.tolist() for part in wanted]


def test_into_a_database_and_back_nothing_changes(make, new_name, tmp_path):
    index = small_index(small_run(tmp_path / "run"))
    index.save(tmp_path / "index")
    store = copy_store(str(tmp_path / "index"), new_name())
    second = copy_store(copy_store(store.name, new_name()).name, str(tmp_path / "back"))
    one, two = load_index(tmp_path / "index"), load_index(tmp_path / "back")
    assert one.manifest == two.manifest
    assert (tmp_path / "index" / "labels.npz").stat().st_size > 0
    assert content(make_like(one)) == content(second)
    assert (one.facets["colour"].codes == two.facets["colour"].codes).all()
    store.relabel(LabelTree.from_paths(NEW_PATHS, name="n"))
    back = load_index_of(copy_store(store.name, str(tmp_path / "again")))
    assert back.tree.nodes == store.tree.nodes
    assert back.moved == store.moved
    assert content(store) == content(make_like(back))


def make_like(index):
    class Holds:
        def read(self):
            return index

    return Holds()


def load_index_of(store):
    return load_index(store.folder)


def test_codes_of_no_bits_are_refused(new_name, tmp_path):
    from hierhash.codes.distances import Dot

    index = small_index(small_run(tmp_path / "run"), 3)
    vectors = replace(index, codes=np.zeros((3, 2), np.float32), distance=Dot(2))
    with pytest.raises(RunError, match=r"keeps codes of bits, and these .* 'dot'; keep them in a"):
        make_store(new_name(), vectors)


NEW_PATHS = ["Wear/Tops/Shirts", "Wear/Tops/Tunics", "Wear/Shoes/Boots", "Home/Lamps"]
AWKWARD = {
    "long": "x" * 9000,
    "nul": "a\0b | c",
    "half": "\ud83d",
    "slash": "\\ ' \" {a,b} %s | %",
    "number": "1_000",
    "infinite": "-inf",
    "none": "nan",
    "empty": " | ",
    "both": "7 | 8",
    "NAME ' %": "ſtraße | STRASSE",
    "n" * 5000: "5",
}


def test_awkward_texts_are_found_as_in_a_folder(make, tmp_path):
    index = small_index(small_run(tmp_path / "run"), 40)
    lines = []
    for row in range(40):
        own = index.item(row)
        cells = {name: cell for at, (name, cell) in enumerate(AWKWARD.items()) if (row + at) % 3}
        # As a file of another's making would have it.
        wild = {"id": "\ud83d" * row + "i" * 70 * row + f"{row}\0", "text": "w" * 3000 + " \0 und"}
        lines.append(json.dumps(own | wild | {"attributes": cells}).encode())
    index = replace(index, lines=lines)
    database, folder = make(index), make_store(str(tmp_path / "index"), index)
    for column, cell in AWKWARD.items():
        for value in (cell, *(part.strip() for part in cell.split("|")), "", "strasse"):
            where = [Equals(column, value)]
            assert database.count(where) == folder.count(where), (column[:9], value[:9])
        for sign in ("<", "<=", ">", ">="):
            for number in (7.0, 1000.0, -np.inf, np.inf, np.nan):
                where = [Compares(column, sign, number)]
                assert database.count(where) == folder.count(where), (column[:9], sign, number)
    assert database.count([Below("category", ("Wear", "No' \\ %s"))]) == 0
    assert len(database.words("w" * 3000, 50)) == len(database.words("UND", 50)) == 40
    assert database.words("\0 ' : | & ! \\ 100% <-> (", 50) == []
    assert len(database.columns()) == len(folder.columns())
    ids = [json.loads(line)["id"] for line in lines]
    database.verify()
    assert database.there([*ids[:3], "nobody"]) == ids[:3]
    assert database.remove(ids[:7]) == 33


@pytest.mark.parametrize("rescore", [True, False])
def test_pages_by_a_graph_make_the_whole(both, rescore, monkeypatch):
    database, _ = both
    database.accelerate()
    for module in ("nearest", "store"):
        monkeypatch.setattr(f"hierhash.retrieval.postgres.{module}.FIXED", 100)
    for query in list(queries(3)):
        if query.codes.shape[1] < 4:
            continue

        def rows(k, skip=0, query=query):
            return [hit.row for hit in database.search(query, k, (), rescore, skip)]

        whole = rows(1500)
        assert len(whole) == len(set(whole)) == 1500
        for k, skip in ((20, 0), (20, 90), (99, 0), (101, 0), (300, 50)):
            assert rows(k, skip) == whole[skip : skip + k]


def test_answers_are_of_one_state_while_another_replaces_items(both):
    database, folder = both
    other = open_database(database.name)
    some = folder.read().subset(np.arange(200))
    stop = threading.Event()

    def change():
        while not stop.is_set():
            other.add(some, replacing=True)

    writer = threading.Thread(target=change)
    writer.start()
    try:
        query = next(queries(1))
        for _ in range(40):
            with database.reading():
                found = database.search(query, 1500, rescore=False)
                assert len({hit.item["id"] for hit in found}) == 1500
                assert database.count() == 1500
            assert len(database.search(query, 50)) == 50
    finally:
        stop.set()
        writer.join()
        other.close()


def test_what_another_filed_anew_is_known_to_who_reads(both):
    database, _ = both
    other = open_database(database.name)
    new = LabelTree.from_nested({"All": {"Wear": {"Tops": [], "Shoes": []}, "Home": []}}, name="s")
    other.relabel(new, force=True)
    other.close()
    assert database.tree is None
    with database.reading():
        assert database.tree.nodes == new.nodes


def test_a_text_needs_no_torch(both):
    code = (
        "import sys; import hierhash.retrieval.postgres.store, hierhash.answering.session; "
        "print('torch' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


def test_more_words_than_a_database_keeps_are_cut(make, tmp_path):
    index = small_index(small_run(tmp_path / "run"), 2)
    item = index.item(0) | {"text": " ".join(f"word{number}" for number in range(200_000))}
    index = replace(index, lines=[*metadata_lines([item]), index.lines[1]])
    store = make(index)
    store.verify()
    assert [row for row, _ in store.words("word7", 5)] == [store.words("word1", 1)[0][0]]
