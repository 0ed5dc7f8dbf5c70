"""A training that diverges ends in one line that says what to lower."""

from __future__ import annotations

from tests.cli.small_run import hierhash, write_config, write_shop


def test_early_stopping_tells_that_the_outputs_are_not_finite(tmp_path):
    config = write_config(tmp_path / "run.yaml", write_shop(tmp_path / "shop"))
    wild = ("model.training.weight_decay=1e12", "model.training.epochs=1", "stopping.every=1")
    said = hierhash("train", config, *wild, "--out", tmp_path / "run")
    assert said.code == 1
    (line,) = (line for line in said.err.splitlines() if line.startswith("error: "))
    assert line.endswith("image outputs are not finite: the training diverged; lower training.lr")
    assert "Traceback" not in said.err
