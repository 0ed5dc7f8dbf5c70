"""Small pictures and folders that the tests of the readers write."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.data.small_pictures import picture_bytes


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with three good items: both modalities, picture only, text only."""
    folder = tmp_path / "shop"
    (folder / "images").mkdir(parents=True)
    for number in (1, 2):
        content = picture_bytes((number, 0, 0))
        (folder / "images" / f"{number}.png").write_bytes(content)
    rows: list[dict[str, Any]] = [
        {"id": "a", "file_name": "images/1.png", "text": "red hat", "labels": ["Hats"], "c": "red"},
        {"id": "b", "file_name": "images/2.png", "labels": ["Wear/Shoes"]},
        {"id": "c", "file_name": None, "text": "a text alone", "labels": []},
    ]
    write_rows(folder, rows)
    return folder


def write_rows(folder: Path, rows: list[dict[str, Any]]) -> None:
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "metadata.jsonl").write_text(lines)


@pytest.fixture
def add_row(shop: Path) -> Callable[[str], Path]:
    """Add a raw line to the metadata; returns the metadata file. It becomes line 4."""

    def add(line: str) -> Path:
        metadata = shop / "metadata.jsonl"
        metadata.write_text(metadata.read_text() + line + "\n")
        return metadata

    return add
