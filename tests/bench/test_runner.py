from __future__ import annotations

import json

import pytest

from hierhash.bench.results import Job, SuiteResults
from hierhash.bench.runner import run_suite
from hierhash.bench.suite import load_suite
from hierhash.builder import prepare
from hierhash.errors import HierhashError, RunError
from hierhash.reports.headline import headline_markdown
from hierhash.reports.runs import load_runs

SUITE = """
name: tiny
data: {source: synthetic, options: {n: 400}}
bits: [8]
seeds: [0, 1]
tuning_bits: 8
set: {model.training.epochs: 1, model.image.hidden: 16, model.text.hidden: 16}
trials:
  - {model.loss.gamma: 1}
  - {model.loss.gamma: 10}
rows:
  - {method: hierarchical_dcmh}
  - {method: dcmh_published, trials: []}
"""


@pytest.fixture
def suite(tmp_path):
    (tmp_path / "tiny.yaml").write_text(SUITE)
    return load_suite(tmp_path / "tiny.yaml")


def test_a_suite_tunes_runs_resumes_and_reports(suite, tmp_path):
    said = []
    run_suite(suite, tmp_path, say=said.append)
    lines = [json.loads(x) for x in (tmp_path / "tiny.jsonl").read_text().splitlines()]
    assert len(lines) == 4
    assert len((tmp_path / "tiny.tuning.jsonl").read_text().splitlines()) == 2
    scores = lines[0]["results"]
    assert set(scores["all"]) == {"i2t", "t2i", "i2i", "t2t"}
    assert 0 < scores["unseen"]["i2t"]["hamming"]["hap"] < 1
    assert 0 < scores["all"]["i2t"]["asymmetric"]["hap"] < 1
    said.clear()
    kept = (tmp_path / "tiny.jsonl").read_text().splitlines()
    (tmp_path / "tiny.jsonl").write_text("\n".join(kept[1:]) + "\n")
    run_suite(suite, tmp_path, say=said.append)
    assert len(said) == 2  # "preparing" and the one run that was missing
    again = json.loads((tmp_path / "tiny.jsonl").read_text().splitlines()[-1])
    assert again["results"] == json.loads(kept[0])["results"]  # the same seed, the same numbers
    assert "| 8 | hierarchical_dcmh | 2 |" in headline_markdown("tiny", tmp_path)


def test_the_best_trial_on_validation_is_chosen(suite, tmp_path):
    results = SuiteResults(suite, tmp_path, prepare(suite.data, suite.features, "cpu"))
    row = suite.rows[0]
    with pytest.raises(RunError, match="a trial of hierarchical_dcmh is missing"):
        results.choose(row)
    for trial, score in zip(suite.trials, (0.2, 0.3), strict=True):
        results.store_trial(results.trial_job(row, trial), {"objective": score})
    assert results.choose(row) == {"model.loss.gamma": 10}


def test_results_of_other_data_do_not_count(suite, tmp_path):
    results = SuiteResults(suite, tmp_path, prepare(suite.data, suite.features, "cpu"))
    job = results.trial_job(suite.rows[0], suite.trials[0])
    results.store_trial(job, {"objective": 0.5})
    assert results.has(job)
    (tmp_path / "tiny.yaml").write_text(SUITE.replace("n: 400", "n: 400, seed: 1"))
    other = load_suite(tmp_path / "tiny.yaml")
    changed = SuiteResults(other, tmp_path, prepare(other.data, other.features, "cpu"))
    assert not changed.has(job)


def test_only_the_newest_line_of_a_run_is_reported(suite, tmp_path):
    results = SuiteResults(suite, tmp_path, prepare(suite.data, suite.features, "cpu"))
    job = Job(suite.rows[1], 8, 0, {}, final=True)
    for hap in (0.1, 0.2):
        results.store_final(job, {"results": {"all": {}}, "hap": hap}, {})
    assert [run["hap"] for run in load_runs("tiny", tmp_path)] == [0.2]


def test_a_run_that_fails_is_told_and_the_others_go_on(tmp_path):
    wild = "{model.training.lr: 1.0e+12, model.training.optimiser: sgd}"
    text = SUITE.replace("  - {method: dcmh_published, trials: []}", "").replace(
        "rows:", f"rows:\n  - {{method: dcmh_published, trials: [], set: {wild}}}"
    )
    (tmp_path / "tiny.yaml").write_text(text)
    with pytest.raises(HierhashError) as caught:
        run_suite(load_suite(tmp_path / "tiny.yaml"), tmp_path, say=lambda _: None)
    assert caught.value.exit_code == 1
    said = str(caught.value).splitlines()
    assert [line.partition(" failed: ")[0] for line in said] == [
        "tiny: dcmh_published, 8 bits, seed 0",
        "tiny: dcmh_published, 8 bits, seed 1",
    ]
    assert {run["name"] for run in load_runs("tiny", tmp_path)} == {"hierarchical_dcmh"}
