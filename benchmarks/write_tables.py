"""Writes the tables of the README from the committed result files."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from hierhash.reports.headline import headline_markdown

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def with_tables(text: str, results: Path) -> str:
    """The text with every table block made anew."""
    return BLOCK.sub(
        lambda m: m.group(1) + headline_markdown(m.group(2), results) + m.group(3), text
    )


if __name__ == "__main__":
    readme = ROOT / "README.md"
    readme.write_text(with_tables(readme.read_text(), ROOT / "benchmarks" / "results"))
    sys.exit(0)
