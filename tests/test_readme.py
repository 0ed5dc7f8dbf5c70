from __future__ import annotations

import importlib.util
import json
import statistics
import sys
from pathlib import Path

import pytest

from tests.reports.test_prefixes import a_line

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def tables():
    sys.path.insert(0, str(ROOT / "benchmarks"))  # where its neighbours are
    spec = importlib.util.spec_from_file_location(
        "write_tables", ROOT / "benchmarks" / "write_tables.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_tables_of_the_readme_are_those_of_the_result_files(tables):
    text = (ROOT / "README.md").read_text()
    for block in (
        "table: fashion",
        "together: fashion",
        "cross: fashion",
        "speed: all",
        "memory: all",
    ):
        assert f"<!-- {block} -->\n| " in text
    assert tables.with_tables(text, ROOT / "benchmarks" / "results") == text, "run: make docs"


def test_the_table_of_new_leaves_is_that_of_its_result_file(tables):
    text = (ROOT / "docs" / "our-method.md").read_text()
    assert "<!-- new_leaves: all -->\n| " in text
    assert "<!-- forms: all -->\n| " in text
    assert tables.with_tables(text, ROOT / "benchmarks" / "results") == text, "run: make docs"


def test_the_tables_of_facets_are_those_of_their_result_files(tables):
    text = (ROOT / "docs" / "facets.md").read_text()
    for block in (
        "facets: fashion_facets",
        "composed: all",
        "risk: all",
        "typed: fashion",
        "typed: sample",
    ):
        assert f"<!-- {block} -->\n| " in text
    assert tables.with_tables(text, ROOT / "benchmarks" / "results") == text, "run: make docs"


@pytest.mark.parametrize(
    ("page", "block"),
    [("page", "one-file"), ("serving", "serving"), ("ann", "ann"), ("data", "languages")],
)
def test_tables_of_pages_are_those_of_their_result_files(tables, page, block):
    text = (ROOT / "docs" / f"{page}.md").read_text()
    assert f"<!-- {block}: all -->\n| " in text
    assert tables.with_tables(text, ROOT / "benchmarks" / "results") == text, "run: make docs"


def test_the_results_page_is_that_of_the_result_files(tables):
    page = (ROOT / "docs" / "results.md").read_text()
    assert tables.results_page(ROOT / "benchmarks" / "results") == page, "run: make docs"


def test_the_arena_is_that_of_the_result_files(tables):
    text, charts = tables.arena_page(ROOT / "benchmarks" / "results")
    assert (ROOT / "docs" / "arena.md").read_text() == text, "run: make docs"
    assert all((ROOT / "docs" / name).is_file() for name in charts), "run: make docs"
    assert "No rival beats expected_tree_codes of 4 bytes." in text


def results_of(suite):
    lines = (ROOT / "benchmarks" / "results" / f"{suite}.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def table_of(text, block):
    """Rows of a table of the README, header first, each cell without its marks."""
    lines = text.split(f"<!-- {block} -->\n")[1].split("<!-- end -->")[0].splitlines()
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if "---" not in line]


def distance(run):
    return run.get("distance", "hamming")


def shown_bits(run):
    """A method of one length stands at the main one."""
    return str(run["bits"]) if run.get("free_length", True) else "32"


RIVALS = ("orthohash", "csq", "dsph", "shdch", "hpdh", "hmlc", "hichnet")
QUANTISERS = {f"posterior_{kind}" for kind in ("signs", "itq", "pq", "opq", "rabitq")}
QUANTISERS.add("polysemous_tree_codes")


def test_numbers_of_the_readme_are_means_over_the_committed_runs():
    """Counted here from the lines alone, not by the code that writes the tables."""
    header, *rows = table_of((ROOT / "README.md").read_text(), "table: fashion")
    runs = [run for run in results_of("fashion") if not run["variant"]]
    both = {run["method"] for run in runs if "i2t" in run["results"]["all"]}
    asked = {run["method"] for run in runs if distance(run) in ("lookup", "rabitq")}
    assert {row[1] for row in rows if row[1].endswith(" (real query)")} == {
        f"{name} (real query)" for name in asked
    }
    rows = [[bits, name.removesuffix(" (real query)"), *cells] for bits, name, *cells in rows]
    assert {row[1] for row in rows} == both
    # Three official ones of DCMH at three lengths, six rows at four, two of one length, seven
    # rivals at two, three quantisers at one, and two and codes of two readings at three.
    assert len(rows) == 3 * 3 + 6 * 4 + 2 + 7 * 2 + 3 + 2 * 3 + 3
    best = {}
    for row in rows:
        cells = dict(zip(header, row, strict=True))
        own = [r for r in runs if (shown_bits(r), r["method"]) == (cells["bits"], cells["method"])]
        fewer = cells["method"] in {"dcmh_leaf", "dcmh_any", "dcmh_published", *RIVALS, *QUANTISERS}
        seeds = 3 if fewer else 5
        assert len(own) == int(cells["seeds"]) == seeds
        for name, cell in cells.items():
            direction, _, metric = name.partition(" ")
            if metric == "n":
                assert {r["queries"][direction]["counted"] for r in own} == {int(cell)}
            elif metric:
                values = [r["results"]["all"][direction][distance(r)][metric] for r in own]
                mean = statistics.mean(values)
                assert f"{mean:.3f} ±{statistics.stdev(values):.3f}" in cell, (
                    cells["method"],
                    name,
                )
                best.setdefault((cells["bits"], name), []).append((f"{mean:.3f}", "**" in cell))
    for place, values in best.items():
        top = max(mean for mean, _ in values)
        assert all(is_bold == (mean == top) for mean, is_bold in values), place


def test_marks_of_the_readme_are_on_the_side_of_the_difference():
    header, *rows = table_of((ROOT / "README.md").read_text(), "table: fashion")
    for place, name in enumerate(header):
        if " " not in name or name.endswith(" n"):
            continue
        ours = {row[0]: number(row[place]) for row in rows if row[1] == "expected_tree_codes"}
        for row in rows:
            if "▼" in row[place]:
                assert number(row[place]) < ours[row[0]]
            if "▲" in row[place]:
                assert number(row[place]) > ours[row[0]]
            if row[1] == "dcmh_published":  # a third of the others' scores, in every seed
                assert "▼" in row[place]


def number(cell):
    return float(cell.strip("*").split(" ")[0])


def test_sections_of_variants_are_blocks_too(tables, tmp_path):
    lines = [a_line(True), a_line(False, variant="alone")]
    lines.append(a_line(True, variant="other", centre_weights="uniform"))
    (tmp_path / "s.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    text = "".join(f"<!-- {name}: s -->\n<!-- end -->\n" for name in ("prefixes", "weights"))
    made = tables.with_tables(text, tmp_path)
    assert "<!-- prefixes: s -->\n| bits | method | code | seeds |" in made
    assert "<!-- weights: s -->\n| bits | method | leaf weight | seeds |" in made
