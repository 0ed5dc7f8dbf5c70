from __future__ import annotations

import pytest

from hierhash.bench.suite import load_suite
from hierhash.config.hash import config_hash
from hierhash.config.reading import load_config, resolve_config
from hierhash.config.writing import dump_config
from hierhash.errors import ConfigError
from hierhash.shipped import list_shipped, shipped_path


def test_every_shipped_config_is_valid():
    names = list_shipped("configs")
    assert names
    for name in names:
        load = load_suite if name.startswith("suites/") else load_config
        load(shipped_path("configs", name))


def test_a_dumped_config_reads_back_the_same(tmp_path):
    options = {"item_id": "1e5", "text": ["yes", "0o17", "~", "2024-01-01", "1.5"]}
    config = resolve_config({"method": "dcmh_published", "bits": 48, "data": {"options": options}})
    (tmp_path / "c.yaml").write_text(dump_config(config))
    assert load_config(tmp_path / "c.yaml") == config


def test_a_run_folder_of_an_earlier_version_is_read_and_its_unread_device_left_out(tmp_path):
    (tmp_path / "c.yaml").write_text("features: {image: {size: [64, 64], device: cpu}}\n")
    config = load_config(tmp_path / "c.yaml")
    assert config.features.image.size == (64, 64)
    assert "device" not in dump_config(config).split("features:")[1]


