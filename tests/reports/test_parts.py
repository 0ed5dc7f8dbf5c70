"""Pieces of the report that count or judge."""

from __future__ import annotations

import numpy as np
import pytest

from hierhash.errors import RunError
from hierhash.reports.comparison import comparison_section, intervals, mark
from hierhash.reports.latex import latex_table
from hierhash.reports.markdown import markdown_table
from hierhash.reports.per_query import seed_average
from hierhash.reports.section import Cell, Table
from hierhash.reports.tails import thirds


def a_run(name, seed):
    queries = {direction: {"counted": 199, "skipped": 1} for direction in ("i2t", "t2i")}
    names = {"suite": "s", "name": name, "method": name, "variant": ""}
    return {**names, "bits": 8, "seed": seed, "queries": queries}


def store(folder, run, values):
    path = folder / "scores" / "s" / f"{run['name']}-8-{run['seed']}.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    fields = [f"{d}/{m}" for d in ("i2t", "t2i") for m in ("map_leaf", "hap", "ndcg@100")]
    np.savez(path, **{field: np.asarray(values) for field in fields})


@pytest.fixture
def two_rows(tmp_path):
    runs = [a_run(n, s) for n in ("hierarchical_dcmh", "dcmh_leaf") for s in (0, 1)]
    rng = np.random.default_rng(0)
    base = rng.uniform(0.3, 0.6, 200)
    for run in runs:
        lower = 0.1 if run["name"] == "dcmh_leaf" else 0.0
        scores = base - lower + rng.normal(0, 0.01, 200)
        scores[0] = np.nan
        store(tmp_path, run, scores)
    return tmp_path, runs


def test_a_clear_difference_is_marked(two_rows):
    results, runs = two_rows
    found = intervals(results, runs)
    mean, low, high = found[8, "dcmh_leaf", "i2t", "hap"]
    assert low < mean < high < 0
    assert mean == pytest.approx(-0.1, abs=0.005)
    section = comparison_section(runs, found)
    assert section is not None
    row = dict(zip(section.tables[0].header, section.tables[0].rows[0], strict=True))
    assert "▼" in row["i2t hap"].text
    assert row["i2t n"] == row["t2i n"] == "199"


def test_a_difference_between_seeds_alone_is_not_marked(two_rows):
    results, runs = two_rows
    for run, lower in zip(runs, (0.0, 0.0, 0.3, -0.1), strict=True):
        store(results, run, np.full(200, 0.5 - lower))
    mean, low, high = intervals(results, runs)[8, "dcmh_leaf", "i2t", "hap"]
    assert mean == pytest.approx(-0.1)
    assert low < 0 < high


def test_seeds_that_one_row_lacks_are_left_out(two_rows):
    results, runs = two_rows
    both = intervals(results, runs)[8, "dcmh_leaf", "i2t", "hap"]
    one = intervals(results, [run for run in runs if run != a_run("dcmh_leaf", 1)])
    assert one[8, "dcmh_leaf", "i2t", "hap"] != both
    assert not intervals(results, [a_run("dcmh_leaf", 1), a_run("hierarchical_dcmh", 0)])


def test_no_difference_is_not_marked():
    assert mark((0.01, -0.01, 0.03)) == ""
    assert mark((0.02, 0.01, 0.03)) == "▲"


def test_seeds_are_averaged_query_by_query(two_rows):
    results, runs = two_rows
    store(results, runs[0], [0.0, 1.0])
    store(results, runs[1], [1.0, 1.0])
    average = seed_average(results, runs, "hierarchical_dcmh", 8, "i2t/hap")
    assert average.tolist() == [0.5, 1.0]
    assert seed_average(results, runs, "hierarchical_dcmh", 8, "nothing") is None


def test_a_damaged_scores_file_is_named(two_rows):
    results, runs = two_rows
    path = results / "scores" / "s" / "dcmh_leaf-8-0.npz"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(RunError, match=r"dcmh_leaf-8-0\.npz: damaged"):
        intervals(results, runs)


def test_thirds_go_by_training_items():
    leaf = np.array([0, 0, 1, 2, 3, 4, 5, -1])
    items = np.array([50, 50, 9, 100, 3, 7, 1, 0])
    head, middle, tail = thirds(leaf, items)
    assert sorted(set(leaf[head])) == [0, 2]
    assert sorted(set(leaf[middle])) == [1, 4]
    assert sorted(set(leaf[tail])) == [3, 5]


def test_latex_escapes_and_marks():
    table = Table(["method", "hap"], [["a_b", Cell("0.5", best=True, spread="±0.1 ▼")]])
    text = latex_table(table, "50 % of it")
    assert r"a\_b & \textbf{0.5} {\scriptsize $\pm$0.1 $^\blacktriangledown$} \\" in text
    assert r"\caption{50 \% of it}" in text


def test_latex_runs_no_command_of_a_name():
    text = latex_table(Table(["method"], [[r"\input{/etc/passwd}~^\\"]]), "c")
    command = r"\textbackslash{}input\{/etc/passwd\}\textasciitilde{}\textasciicircum{}"
    assert command + r"\textbackslash{}\textbackslash{} \\" in text


def test_markdown_shows_a_name_as_it_is():
    table = Table(["method"], [["<img src=x onerror=alert(1)>|b\n# c"]])
    last = markdown_table(table).splitlines()[-1]
    assert last == r"| &lt;img src=x onerror=alert(1)&gt;\|b # c |"
