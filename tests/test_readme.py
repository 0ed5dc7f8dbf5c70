from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def tables():
    spec = importlib.util.spec_from_file_location(
        "write_tables", ROOT / "benchmarks" / "write_tables.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_tables_of_the_readme_are_those_of_the_result_files(tables):
    text = (ROOT / "README.md").read_text()
    for block in ("table: fashion", "cross: fashion", "speed: all", "memory: all"):
        assert f"<!-- {block} -->\n| " in text
    assert tables.with_tables(text, ROOT / "benchmarks" / "results") == text, "run: make docs"


def test_the_results_page_is_that_of_the_result_files(tables):
    page = (ROOT / "docs" / "results.md").read_text()
    assert tables.results_page(ROOT / "benchmarks" / "results") == page, "run: make docs"
