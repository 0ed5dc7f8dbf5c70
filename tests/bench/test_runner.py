from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from hierhash.bench import workers
from hierhash.bench.results import Job, SuiteResults, data_file
from hierhash.bench.runner import run_suite
from hierhash.bench.suite import load_suite
from hierhash.data.split.split import Split
from hierhash.errors import ConfigError, HierhashError, RunError
from hierhash.prepare import prepare
from hierhash.reports.headline import headline_markdown
from hierhash.reports.runs import load_results
from hierhash.storage.lock import locked
from tests.reports.lines import RECORD

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


@pytest.mark.parametrize("change", [{"score": "x"}, {"score": True}, {"metrics": 1}])
def test_a_trial_line_of_another_shape_is_named(suite, tmp_path, change):
    results = SuiteResults(suite, tmp_path, hashed())
    row = suite.rows[0]
    for trial in suite.trials:
        results.store_trial(results.trial_job(row, trial), {"objective": 0.5})
    lines = [json.loads(x) | change for x in results.tuning.read_text().splitlines()]
    results.tuning.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with pytest.raises(RunError) as caught:
        results.choose(row)
    assert caught.value.problems == [
        f"{results.tuning}: the trial {{'model.loss.gamma': 1}} of hierarchical_dcmh has no number "
        "as its score, or no metrics; delete its line to run it again"
    ]


def test_results_of_other_data_do_not_count(suite, tmp_path):
    results = SuiteResults(suite, tmp_path, prepare(suite.data, suite.features, "cpu"))
    job = results.trial_job(suite.rows[0], suite.trials[0])
    results.store_trial(job, {"objective": 0.5})
    assert results.has(job)
    (tmp_path / "tiny.yaml").write_text(SUITE.replace("n: 400", "n: 400, seed: 1"))
    other = load_suite(tmp_path / "tiny.yaml")
    changed = SuiteResults(other, tmp_path, prepare(other.data, other.features, "cpu"))
    assert not changed.has(job)


def hashed(split="s", halves="h", tree="t"):
    """Prepared data of which the hashes alone are known."""
    own = SimpleNamespace(sha256=split, halves_sha256=halves)
    return SimpleNamespace(split=own, tree=SimpleNamespace(sha256=tree))


@pytest.mark.parametrize("part", ["split", "halves", "tree"])
def test_results_of_another_split_or_tree_do_not_count(suite, tmp_path, part):
    prepared = hashed()
    results = SuiteResults(suite, tmp_path, prepared)
    job = results.trial_job(suite.rows[0], suite.trials[0])
    results.store_trial(job, {"objective": 0.5})
    assert SuiteResults(suite, tmp_path, prepared).has(job)
    assert not SuiteResults(suite, tmp_path, hashed(**{part: "other"})).has(job)


def test_lines_made_before_there_were_halves_count(suite, tmp_path):
    results = SuiteResults(suite, tmp_path, hashed())
    job = results.trial_job(suite.rows[0], suite.trials[0])
    results.store_trial(job, {"objective": 0.5})
    line = json.loads(results.tuning.read_text())
    assert line.pop("halves_sha256") == "h"
    results.tuning.write_text(json.dumps(line) + "\n")
    assert SuiteResults(suite, tmp_path, hashed(halves="other")).has(job)


def test_final_lines_name_the_halves_of_the_split_beside_them(suite, tmp_path):
    def store(prepared):
        results = SuiteResults(suite, tmp_path, prepared)
        job = Job(suite.rows[1], 8, 0, {}, final=True)
        results.store_final(job, {"results": {"all": {}}}, {"x": np.zeros(1)})
        return json.loads(results.runs.read_text().splitlines()[-1])

    first = prepare(suite.data, suite.features, "cpu")
    split, ids = first.split, first.catalogue.ids
    swapped = {"tune": split.calibrate, "calibrate": split.tune}
    other = replace(first, split=Split.of(ids, {**split.parts, **swapped}))
    lines = store(first), store(other), store(first)
    assert [line["split_sha256"] for line in lines] == [split.sha256] * 3
    assert lines[0]["halves_sha256"] != lines[1]["halves_sha256"]
    assert lines[0]["scores"] != lines[1]["scores"]
    for line in lines:
        about = line["split_sha256"], line["halves_sha256"]
        kept = data_file(tmp_path, "tiny", "split.json", *about)
        assert json.loads(kept.read_text())["halves_sha256"] == line["halves_sha256"]
    assert len(list(tmp_path.glob("tiny*.split.json"))) == 2


