"""The committed results are those of the shipped suites: a bench has nothing left to do."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from hierhash.bench import results as module
from hierhash.bench import runner
from hierhash.bench.results import Job, SuiteResults
from hierhash.bench.runner import _choices, _finals, _trials
from hierhash.bench.suite import find_suite, load_suite
from hierhash.errors import RunError
from hierhash.methods.registry import find_preset
from hierhash.storage.json_files import read_lines

RESULTS = Path(__file__).resolve().parents[2] / "benchmarks" / "results"
CLEAN = {"commit": "0123456789ab"}


def results_of(name, monkeypatch, here=CLEAN):
    monkeypatch.setattr(module, "environment", lambda: dict(here))
    last = read_lines(RESULTS / f"{name}.jsonl")[-1]
    split = SimpleNamespace(
        sha256=last["split_sha256"], halves_sha256=last.get("halves_sha256", "")
    )
    tree = SimpleNamespace(sha256=last["tree_sha256"])
    return SuiteResults(
        load_suite(find_suite(name)), RESULTS, SimpleNamespace(split=split, tree=tree)
    )


@pytest.mark.parametrize(
    "name",
    [
        "sample",
        "fashion",
        "fashion_masked",
        "fashion_unseen_leaves",
        "fashion_facets",
        "emoji",
        "emoji_artist",
    ],
)
def test_all_committed_work_counts_as_done(name, monkeypatch):
    results = results_of(name, monkeypatch)
    assert list(_trials(results)) == []
    chosen, unchosen = _choices(results, lambda _: None)
    assert not unchosen
    assert len(chosen) == len(results.suite.rows)
    assert list(_finals(results, chosen)) == []


@pytest.mark.parametrize(
    "name",
    ["sample", "fashion", "fashion_masked", "fashion_unseen_leaves", "emoji", "emoji_artist"],
)
def test_every_committed_line_is_a_job_of_its_suite(name, monkeypatch):
    results = results_of(name, monkeypatch)
    suite = results.suite
    rows = {(row.method, row.variant): row for row in suite.rows}
    for path, final in ((results.runs, True), (results.tuning, False)):
        for line in read_lines(path):
            row = rows[line["method"], line["variant"]]
            trials = suite.trials_of(row) if final else [line["trial"]]
            # Of a method of one length a line tells that one, and a job the suite's.
            bits = line["bits"] if row.has_free_length else suite.tuning_bits
            jobs = [Job(row, bits, line["seed"], trial, final) for trial in trials]
            assert any(
                module.config_hash(results.config(job)) == line["config_sha256"] for job in jobs
            )
            assert line["revision"] == find_preset(row.method).revision


def test_committed_lines_are_of_committed_code():
    for path in RESULTS.glob("*.jsonl"):
        if path.name != "speed.jsonl":  # ratios of an earlier version, before this was asked
            assert not [line for line in read_lines(path) if str(line["commit"]).endswith("+")]


def test_rows_may_have_seeds_of_their_own(monkeypatch):
    results = results_of("fashion", monkeypatch)
    suite = results.suite
    monkeypatch.setattr(results, "has", lambda job: False)
    chosen = [(row, suite.trials_of(row)[0]) for row in suite.rows]
    seeds = {}
    for job in _finals(results, chosen):
        seeds.setdefault(job.row.name, set()).add(job.seed)
    assert seeds["expected_tree_codes"] == set(suite.seeds)
    assert seeds["itq"] == {0, 1, 2}
    assert seeds["expected_tree_codes+dedicated"] == {0, 1, 2}


def test_changed_code_does_not_write_committed_results(monkeypatch):
    said = "committed results are made from committed code alone"
    with pytest.raises(RunError, match=said):
        results_of("sample", monkeypatch, {"commit": "0123456789ab+"})
    monkeypatch.setattr(runner, "commit", lambda: "0123456789ab+")
    lines = []
    with pytest.raises(RunError, match=said):
        runner.run_suite(load_suite(find_suite("sample")), RESULTS, say=lines.append)
    assert not lines  # before the data are prepared


def test_results_of_changed_code_are_not_taken_for_committed_ones(monkeypatch):
    results = results_of("sample", monkeypatch)
    row, trial = results.suite.rows[0], results.suite.trials[0]
    job = results.trial_job(row, trial)
    assert results.has(job)
    lines = [line | {"commit": "0123456789ab+"} for line in read_lines(results.tuning)]
    monkeypatch.setattr(module, "read_lines", lambda _: lines)
    assert not results.has(job)
    monkeypatch.setattr(module, "_REPOSITORY", Path("/nowhere"))
    assert results.has(job)  # elsewhere a changed tree may go on with its own results
