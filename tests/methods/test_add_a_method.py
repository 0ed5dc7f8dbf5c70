"""The worked example of docs/add_a_method.md is a method, and its file is all that is needed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hierhash.codes.distances import Hamming
from hierhash.methods import registry
from hierhash.testing import check_method as checks
from hierhash.testing.small_problem import small_items, small_problem

PAGE = Path(__file__).resolve().parents[2] / "docs" / "add_a_method.md"


@pytest.fixture
def blocks():
    return re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)


def test_the_example_is_a_method(blocks):
    names: dict = {}
    for block in blocks:
        exec(block, names)
    assert 40 <= len(blocks[0].splitlines()) <= 70


def test_a_file_in_the_folder_is_found_and_trained(blocks, tmp_path, monkeypatch):
    (tmp_path / "hyperplanes.py").write_text(blocks[0])
    monkeypatch.setattr(registry.methods, "__path__", [*registry.methods.__path__, str(tmp_path)])
    registry.presets.cache_clear()
    try:
        preset = registry.find_preset("hyperplanes")
        assert "random projections" in registry.summary("hyperplanes")
        items = small_items()
        method = preset.method(preset.settings, small_problem(items))
        method.fit(items, checks.Watch())
        assert method.distance() == Hamming(16)
    finally:
        monkeypatch.undo()
        registry.presets.cache_clear()


BROKEN = {
    "saved and loaded: other codes": (
        'return {"mean": self.mean',
        'return {"mean": -self.mean - 9',
    ),
    "one seed: other codes": ("default_rng(self.problem.seed)", "default_rng()"),
    "2 bytes, the layout says 0": (
        "    def state(self):",
        "    def layout(self):\n        return super().layout()[:0]\n\n    def state(self):",
    ),
    "items without image are not refused": ('if not train.has["image"].any()', "if False"),
}


@pytest.mark.parametrize("said", BROKEN)
def test_a_broken_promise_is_told(blocks, said):
    old, new = BROKEN[said]
    assert old in blocks[0]
    names: dict = {}
    exec(blocks[0].replace(old, new), names)
    with pytest.raises(AssertionError, match=re.escape(said)):
        checks.check_method(names["PRESET"])