def test_only_the_newest_line_of_a_run_is_reported(suite, tmp_path):
    results = SuiteResults(suite, tmp_path, prepare(suite.data, suite.features, "cpu"))
    job = Job(suite.rows[1], 8, 0, {}, final=True)
    for hap in (0.1, 0.2):
        results.store_final(job, RECORD | {"hap": hap}, {})
    assert [run["hap"] for run in load_results("tiny", tmp_path)[0]] == [0.2]


def test_a_run_that_fails_is_told_and_the_others_go_on(tmp_path):
    wild = "{model.loss.eta: 1.0e+12, model.training.optimiser: sgd}"
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
    assert {run["name"] for run in load_results("tiny", tmp_path)[0]} == {"hierarchical_dcmh"}


class Broken(Exception):
    """What a library may raise."""


@pytest.mark.parametrize("error", [MemoryError("no room"), RuntimeError("bad\nshape"), Broken("x")])
def test_whatever_a_job_raises_the_others_go_on(tmp_path, monkeypatch, error):
    (tmp_path / "tiny.yaml").write_text(SUITE)
    real = workers.final_scores

    def final_scores(config, *args, **options):
        if config.method == "hierarchical_dcmh" and config.seed == 0:
            raise error
        return real(config, *args, **options)

    monkeypatch.setattr(workers, "final_scores", final_scores)
    with pytest.raises(HierhashError) as caught:
        run_suite(load_suite(tmp_path / "tiny.yaml"), tmp_path, say=lambda _: None)
    name = type(error).__name__
    (line,) = str(caught.value).splitlines()
    assert line.startswith(f"tiny: hierarchical_dcmh, 8 bits, seed 0 failed: {name}: ")
    assert len(load_results("tiny", tmp_path)[0]) == 3
    monkeypatch.undo()
    said = []
    run_suite(load_suite(tmp_path / "tiny.yaml"), tmp_path, say=said.append)
    assert len(said) == 2  # the same command does what failed, and nothing else
    assert len(load_results("tiny", tmp_path)[0]) == 4


@pytest.mark.parametrize("lost", [float("nan"), None, "diverged"])
def test_a_trial_without_a_score_loses_and_is_told(suite, tmp_path, monkeypatch, lost):
    real = workers.validation_scores

    def validation_scores(config, prepared, items):
        if config.model.loss.gamma == 10:
            if lost == "diverged":
                raise HierhashError("epoch 1: not finite")
            return {"objective": float("nan") if lost is None else lost}
        return real(config, prepared)

    monkeypatch.setattr(workers, "validation_scores", validation_scores)
    said = []
    run_suite(suite, tmp_path, say=said.append)
    warnings = [line for line in said if line.startswith("warning: ")]
    assert warnings == [
        "warning: hierarchical_dcmh: 1 of 2 trials lost: it failed or has no validation score"
    ]
    lines = [json.loads(x) for x in (tmp_path / "tiny.tuning.jsonl").read_text().splitlines()]
    assert [line["score"] is None for line in lines] == [False, True]
    assert {run["settings"]["gamma"] for run in load_results("tiny", tmp_path)[0]} == {1.0}


