"""The drawn parts of docs/architecture.md are those of the code as it is."""

from __future__ import annotations

import importlib.util
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "docs" / "draw_architecture.py"


def test_the_page_is_current():
    spec = importlib.util.spec_from_file_location("draw_architecture", FILE)
    drawing = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(drawing)
    page = drawing.PAGE.read_text()
    assert page.count("<!-- drawn: ") == 2
    assert drawing.current(page) == page
    assert drawing.current(page.replace(" --> ", " -->> ")) == page


def test_the_folders_stay_small():
    package = FILE.parent.parent / "hierhash"
    assert len(list((package / "labels").glob("*.py"))) <= 20
    assert len(list((package / "labels" / "io").glob("*.py"))) <= 18  # one a form of taxonomy
    assert len(list((package / "data").rglob("*.py"))) <= 25  # one a source, one a kind of split
