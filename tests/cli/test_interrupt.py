"""Ctrl-C in the middle of training, and going on from there."""

from __future__ import annotations

import signal
import time

from tests.cli.interrupting import ENDED, started
from tests.cli.small_run import hierhash

EPOCHS = 25


def test_ctrl_c_saves_and_a_resumed_run_ends_bit_identical(trained, tmp_path):
    words = ["train", trained / "config.yaml", f"model.training.epochs={EPOCHS}"]
    stopped, whole = tmp_path / "stopped", tmp_path / "whole"
    with started(tmp_path, *map(str, words), "--out", str(stopped)) as process:
        metrics = stopped / "metrics.jsonl"
        while process.poll() is None and not (
            metrics.exists() and metrics.read_text().count("\n") >= 2
        ):
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=120)[1]
    assert process.returncode in ENDED, said
    last = said.splitlines()[-1]
    assert last.startswith("stopped after epoch ")
    again = f"hierhash train {stopped / 'config.yaml'} --out {stopped} --resume"
    assert last.endswith(f" of {EPOCHS}; continue with: {again}")
    assert not (stopped / "model.safetensors").exists()
    done = metrics.read_text().count("\n")
    assert 2 <= done < EPOCHS

    assert hierhash(*words, "--out", stopped, "--resume").code == 0
    assert hierhash(*words, "--out", whole).code == 0
    for name in ("model.safetensors", "model.json", "metrics.jsonl", "splits.json"):
        assert (stopped / name).read_bytes() == (whole / name).read_bytes(), name