def test_a_trial_whose_outputs_are_not_finite_loses_for_good(tmp_path):
    # The losses of its one epoch are finite still; the weights it ends with are not.
    wild = "{model.training.weight_decay: 1.0e+12}"
    (tmp_path / "tiny.yaml").write_text(SUITE.replace("{model.loss.gamma: 10}", wild))
    said = []
    run_suite(load_suite(tmp_path / "tiny.yaml"), tmp_path, say=said.append)
    (line,) = (line for line in said if "not finite" in line)
    assert line.endswith("image outputs are not finite: the training diverged; lower training.lr")
    lines = [json.loads(x) for x in (tmp_path / "tiny.tuning.jsonl").read_text().splitlines()]
    assert [line["score"] is None for line in lines] == [False, True]
    said.clear()
    run_suite(load_suite(tmp_path / "tiny.yaml"), tmp_path, say=said.append)
    assert [line.partition(":")[0] for line in said] == ["tiny", "warning"]  # not tried again


def test_a_row_whose_trials_all_lose_is_told_and_the_others_go_on(suite, tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "validation_scores", lambda *_: {"objective": float("nan")})
    with pytest.raises(HierhashError, match="every trial of hierarchical_dcmh failed or has no"):
        run_suite(suite, tmp_path, say=lambda _: None)
    assert {run["name"] for run in load_results("tiny", tmp_path)[0]} == {"dcmh_published"}


def test_a_trial_that_a_passing_fault_ended_is_tried_again(suite, tmp_path, monkeypatch):
    def out_of_memory(*_):
        raise MemoryError

    monkeypatch.setattr(workers, "validation_scores", out_of_memory)
    with pytest.raises(HierhashError, match=r"trial .*gamma.* failed: MemoryError"):
        run_suite(suite, tmp_path, say=lambda _: None)
    monkeypatch.undo()
    run_suite(suite, tmp_path, say=lambda _: None)
    assert len(load_results("tiny", tmp_path)[0]) == 4


def test_a_second_bench_in_one_folder_is_refused_at_once(suite, tmp_path):
    said = []
    with (
        locked(tmp_path, "writes results into"),
        pytest.raises(RunError, match="another process writes results into this folder"),
    ):
        run_suite(suite, tmp_path, say=said.append)
    assert not said
    assert {path.name for path in tmp_path.iterdir()} == {"tiny.yaml"}


def test_the_split_of_earlier_lines_is_kept_when_the_data_change(suite, tmp_path):
    def store(one):
        results = SuiteResults(one, tmp_path, prepare(one.data, one.features, "cpu"))
        job = Job(one.rows[1], 8, 0, {}, final=True)
        results.store_final(job, {"results": {"all": {}}}, {"x": np.zeros(1)})
        return results.data["split_sha256"]

    first = store(suite)
    (tmp_path / "tiny.yaml").write_text(SUITE.replace("n: 400", "n: 400, seed: 1"))
    second = store(load_suite(tmp_path / "tiny.yaml"))
    assert first != second
    assert store(suite) == first  # and back
    for sha256, name in ((first, "tiny.split.json"), (second, f"tiny.{second[:8]}.split.json")):
        assert data_file(tmp_path, "tiny", "split.json", sha256) == tmp_path / name
        assert json.loads((tmp_path / name).read_text())["sha256"] == sha256
    assert data_file(tmp_path, "tiny", "split.json", "other") is None
    # Nor do the scores of one take the place of the other's.
    assert len(list((tmp_path / "scores" / "tiny").iterdir())) == 2


def test_a_bench_that_is_refused_writes_nothing(tmp_path):
    text = SUITE.replace("{n: 400}}", "{n: 400}, split: {sizes: {train: 50, query: 9}}}")
    (tmp_path / "tiny.yaml").write_text(text)
    with pytest.raises(ConfigError, match="tiny: the split has no validation items"):
        run_suite(load_suite(tmp_path / "tiny.yaml"), tmp_path / "new", say=lambda _: None)
    assert {path.name for path in tmp_path.iterdir()} == {"tiny.yaml"}
