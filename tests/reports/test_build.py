"""The whole report of a small suite."""

from __future__ import annotations

import csv
import io
import re

import pytest

from hierhash.bench.runner import run_suite
from hierhash.bench.suite import load_suite
from hierhash.builder import labelled_items
from hierhash.errors import RunError
from hierhash.reports.build import build_report

SUITE = """
name: tiny
data: {source: synthetic, options: {n: 400}}
bits: [8, 16]
seeds: [0]
tuning_bits: 8
set: {model.training.epochs: 1, model.image.hidden: 16, model.text.hidden: 16}
rows:
  - {method: hierarchical_dcmh}
  - {method: dcmh_tuned}
  - {method: hierarchical_dcmh, variant: tree+none, bits: [8], set: {model.head.kind: none}}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    (folder / "tiny.yaml").write_text(SUITE)
    suite = load_suite(folder / "tiny.yaml")
    run_suite(suite, folder, say=lambda _: None)
    return folder, suite, build_report("tiny", folder, labelled_items(suite.data))


def test_the_page_is_whole_and_needs_no_network(made):
    page = made[2].html
    assert not re.search(r'(src|href)="https?:', page)
    assert "<script" not in page
    for title in (
        "Headline",
        "Paired comparison",
        "Length of the code",
        "Level by level",
        "Precision and recall",
        "Head, middle and tail",
        "Similarity by head",
        "Classification",
        "Confusion across the tree",
        "Database of unseen items",
        "Asymmetric distance",
        "Single items",
        "Ties",
        "Cost",
        "Retrieved examples",
        "To reproduce",
    ):
        assert re.search(rf"<h2[^>]*>{title}", page), title


def test_every_chart_shows_every_row(made):
    page = made[2].html
    assert page.count("<svg") >= 14


def test_markdown_and_csv_hold_the_numbers_of_the_results(made):
    _, _, report = made
    rows = list(csv.DictReader(io.StringIO(report.csv)))
    value = next(
        float(row["value"])
        for row in rows
        if (row["name"], row["bits"], row["database"], row["direction"], row["distance"])
        == ("dcmh_tuned", "8", "all", "i2t", "hamming")
        and row["metric"] == "hap"
    )
    line = next(x for x in report.markdown.splitlines() if x.startswith("| 8 | dcmh_tuned"))
    assert f"{value:.3f}" in line
    assert r"\toprule" in report.latex


def test_examples_show_good_and_bad_answers(made):
    page = made[2].html
    assert page.count('<div class="hits">') == 6 * 2
    assert len(re.findall(r'<div class="hit [a-z-]+"', page)) == 6 * 2 * 8


def test_no_results_is_one_clear_line(tmp_path):
    with pytest.raises(RunError, match=r"none\.jsonl: no results yet; run: hierhash bench none"):
        build_report("none", tmp_path)


def test_results_of_before_still_make_a_report(made, tmp_path):
    folder, _, _ = made
    (tmp_path / "tiny.jsonl").write_text((folder / "tiny.jsonl").read_text())
    (tmp_path / "environments.json").write_text((folder / "environments.json").read_text())
    page = build_report("tiny", tmp_path).html
    assert "Headline" in page
    assert "Confusion" not in page
