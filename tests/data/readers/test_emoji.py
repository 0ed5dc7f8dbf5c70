"""The emoji: found below the data root, in any of their languages, one line where they are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hierhash.data.readers.emoji import read_emoji
from hierhash.data.sources import detect, parse_options, read
from hierhash.data.split.standard import make_split
from hierhash.errors import DataError
from tests.data.small_pictures import picture_bytes

ARTISTS = ("noto", "twemoji", "openmoji", "fluent")
MOST = 24


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A data root with emoji of two classes, each by four artists."""
    folder = tmp_path / "emoji"
    rows, texts = [], []
    for number in range(MOST):
        code = f"1F60{number:02d}"
        for artist in ARTISTS:
            name = f"images/{artist}/{code.lower()}.png"
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shade = (number, ARTISTS.index(artist), 0)
            (folder / name).write_bytes(picture_bytes(shade))
            rows.append(
                {
                    "id": f"{code.lower()}-{artist}",
                    "file_name": name,
                    "text": f"face {number}",
                    "labels": [f"faces/{'happy' if number % 2 else 'sad'}"],
                    "artist": artist,
                    "hexcode": code,
                }
            )
        german = {"label": f"Gesicht {number}", "tags": ["gesicht", "froh"]}
        texts.append({"hexcode": code, "texts": {"de": german}})
    for name, lines in (("metadata.jsonl", rows), ("languages.jsonl", texts)):
        (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "tree.yaml").write_text("tree: {faces: [happy, sad]}\n")
    return tmp_path


def test_they_are_found_below_the_data_root(root, monkeypatch) -> None:
    monkeypatch.setenv("HIERHASH_DATA", str(root))
    emoji = read("emoji")
    assert (emoji.name, len(emoji), emoji.ids[0]) == ("emoji", 4 * MOST, "1f6000-noto")
    assert emoji.tree is not None
    assert emoji.tree.name == "tree"
    monkeypatch.setenv("HIERHASH_DATA", str(root / "emoji"))
    assert read("emoji").ids == emoji.ids == read("emoji", root / "emoji").ids
    assert detect(root / "emoji") == "imagefolder"


def test_where_they_are_not_the_command_that_makes_them_is_told(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("HIERHASH_DATA", str(tmp_path))
    with pytest.raises(DataError) as caught:
        read("emoji")
    place = tmp_path / "emoji"
    assert caught.value.problems == [
        f"{place}: no metadata.jsonl of the emoji here; make them with python "
        f"benchmarks/build_emoji.py {place}"
    ]
    monkeypatch.delenv("HIERHASH_DATA")
    with pytest.raises(DataError, match="set HIERHASH_DATA"):
        read("emoji")


def test_texts_in_another_language(root) -> None:
    emoji = read("emoji", root / "emoji", **parse_options(["language=de"]))
    assert emoji.texts[:5] == ["Gesicht 0 froh"] * 4 + ["Gesicht 1 froh"]
    with pytest.raises(DataError, match=r"languages.jsonl: no language 'fr'; use one of de"):
        read_emoji(root / "emoji", language="fr")


def test_a_damaged_file_of_languages_is_named_with_its_line(root) -> None:
    path = root / "emoji" / "languages.jsonl"
    lines = path.read_text().splitlines()
    for broken in ("{", "[]", '{"hexcode": "1"}', '{"hexcode": "1", "texts": {"de": ["x"]}}'):
        path.write_text("\n".join([lines[0], broken, *lines[2:]]))
        with pytest.raises(DataError, match=r"languages.jsonl:2: .*build the set again"):
            read_emoji(root / "emoji", language="de")


def test_the_drawings_of_one_emoji_stay_in_one_part(root) -> None:
    emoji = read_emoji(root / "emoji")
    assert emoji.tree is not None
    split = make_split(emoji, emoji.tree.encode(emoji.labels))
    parts: dict[str, set[str]] = {}
    for part, rows in split.parts.items():
        for row in rows.tolist():
            parts.setdefault(emoji.attributes["hexcode"][row], set()).add(part)
    assert len(parts) == MOST
    assert all(len(found) == 1 for found in parts.values())
