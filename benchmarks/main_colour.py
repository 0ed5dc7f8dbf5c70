"""The main colour of a drawing: the name of what most of its ink has.

``python benchmarks/main_colour.py`` writes it anew into the shipped sample's items.jsonl;
``build_sample.py`` asks for it when the sample is made.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

SAMPLE = Path(__file__).parents[1] / "hierhash" / "data" / "sample"
PAPER, COLOURED, DARK = 205, 0.25, 0.22
"""Brightness of paper in 0..255; saturation of a colour and brightness of black in 0..1."""
GREYS, MOST_GREY = ("black", "grey"), 0.75
"""Drawings have black outlines: ink names a drawing black or grey only where so much of it is."""
HUES = (
    (15, "red"),
    (42, "orange"),
    (68, "yellow"),
    (165, "green"),
    (260, "blue"),
    (295, "purple"),
    (340, "pink"),
    (360, "red"),
)
"""Where each hue ends, in degrees."""
BROWN = {"orange": 0.65, "yellow": 0.45}
"""What is darker than this is brown."""


def main_colour(picture: bytes) -> str:
    """The name of the colour, or ``white`` where there is nothing but paper."""
    with Image.open(io.BytesIO(picture)) as image:
        pixels = np.asarray(image.convert("RGB"), dtype=np.int64).reshape(-1, 3)
    ink = pixels[pixels.min(axis=1) < PAPER]
    if len(ink) < len(pixels) // 200:
        return "white"
    names = [_name(*one) for one in ink / 255]
    counts = {name: names.count(name) for name in sorted(set(names))}
    grey = sum(counts.get(name, 0) for name in GREYS) >= MOST_GREY * len(ink)
    found = {name: count for name, count in counts.items() if (name in GREYS) == grey}
    return max(found, key=lambda name: found[name])


def _name(red: float, green: float, blue: float) -> str:
    most, least = max(red, green, blue), min(red, green, blue)
    if most < DARK:
        return "black"
    if (most - least) / most < COLOURED:
        return "grey"
    spread = most - least
    if most == red:
        hue = 60 * ((green - blue) / spread % 6)
    elif most == green:
        hue = 60 * ((blue - red) / spread + 2)
    else:
        hue = 60 * ((red - green) / spread + 4)
    name = next(name for end, name in HUES if hue <= end)
    return "brown" if most < BROWN.get(name, 0) else name


def main() -> None:
    """Writes the colours of all shipped drawings."""
    file = SAMPLE / "items.jsonl"
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    with zipfile.ZipFile(SAMPLE / "images.zip") as archive:
        for row in rows:
            row["colour"] = main_colour(archive.read(row["image"]))
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    file.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
