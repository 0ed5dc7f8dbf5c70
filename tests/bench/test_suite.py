"""Suites that are wrong: refused when they are loaded, with the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from hierhash.bench.suite import Row, Suite, load_suite
from hierhash.errors import ConfigError

ROWS = "rows: [{method: dcmh_tuned}]"
NINE = "".join(f"\n  - {{model.loss.gamma: {i}}}" for i in range(9))

WRONG = [
    (f"name: ../../esc\n{ROWS}", "s.yaml:1: name: is part of file names: use letters, digits"),
    (f"name: .hidden\n{ROWS}", "s.yaml:1: name: is part of file names"),
    (f"name: ''\n{ROWS}", "s.yaml:1: name: is part of file names"),
    (f"name: {'x' * 200}\n{ROWS}", "s.yaml:1: name: is part of file names"),
    (f"{ROWS}", "s.yaml: name: is missing; add it"),
    ("name: s", "s.yaml: rows: is missing; add it"),
    ("name: s\nrows: []", "s.yaml:2: rows: needs at least 1 entries"),
    ("name: s\nrows:\n- {method: dcmh_tuned, variant: a/b}", "s.yaml:3: rows.0.variant: is part"),
    ("name: s\nrows:\n- {method: foo}", "s.yaml:3: method: no method 'foo'; use one of"),
    ("name: s\nrows:\n- {methd: foo}", "s.yaml:3: unknown key 'rows.0.methd'; did you mean"),
    ("name: s\nrows: [3]", "s.yaml:2: rows.0: keys with values are expected, got 3"),
    (
        "name: s\nrows:\n- {method: dcmh_tuned, set: {model.bitz: 1}}",
        "s.yaml:3: unknown key 'model.bitz'; valid keys: similarity, head",
    ),
    (
        "name: s\nrows:\n- {method: dcmh_tuned, set: {model.loss: {gama: 1}}}",
        "s.yaml:3: unknown key 'model.loss.gama'; did you mean 'gamma'?",
    ),
    (
        f"name: s\nset:\n  model.training.epochs: 0\n{ROWS}",
        "s.yaml:3: model.training.epochs: must be at least 1, got 0",
    ),
    (
        f"name: s\n{ROWS}\ntrials:\n- {{model.loss.eta: 0}}\n- {{model.loss.eta: -1}}",
        "s.yaml:5: model.loss.eta: must be at least 0, got -1",
    ),
    (
        "name: s\nrows:\n- {method: dcmh_tuned, trials: [{bits: 8}]}",
        "s.yaml:3: 'bits' cannot be changed in a suite; only keys of model, such as",
    ),
    (f"name: s\nset: {{model{'.a' * 400}: 8}}\n{ROWS}", "s.yaml:2: 'model.a.a"),
    (f"name: s\nset: {{seed: 8}}\n{ROWS}", "s.yaml:2: 'seed' cannot be changed in a suite"),
    (
        "name: s\nrows:\n- {method: dcmh_tuned}\n- {method: dcmh_tuned}",
        "s.yaml:4: rows: two rows are named dcmh_tuned; set another variant",
    ),
    (f"name: s\n{ROWS}\ntrials:{NINE}", "s.yaml:3: trials: may have at most 8 entries"),
    (f"name: s\nbits: [16, 0]\n{ROWS}", "s.yaml:2: bits.1: must be at least 8, got 0"),
    (f"name: s\nbits:\n- 16\n- 33\n{ROWS}", "s.yaml:4: bits.1: codes are whole bytes; use 8,"),
    (f"name: s\nbits: []\n{ROWS}", "s.yaml:2: bits: needs at least 1 entries"),
    (f"name: s\nbits: [16, 16]\n{ROWS}", "s.yaml:2: bits: 16 stands twice"),
    (f"name: s\nseeds: [0, -1]\n{ROWS}", "s.yaml:2: seeds.1: must be at least 0, got -1"),
    (f"name: s\ntuning_seed: -1\n{ROWS}", "s.yaml:2: tuning_seed: must be at least 0, got -1"),
    (
        f"name: s\nbits: [16, 64]\ntuning_bits: 48\n{ROWS}",
        "s.yaml:3: tuning_bits: 48 is not among the bits of the suite; take one of 16, 64",
    ),
    (f"name: s\n{ROWS}\na: &a 1", "s.yaml:3: anchor '&a' is not allowed; write the part out"),
    (f"name: s\n{ROWS}\ndata: {{souce: x}}", "s.yaml:3: unknown key 'data.souce'; did you mean"),
    (
        f"name: s\n{ROWS}\nfeatures: {{image: {{device: cpu}}}}",
        "s.yaml:3: unknown key 'features.image.device'; valid keys: name, size, weights",
    ),
]


@pytest.mark.parametrize(("text", "message"), WRONG, ids=range(len(WRONG)))
def test_a_wrong_suite_is_refused_with_its_line(tmp_path, text, message):
    (tmp_path / "s.yaml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_suite(tmp_path / "s.yaml")
    assert any(message in problem for problem in caught.value.problems), caught.value.problems
    assert all("\n" not in problem for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("bits", "tuned"), [("[64, 32]", 32), ("[16]", 16), ("[64, 16]", 64), ("[8, 128]", 8)]
)
def test_trials_are_at_a_length_that_is_run(tmp_path, bits, tuned):
    (tmp_path / "s.yaml").write_text(f"name: s\nbits: {bits}\n{ROWS}")
    assert load_suite(tmp_path / "s.yaml").tuning_bits == tuned


def test_the_suite_of_five_lines_is_one(tmp_path):
    page = (Path(__file__).resolve().parents[2] / "docs" / "protocol.md").read_text()
    text = page.split("```yaml\n")[1].split("```")[0]
    assert len(text.splitlines()) == 5
    (tmp_path / "mine.yaml").write_text(text)
    suite = load_suite(tmp_path / "mine.yaml")
    assert [suite.bits_of(row) for row in suite.rows] == [[16, 32, 64], [32]]
    assert len(suite.trials_of(suite.rows[1])) == 1  # common: the suite's own, of which it has none


def test_every_key_of_a_suite_is_documented():
    page = (Path(__file__).resolve().parents[2] / "docs" / "protocol.md").read_text()
    for key in (*Suite.model_fields, *Row.model_fields):
        assert f"`{key}`" in page, key
