"""``hierhash report``: a suite is found by its name or its file."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from hierhash.bench.runner import run_suite
from hierhash.bench.suite import load_suite
from hierhash.cli.main import app

SUITE = """
name: own
data: {source: synthetic, options: {n: 300}}
bits: [8]
seeds: [0]
set: {model.training.epochs: 1, model.image.hidden: 16, model.text.hidden: 16}
rows:
  - {method: dcmh_tuned}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    (folder / "suite.yaml").write_text(SUITE)
    run_suite(load_suite(folder / "suite.yaml"), folder / "results", say=lambda _: None)
    return folder


def reported(folder, suite, *more):
    words = ["report", str(suite), "--results", str(folder / "results"), *more]
    result = CliRunner().invoke(app, [*words, "--out", str(folder / "out")])
    page = folder / "out" / "report.html"
    return result, page.read_text() if result.exit_code == 0 else ""


def test_examples_of_a_suite_of_ones_own_are_found_by_its_name(folder):
    result, page = reported(folder, "own", "--examples")
    assert result.exit_code == 0, result.output
    assert '<article class="example">' in page


def test_a_name_and_a_file_give_the_same_report(folder):
    by_name = reported(folder, "own", "--examples")[1]
    assert by_name == reported(folder, folder / "suite.yaml", "--examples")[1]
    assert by_name


def test_results_from_before_suites_were_kept_ask_for_the_file(folder, tmp_path):
    (tmp_path / "results").mkdir()
    lines = (folder / "results" / "own.jsonl").read_text()
    (tmp_path / "results" / "own.jsonl").write_text(lines)
    (tmp_path / "results" / "environments.json").write_text(json.dumps({}))
    result, _ = reported(tmp_path, "own", "--examples")
    assert result.exit_code != 0
    assert reported(tmp_path, "own")[0].exit_code == 0


def test_a_suite_that_was_changed_since_is_told(folder):
    (folder / "changed.yaml").write_text(SUITE.replace("epochs: 1", "epochs: 2"))
    result, _ = reported(folder, folder / "changed.yaml")
    assert result.exit_code == 0
    assert "not the suite that was run" in result.stderr
    result, page = reported(folder, folder / "suite.yaml")
    assert result.stderr == ""
    kept = folder / "results" / "own.suite.yaml"
    assert f"hierhash bench {kept} --results {folder / 'results'}" in page
    (folder / "results" / "own.jsonl").rename(folder / "away.jsonl")
    result, _ = reported(folder, "own")
    assert f"no results yet; run: hierhash bench {kept} --results" in str(result.exception)
    (folder / "away.jsonl").rename(folder / "results" / "own.jsonl")
