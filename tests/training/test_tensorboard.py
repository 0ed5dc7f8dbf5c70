from __future__ import annotations

import json
import sys

import pytest

from hierhash.config.hash import config_hash
from hierhash.config.reading import load_config, resolve_config
from hierhash.errors import ConfigError
from hierhash.runs.training import train_run
from hierhash.training.tensorboard import EpochScalars

FAST = {
    "data": {"source": "synthetic", "options": {"n": 200}},
    "bits": 8,
    "model": {"training": {"epochs": 2}},
    "stopping": {"every": 1},
}


def scalars_of(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder))
    events.Reload()
    return {
        name: {event.step: event.value for event in events.Scalars(name)}
        for name in events.Tags()["scalars"]
    }


def test_a_run_writes_what_metrics_jsonl_holds(tmp_path):
    pytest.importorskip("tensorboard")
    train_run(resolve_config({**FAST, "tensorboard": True}), tmp_path)
    lines = (tmp_path / "metrics.jsonl").read_text().splitlines()
    found = scalars_of(tmp_path / "tensorboard")
    assert len(lines) == 2
    for line in map(json.loads, lines):
        epoch = line.pop("epoch")
        assert {name: values[epoch] for name, values in found.items()} == pytest.approx(line)


def test_nothing_is_written_unless_asked_for(tmp_path):
    train_run(resolve_config(FAST), tmp_path)
    assert not (tmp_path / "tensorboard").exists()


def test_an_epoch_that_is_run_again_takes_the_place_of_the_first(tmp_path):
    pytest.importorskip("tensorboard")
    killed = EpochScalars(tmp_path)
    for epoch in (1, 2, 3):
        killed(epoch, {"image/likelihood": 1.0})
    killed.close()
    resumed = EpochScalars(tmp_path)
    resumed(3, {"image/likelihood": 5.0})
    resumed.close()
    assert scalars_of(tmp_path / "tensorboard") == {"image/likelihood": {1: 1.0, 2: 1.0, 3: 5.0}}


def test_a_missing_library_is_named_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(ConfigError, match=r"pip install 'hierhash\[tensorboard\]'"):
        train_run(resolve_config({**FAST, "tensorboard": True}), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_watching_a_run_does_not_make_it_another(tmp_path):
    (tmp_path / "c.yaml").write_text("tensorboard: true")
    watched, plain = load_config(tmp_path / "c.yaml"), resolve_config({})
    assert watched.tensorboard
    assert not plain.tensorboard
    assert config_hash(watched) == config_hash(plain)