FILES = [
    ("bitss: 3", "c.yaml:1: unknown key 'bitss'; did you mean 'bits'?"),
    ("1: 2", "c.yaml:1: unknown key '1'; valid keys: method, bits, seed"),
    ("bits: 16\nmodel:\n  loss: {gama: 1}", "c.yaml:3: unknown key 'model.loss.gama'; did you"),
    ("bits: 0", "c.yaml:1: bits: must be at least 8, got 0"),
    ("bits: 33", "c.yaml:1: bits: codes are whole bytes; use 8, 16, 24, 32, ..., got 33"),
    ("bits: 4104", "c.yaml:1: bits: must be at most 4,096, got 4104"),
    ("bits: many", "c.yaml:1: bits: a whole number is expected, got 'many'"),
    ("bits: true", "c.yaml:1: bits: a whole number is expected, got True"),
    ("bits:", "c.yaml:1: bits: a whole number is expected"),
    ("bits: 2024-13-45", "c.yaml:1: bits: a whole number is expected, got '2024-13-45'"),
    ("bits: 0x_", "c.yaml:1: bits: a whole number is expected, got '0x_'"),
    (f"seed: {'9' * 5000}", "c.yaml:1: a number of 5000 digits is too long; write a shorter one"),
    ("seed: 18446744073709551616", "c.yaml:1: seed: must be at most 9,223,372,036,854,775,807"),
    ("bits: !!int abc", "c.yaml:1: tag 'tag:yaml.org,2002:int' is not allowed; write a plain"),
    ("bits: !!float abc", "c.yaml:1: tag 'tag:yaml.org,2002:float' is not allowed"),
    ("bits: !!timestamp abc", "c.yaml:1: tag 'tag:yaml.org,2002:timestamp' is not allowed"),
    ("bits: !!binary ab", "c.yaml:1: tag 'tag:yaml.org,2002:binary' is not allowed"),
    ("bits: !!python/object:os.system x", "c.yaml:1: tag 'tag:yaml.org,2002:python/object:os"),
    ("a: &a {b: *a}", "c.yaml:1: anchor '&a' is not allowed; write the part out"),
    ("bits: *x", "c.yaml:1: alias '*x' is not allowed; write the part out"),
    ("<<: {bits: 16}", "c.yaml:1: unknown key '<<'"),
    ("a: " + "[" * 600 + "]" * 600, "c.yaml:1: nested deeper than 20 levels; flatten it"),
    ("a: " + "{b: " * 9000 + "}" * 9000, "c.yaml:1: nested deeper than 20 levels; flatten it"),
    ("x" * 300_000, "c.yaml: longer than 262144 characters; is this a config?"),
    ("method: dcmh_tunde", "c.yaml:1: method: no method 'dcmh_tunde'; did you mean 'dcmh_tuned'?"),
    ("bits: 16\nmethod: foo", "c.yaml:2: method: no method 'foo'; use one of "),
    ("method: [a]", "c.yaml:1: method: text is expected"),
    ("model: {head: {kind: leafs}}", "c.yaml:1: model.head.kind: must be one of 'none', 'leaf'"),
    ("model: {training: {lr: -1}}", "c.yaml:1: model.training.lr: must be above 0, got -1"),
    (
        "model: {training: {lr: .nan}}",
        "model.training.lr: a finite number is expected, got nan",
    ),
    ("model: {loss: {gamma: .inf}}", "c.yaml:1: model.loss.gamma: must be at most 1e+12, got inf"),
    ("model: {training: {epochs: 0}}", "c.yaml:1: model.training.epochs: must be at least 1"),
    ("model: {training: {epochs: 1.5}}", "c.yaml:1: model.training.epochs: a whole number is exp"),
    ("model: {training: {amp: maybe}}", "c.yaml:1: model.training.amp: true or false is expected"),
    (
        "model:\n  training: {schedule: logspace}",
        "c.yaml:2: model.training: schedule logspace needs lr_final above 0; give one, or take",
    ),
    ("model: {text: {hidden: 99999999999}}", "model.text.hidden: must be at most 65,536, got"),
    ("model: 3", "c.yaml:1: model: keys with values are expected, got 3"),
    ("data: []", "c.yaml:1: data: keys with values are expected"),
    (
        "model: {head: {level_weights: 3}}",
        "c.yaml:1: model.head.level_weights: text or keys with values or a list is expected, got 3",
    ),
    ("features: {image: {size: [16]}}", "c.yaml:1: features.image.size.1: is missing; add it"),
    ("features: {image: {size: [0, 9]}}", "c.yaml:1: features.image.size.0: must be at least 1"),
    ("features: {image: {size: [8, -9]}}", "c.yaml:1: features.image.size.1: must be at least 1"),
    ("features: {image: {size: [9999, 8]}}", "features.image.size.0: must be at most 4,096"),
    (
        "features: {image: {weights: w.pt}}",
        "c.yaml:1: features.image: weights: efficientnet_lite0 reads no weights file; remove",
    ),
    ("features: {text: {min_count: 0}}", "c.yaml:1: features.text: min_count must be 1 to"),
    ("features: {text: {ngram: [4, 2]}}", "c.yaml:1: features.text: ngram must be two lengths"),
    ("data: {split: {seed: -1}}", "c.yaml:1: data.split.seed: must be at least 0, got -1"),
    ("data: {split: {protocol: x}}", "data.split.protocol: must be one of 'standard'"),
    ("data: {split: {sizes: {train: .nan}}}", "data.split.sizes: train: nan is neither a count"),
    ("data: {split: {sizes: {train: 1.5}}}", "data.split.sizes: train: 1.5 is neither a count"),
    ("data: {split: {sizes: {train: -3}}}", "data.split.sizes: train: -3 is neither a count"),
    ("data: {split: {sizes: {train: true}}}", "sizes: train: True is neither a count (1, 2, ...)"),
    ("data: {split: {sizes: {train: '5'}}}", "data.split.sizes: train: '5' is neither a count"),
    ("data:\n  split: {sizes: {trian: 5}}", "c.yaml:2: data.split.sizes: no part 'trian'; did you"),
    (
        "data: {split: {sizes: {holdout: 5}}}",
        "no part 'holdout'; use train, validation, query, dat",
    ),
    ("data:\n  source: imagefoldr", "c.yaml:2: data.source: no source of this name; did you mean"),
    ("data: {source: shop}", "no source of this name; use one of sample, imagefolder, folders,"),
    ("features:\n  image: {name: pixls}", "c.yaml:2: features.image.name: no image backbone 'pixl"),
    ("features: {image: {name: 'tim:x'}}", "features.image.name: no image backbone 'tim:x'; did "),
    ("features: {image: {name: 'timm:'}}", "features.image.name: 'timm:' names no model; add one"),
    (
        "features:\n  text: {name: wrods}",
        "c.yaml:2: features.text: name: no text vectoriser 'wrods",
    ),
    ("features: {text: {name: 'huggingface:'}}", "name: 'huggingface:' names no model; add one"),
    ("features: {text: {min_count: true}}", "features.text.min_count: a whole number is expected"),
    ("features: {text: {ngram: ['2', 3]}}", "features.text.ngram.0: a whole number is expected"),
    ("features: {image: {size: [true, 8]}}", "features.image.size.0: a whole number is expected"),
    (
        "bits: 8\ndevice: tpu",
        "c.yaml:2: device: not a device that is known; use auto, cpu, cuda or",
    ),
    ("device: 'cpu:300'", "c.yaml:1: device: not a device that is known; use auto, cpu, cuda or"),
    ("device: 'cuda:x'", "c.yaml:1: device: not a device that is known; use auto, cpu, cuda or"),
    ("model: {training: {epochs: true}}", "training.epochs: a whole number is expected, got True"),
    ("model: {training: {epochs: '5'}}", "training.epochs: a whole number is expected, got '5'"),
    ("model: {training: {batch_size: true}}", "batch_size: a whole number is expected, got True"),
    (
        "model: {training: {lr: true}}",
        "c.yaml:1: model.training.lr: a number is expected, got True",
    ),
    (
        "model: {training: {lr: 1e12}}",
        "model.training.lr: must be at most 1000, got 1000000000000",
    ),
    ("model: {training: {lr_final: 1001}}", "model.training.lr_final: must be at most 1000, got"),
    ("model: {loss: {gamma: '1'}}", "model.loss.gamma: a number is expected, got '1'"),
    ("model: {text: {hidden: true}}", "model.text.hidden: a whole number is expected, got True"),
    ("model: {image: {dropout: false}}", "model.image.dropout: a number is expected, got False"),
    (
        "model:\n  head:\n    level_weights: [1, .nan]",
        "c.yaml:3: model.head.level_weights: weights must be numbers of at least 0",
    ),
    ("model: {head: {level_weights: [1, true]}}", "weights must be numbers of at least 0"),
    ("model: {head: {level_weights: [1, '2']}}", "a weight or a parameter is a number without qu"),
    ("model: {similarity: {level_weights: geometrc}}", "unknown scheme 'geometrc'; did you mean"),
    (
        "model: {similarity: {level_weights: {scheme: geometric, ratio: .nan}}}",
        "model.similarity.level_weights: ratio 'nan' is not a number",
    ),
    ("model: {head: {level_weights: {scheme: [1]}}}", "the scheme is a word; use one of uniform"),
    ("stopping: {every: true}", "stopping.every: a whole number is expected, got True"),
    ("stopping: {every: -1}", "c.yaml:1: stopping.every: must be at least 0, got -1"),
    ("stopping: {patience: 0}", "c.yaml:1: stopping.patience: must be at least 1, got 0"),
    ("bits: 8\nbits: 16", "c.yaml:2: duplicate key 'bits' (first at line 1); rename or remove one"),
    ("bits: [1", "c.yaml:1: not valid YAML"),
    ("a:\n\tb: 1", "c.yaml:2: not valid YAML"),
    ('bits: "\\ud800"', "c.yaml:1: half a character (a lone surrogate) is not text"),
    ('bits: "\\UFFFFFFFF"', "c.yaml:1: not valid YAML"),
    ("bits: 8\nseed: \x07", "c.yaml:2: a character that YAML does not allow; remove it"),
    ("%YAML " + "9" * 5000 + ".1\n--- {}", "c.yaml:1: not valid YAML"),
    ("? [a]\n: 1", "c.yaml:1: a key must be a word, not a list, a mapping or an alias"),
    ("bits: 8\n---\nbits: 16", "c.yaml:2: a second document is not allowed; remove the '---'"),
    ("- 1", "c.yaml:1: a config is a mapping of keys to values"),
]


