"""The suite kept beside its results."""

from __future__ import annotations

import pytest

from hierhash.bench.suite import load_suite
from hierhash.bench.suite_file import keep_suite, suite_file
from hierhash.shipped import list_shipped, shipped_path

OWN = """
name: own
data: {source: synthetic, options: {n: 400, note: "1e-3", day: 2020-01-01}}
bits: [8]
seeds: [0]
rows:
  - {method: hierarchical_dcmh, trials: [{model.training.lr: 1.0e-05}, {model.loss.eta: 0.5}]}
  - {method: itq, variant: "12", common: false}
"""
SHIPPED = [name for name in list_shipped("configs") if name.startswith("suites/")]


@pytest.mark.parametrize("name", [*SHIPPED, "own"])
def test_a_kept_suite_is_the_same_suite(tmp_path, name):
    (tmp_path / "own.yaml").write_text(OWN)
    suite = load_suite(tmp_path / "own.yaml" if name == "own" else shipped_path("configs", name))
    keep_suite(suite, tmp_path)
    again = load_suite(suite_file(tmp_path, suite.name))
    assert again == suite
    assert again.model_fields_set == suite.model_fields_set


def test_a_changed_suite_takes_the_place_of_the_one_before(tmp_path):
    (tmp_path / "own.yaml").write_text(OWN)
    suite = load_suite(tmp_path / "own.yaml")
    keep_suite(suite, tmp_path)
    before = suite_file(tmp_path, "own").stat()
    keep_suite(suite, tmp_path)
    assert suite_file(tmp_path, "own").stat().st_mtime_ns == before.st_mtime_ns
    keep_suite(suite.model_copy(update={"seeds": [1]}), tmp_path)
    assert load_suite(suite_file(tmp_path, "own")).seeds == [1]
