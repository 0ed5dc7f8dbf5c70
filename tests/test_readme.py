from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

from write_tables import with_tables  # noqa: E402


def test_tables_of_the_readme_are_those_of_the_result_files():
    text = (ROOT / "README.md").read_text()
    assert "<!-- table: fashion -->\n|" in text
    assert with_tables(text, ROOT / "benchmarks" / "results") == text