@pytest.mark.parametrize(("text", "message"), FILES, ids=range(len(FILES)))
def test_what_is_wrong_is_named_with_its_line(tmp_path, text, message):
    (tmp_path / "c.yaml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "c.yaml")
    assert any(message in problem for problem in caught.value.problems), caught.value.problems
    for problem in caught.value.problems:
        assert "\n" not in problem
        assert problem.startswith(f"{tmp_path / 'c.yaml'}:")


OVERRIDES = [
    ("bits", "override 'bits': an override has the form key.path=value"),
    ("=3", "override '=3': an override has the form key.path=value"),
    ("bits.=3", "override 'bits.=3': an override has the form key.path=value"),
    ("bits=0", "override 'bits=0': bits: must be at least 8, got 0"),
    ("bits=" + "[" * 3000, "nested deeper than 20 levels; flatten it"),
    ("bits=[1", "override 'bits=[1': the value is not YAML; check its brackets and quotes"),
    ("bits=*a", "override 'bits=*a': alias '*a' is not allowed; write the part out"),
    ("seed=99999999999999999999", "seed: must be at most 9,223,372,036,854,775,807, got 9999"),
    ("seed=" + "9" * 5000, "a number of 5000 digits is too long; write a shorter one"),
    ("data.split.sizes={train: .nan}", "data.split.sizes: train: nan is neither a count"),
    (".".join(["a"] * 3000) + "=1", "a key has at most 20 parts, this one 3000"),
    ("a.b.c=1", "override 'a.b.c=1': unknown key 'a'; valid keys: method, bits"),
    ("method=dcmhh", "override 'method=dcmhh': method: no method 'dcmhh'; did you mean"),
    ("features.image.device=cuda", "the backbone runs on the run's device; remove this key"),
    ("bits=\ud800", "override 'bits=\ud800': "),
]


@pytest.mark.parametrize(("override", "message"), OVERRIDES, ids=range(len(OVERRIDES)))
def test_an_override_is_named_when_it_is_wrong(override, message):
    with pytest.raises(ConfigError) as caught:
        resolve_config({}, [override])
    (problem,) = caught.value.problems
    assert message in problem
    assert problem.startswith("override '")
    assert len(problem) < 300


def test_all_problems_come_at_once():
    with pytest.raises(ConfigError) as caught:
        resolve_config({"bits": 0, "seeed": 1, "data": {"souce": "x"}})
    assert len(caught.value.problems) == 3


def test_numbers_of_any_spelling_are_read(tmp_path):
    (tmp_path / "c.yaml").write_text("model: {training: {lr: 1e-3, lr_final: +.5}}\nseed: -0\n")
    training = load_config(tmp_path / "c.yaml").model.training
    assert (training.lr, training.lr_final) == (0.001, 0.5)


def test_weights_of_whole_numbers_are_the_run_of_the_same_floats():
    one, other = ({"model": {"head": {"level_weights": w}}} for w in ([1, 2], [1.0, 2.0]))
    assert config_hash(resolve_config(one)) == config_hash(resolve_config(other))


@pytest.mark.parametrize("device", ["auto", "cpu", "cuda", "cuda:1"])
def test_devices_that_torch_has_are_taken(device):
    assert resolve_config({"device": device}).device == device
