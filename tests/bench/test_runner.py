from __future__ import annotations

import json

import pytest

from hierhash.bench.runner import choose, run_suite
from hierhash.bench.suite import load_suite
from hierhash.errors import ConfigError, RunError
from hierhash.reports.headline import headline_markdown

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
    from hierhash.bench.results import trial_key

    row = suite.rows[0]
    with pytest.raises(RunError, match="a trial of hierarchical_dcmh is missing"):
        choose(suite, tmp_path, row)
    lines = [
        {"key": trial_key(suite, row, trial), "score": score}
        for trial, score in zip(suite.trials, (0.2, 0.3), strict=True)
    ]
    text = "\n".join(json.dumps(line) for line in lines)
    (tmp_path / "tiny.tuning.jsonl").write_text(text)
    assert choose(suite, tmp_path, row) == {"model.loss.gamma": 10}


def test_more_than_eight_trials_are_refused(tmp_path):
    nine = "\n".join(f"  - {{model.loss.gamma: {i}}}" for i in range(9))
    (tmp_path / "s.yaml").write_text(f"name: s\nrows: [{{method: dcmh_tuned}}]\ntrials:\n{nine}\n")
    with pytest.raises(ConfigError, match="trials"):
        load_suite(tmp_path / "s.yaml")


def test_a_wrong_key_in_a_row_is_named(tmp_path):
    (tmp_path / "s.yaml").write_text("name: s\nrows:\n  - {method: dcmh_tuned, set: {bitz: 1}}\n")
    with pytest.raises(ConfigError, match=r"row dcmh_tuned: unknown key 'bitz'"):
        load_suite(tmp_path / "s.yaml")
