"""docs/methods.md tells of every system, and is what the results and files say."""

from __future__ import annotations

import runpy
from pathlib import Path

from hierhash.methods.registry import presets

ROOT = Path(__file__).resolve().parent.parent


WRITER = runpy.run_path(str(ROOT / "docs" / "write_methods.py"))


def test_every_system_has_an_entry_and_no_other_has():
    assert set(WRITER["ABOUT"]) == set(presets())


def test_the_page_is_up_to_date():
    text = WRITER["page"](ROOT / "benchmarks" / "results")
    assert (ROOT / "docs" / "methods.md").read_text() == text, "run: make docs"


def test_files_of_systems_are_short():
    # The median stays below what fits two screens, so that a system can be read at a glance.
    folder = ROOT / "hierhash" / "methods"
    lengths = sorted(len((folder / f"{name}.py").read_text().splitlines()) for name in presets())
    assert lengths[len(lengths) // 2] <= 120
