from __future__ import annotations

import pytest

from hierhash.bench.suite import load_suite
from hierhash.config import dump_config, load_config, resolve_config
from hierhash.errors import ConfigError
from hierhash.shipped import list_shipped, shipped_path


def test_every_shipped_config_is_valid():
    names = list_shipped("configs")
    assert names
    for name in names:
        load = load_suite if name.startswith("suites/") else load_config
        load(shipped_path("configs", name))


def test_a_dumped_config_reads_back_the_same(tmp_path):
    config = resolve_config({"method": "dcmh_published", "bits": 48})
    (tmp_path / "c.yaml").write_text(dump_config(config))
    assert load_config(tmp_path / "c.yaml") == config


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bitss: 3", r"c\.yaml:1: unknown key 'bitss'; did you mean 'bits'\?"),
        ("bits: 16\nmodel:\n  loss: {gama: 1}", r"c\.yaml:3: unknown key 'model\.loss\.gama'; did"),
        ("bits: 0", r"c\.yaml:1: bits: input should be greater than or equal to 1, got 0"),
        ("bits: many", r"c\.yaml:1: bits: input should be a valid integer"),
        ("method: dcmh_tunde", r"no method 'dcmh_tunde'; did you mean 'dcmh_tuned'\?"),
        ("model: {head: {kind: leafs}}", r"c\.yaml:1: model\.head\.kind: .*'leaf'"),
        ("model: {training: {lr: -1}}", r"model\.training\.lr: input should be greater than 0"),
        ("bits: 1\nbits: 2", r"c\.yaml:2: key 'bits' stands twice"),
        ("bits: [1", r"c\.yaml:\d+: "),
        ("- 1", r"c\.yaml:1: a config is a mapping"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path, text, message):
    (tmp_path / "c.yaml").write_text(text)
    with pytest.raises(ConfigError, match=message):
        load_config(tmp_path / "c.yaml")


def test_all_problems_come_at_once():
    with pytest.raises(ConfigError) as caught:
        resolve_config({"bits": 0, "seeed": 1, "data": {"souce": "x"}})
    assert len(caught.value.problems) == 3


def test_an_override_is_named_when_it_is_wrong():
    with pytest.raises(ConfigError, match="override 'bits=0'"):
        resolve_config({}, ["bits=0"])
    with pytest.raises(ConfigError, match=r"key\.path=value"):
        resolve_config({}, ["bits"])
