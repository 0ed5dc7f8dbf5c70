"""The benchmark of index structures: what it counts, and that its formulas foretell it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

FILE = Path(__file__).resolve().parents[2] / "benchmarks" / "ann.py"
RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def ann():
    spec = importlib.util.spec_from_file_location("ann", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def rows(ann):
    return ann.unit(RNG.standard_normal((400, 12)).astype(np.float32))


@pytest.mark.parametrize(("tables", "bits"), [(4, 3), (20, 6)])
def test_tables_find_as_many_as_the_formula_says(ann, rows, tables, bits):
    made = ann.Tables(rows, tables, bits)
    found = np.mean([len(made.candidates(row)) for row in rows]) / len(rows)
    assert found == pytest.approx(made.foretold(rows), abs=0.03)
    for row in range(20):
        same = (made.keys(rows) == made.keys(rows[row][None])).any(axis=1)
        assert made.candidates(rows[row]).tolist() == np.flatnonzero(same).tolist()


def sets_of(ann, shared, pairs, words=20):
    """Sets of 20 words, and as many that ask, each sharing so many words with its own one."""
    width = 2 * words - shared
    stored, asking = np.zeros((2, pairs, pairs * width), dtype=np.float32)
    rows = []
    for pair in range(pairs):
        stored[pair, pair * width : pair * width + words] = 1
        asking[pair, (pair + 1) * width - words : (pair + 1) * width] = 1
        rows.append(np.flatnonzero(asking[pair]))
    return ann.Sets(sparse.csr_array(stored)), rows


@pytest.mark.parametrize(("bands", "values"), [(8, 1), (16, 2), (10, 4)])
def test_bands_compare_as_many_as_the_formula_says(ann, bands, values):
    """Of pairs with similarity J a share of 1 - (1 - J^r)^b has a band in common."""
    pytest.importorskip("datasketch")
    for shared in (6, 10, 14):  # of 20 words each: J = shared / (40 - shared); else J = 0
        pairs = 300
        sets, rows = sets_of(ann, shared, pairs)
        made = ann.Bands(sets, bands, values)
        answers, compared = ann.asked(made, rows)
        expected = 1 - (1 - (shared / (40 - shared)) ** values) ** bands
        assert made.foretold(rows) == pytest.approx(expected / pairs, rel=1e-4)
        spread = np.sqrt(max(expected * (1 - expected), 0.01) / pairs)
        assert compared == pytest.approx(pairs * made.foretold(rows), abs=4 * spread)
        assert np.mean([pair in own for pair, own in enumerate(answers)]) == compared


def test_bands_order_what_they_compare_as_the_exact_scan_does(ann):
    pytest.importorskip("datasketch")
    # Every set has word 0, so that bands of one value make all of them candidates.
    whole = RNG.random((60, 30)) < np.linspace(0.1, 0.9, 60)[:, None]
    whole[:, 0] = True
    sets = ann.Sets(sparse.csr_array(whole.astype(np.float32)))
    made = ann.Bands(sets, 1024, 1)
    for row in whole[::6]:
        words = np.flatnonzero(row)
        places, compared = made.nearest(words)
        assert compared == 60
        assert places.tolist() == sets.nearest(words)[0].tolist()


def test_a_set_that_shares_nothing_has_no_answer(ann):
    pytest.importorskip("datasketch")
    sets, _ = sets_of(ann, 10, 5)
    places, compared = ann.Bands(sets, 4, 4).nearest(np.array([sets.rows.shape[1] - 1]))
    assert (len(places), compared) == (0, 0)


@pytest.mark.parametrize("name", ["fashion", "sample*x", "sample*0", "sample*", "sample\n", ""])
def test_another_name_is_refused_in_one_line(ann, name, monkeypatch, capsys):
    monkeypatch.setattr(ann, "measure_sample", lambda *_: pytest.fail("it is measured"))
    assert ann.main(["sample", name]) == 2
    said = capsys.readouterr()
    assert said.err.endswith("is no set of this benchmark; give sample or sample*N\n")
    assert len(said.err.splitlines()) == 1
    assert not said.out


def test_names_of_the_sample_are_measured_in_turn(ann, monkeypatch):
    seen = []
    monkeypatch.setattr(ann, "measure_sample", lambda *given: seen.append(given))
    assert ann.main(["sample", "sample*30"]) == 0
    assert seen == [("sample", 1), ("sample*30", 30)]


def test_an_exact_scan_has_recall_one_and_ties_count(ann, rows):
    import faiss

    exact = ann.Scan(faiss.IndexFlatIP(12), rows)
    similarities = rows[:30] @ rows.T
    limits = -np.sort(-similarities, axis=1)[:, ann.FIRST - 1]
    answers, compared = ann.asked(exact, rows[:30])
    assert compared is None
    assert ann.recall(answers, similarities, limits) == 1.0
    assert ann.recall([a[:5] for a in answers], similarities, limits) == 0.25
    level = np.ones_like(similarities)
    assert ann.recall(answers, level, level[:, 0]) == 1.0


def test_similarities_of_sets_are_shares_of_words(ann):
    sets = [{0, 1, 2}, {2, 3}, set(), {0, 1, 2, 3}]
    whole = np.array([[float(w in one) for w in range(5)] for one in sets], dtype=np.float32)
    made = ann.Sets(sparse.csr_array(whole))
    assert made.similarities(np.array([0, 1, 2])).tolist() == [1.0, 0.25, 0.0, 0.75]
    assert made.similarities(np.array([2, 3]), np.array([1, 3])).tolist() == [1.0, 0.5]


def test_annoy_finds_nearly_all_of_a_small_set(ann, rows):
    pytest.importorskip("annoy")
    made = ann.Annoy(rows, 20)
    assert all(made.nearest(row)[0][0] == place for place, row in enumerate(rows[:20]))


def test_the_table_has_the_last_line_of_each(ann):
    line = {"items_of": "x", "structure": "annoy", "settings": "10 trees", "items": 2000}
    line |= {"recall": 0.5, "speed_ratio": 2.0}
    found = ann.table([line, line | {"recall": 0.75, "compared": 0.1, "compared_foretold": 0.2}])
    assert found.splitlines()[2:] == [
        "| x (2,000) | annoy | 10 trees | 0.750 | 2.00 | 10.0% | 20.0% |"
    ]
