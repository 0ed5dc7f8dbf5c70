"""The main colour of the sample's drawings, as benchmarks/main_colour.py names it."""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from hierhash.data import read

FILE = Path(__file__).resolve().parents[2] / "benchmarks" / "main_colour.py"


@pytest.fixture(scope="module")
def main_colour():
    spec = importlib.util.spec_from_file_location("main_colour", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main_colour


def drawing(fill, outline=None):
    image = Image.new("RGB", (96, 96), "white")
    ImageDraw.Draw(image).rectangle((20, 20, 70, 70), fill=fill, outline=outline, width=6)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("fill", "outline", "name"),
    [
        ("#e01010", "black", "red"),
        ("#f08a10", "black", "orange"),
        ("#f0e020", None, "yellow"),
        ("#20a030", None, "green"),
        ("#2040d0", "black", "blue"),
        ("#8030b0", None, "purple"),
        ("#f060b0", None, "pink"),
        ("#704020", None, "brown"),
        ("#101010", None, "black"),
        ("#808080", "black", "grey"),
        ("white", None, "white"),
    ],
)
def test_the_name_is_that_of_most_of_the_ink_and_an_outline_does_not_count(
    main_colour, fill, outline, name
):
    assert main_colour(drawing(fill, outline)) == name


def test_the_shipped_colours_are_those_of_the_script(main_colour):
    sample = read("sample")
    for row in range(0, len(sample), 150):
        assert sample.attributes["colour"][row] == main_colour(sample.images[row].read())
