"""docs/methods.md tells of every system, and is what the results and files say."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from hierhash.methods.registry import presets

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def writer():
    spec = importlib.util.spec_from_file_location(
        "write_methods", ROOT / "docs" / "write_methods.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_system_has_an_entry_and_no_other_has(writer):
    assert set(writer.ABOUT) == set(presets())


def test_the_page_is_up_to_date(writer):
    text = writer.page(ROOT / "benchmarks" / "results")
    assert (ROOT / "docs" / "methods.md").read_text() == text, "run: make docs"


def test_files_of_systems_are_short():
    # The median stays below what fits two screens, so that a system can be read at a glance.
    folder = ROOT / "hierhash" / "methods"
    lengths = sorted(len((folder / f"{name}.py").read_text().splitlines()) for name in presets())
    assert lengths[len(lengths) // 2] <= 120
