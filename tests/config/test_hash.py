"""Which changes make another run, and which leave stored results as they are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from hierhash.config import hash as module
from hierhash.config.hash import config_hash, settings_hash
from hierhash.config.reading import resolve_config
from hierhash.config.schema import RunConfig, StoppingConfig
from hierhash.methods.dcmh import DCMH
from hierhash.methods.registry import presets

PLAIN = {"method": "hierarchical_dcmh", "bits": 16}


def hash_of(*overrides: str) -> str:
    return config_hash(resolve_config(PLAIN, list(overrides)))


@pytest.mark.parametrize(
    "override",
    [
        "bits=32",
        "seed=1",
        "method=dcmh_tuned",
        "model.loss.gamma=2",
        "model.training.epochs=3",
        "data.text=masked",
        "data.options={n: 50}",
        "data.path=else.csv",
        "data.split.seed=1",
        "data.split.sizes={train: 9}",
        "features.image.size=[64, 64]",
        "features.text.min_count=1",
        "stopping.every=1",
    ],
)
def test_what_bears_on_the_result_makes_another_run(override):
    assert hash_of(override) != hash_of()


@pytest.mark.parametrize(
    "override",
    [
        "device=cpu",
        "tensorboard=true",
        "model.loss.gamma=1.0",
        "stopping.patience=5",
        "features.text.name=words",
    ],
)
def test_what_does_not_bear_on_it_is_left_out(override):
    assert hash_of(override) == hash_of()


def test_a_moved_file_is_the_same_file():
    assert hash_of("data.path=/a/d.csv") == hash_of("data.path=b/d.csv")
    assert hash_of("data.split.file=/a/s.json") == hash_of("data.split.file=s.json")
    assert hash_of("data.options.images=/a/p") == hash_of("data.options.images=p")


def test_one_more_setting_with_a_default_orphans_nothing(monkeypatch):
    before, plain = hash_of("model.loss.eta=0.5"), dict(resolve_config(PLAIN))

    class Wider(RunConfig):
        another: int = 0

    @dataclass(frozen=True)
    class WiderSettings(DCMH.Settings):
        another: int = 0

    preset = presets()["hierarchical_dcmh"]
    settings = WiderSettings(**vars(preset.settings))
    monkeypatch.setitem(presets(), "hierarchical_dcmh", replace(preset, settings=settings))
    monkeypatch.setattr(DCMH, "Settings", WiderSettings)
    loss = replace(settings.loss, eta=0.5)
    config = Wider.model_construct(**plain | {"model": replace(settings, loss=loss)})
    assert config_hash(config) == before


def test_one_more_setting_of_stopping_orphans_no_run_that_looks(monkeypatch):
    looking = resolve_config(PLAIN, ["stopping.every=2"])
    before = config_hash(looking)

    class Wider(StoppingConfig):
        another: int = 0

    monkeypatch.setattr(module, "StoppingConfig", Wider)
    wider = looking.model_copy(update={"stopping": Wider(every=2)})
    assert config_hash(wider) == before
    assert config_hash(wider.model_copy(update={"stopping": Wider(every=2, another=1)})) != before
    assert hash_of("stopping.every=2", "stopping.patience=5") != before


def test_a_raised_revision_makes_another_run(monkeypatch):
    before = hash_of()
    raised = replace(presets()["hierarchical_dcmh"], revision=2)
    monkeypatch.setitem(presets(), "hierarchical_dcmh", raised)
    assert hash_of() != before


def test_runs_that_differ_in_the_seed_alone_may_be_averaged():
    one, other = (resolve_config(PLAIN, [f"seed={seed}"]) for seed in (0, 1))
    assert settings_hash(one) == settings_hash(other)
    assert settings_hash(one) != settings_hash(resolve_config(PLAIN, ["model.loss.eta=0.5"]))
