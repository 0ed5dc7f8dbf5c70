"""The set of emoji is built from pinned packages alone, whole, and the same each time."""

from __future__ import annotations

import importlib
import io
import json
import sys
import tarfile
from pathlib import Path

import pytest

from hierhash.data.readers.emoji import read_emoji
from hierhash.errors import DataError, HierhashError

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
GROUPS = [("smileys-emotion", "smileys & emotion", "Smileys"), ("component", "parts", "Teile")]
SUBGROUPS = [("face", "happy / glad", "Froh"), ("tone", "tones", "Töne"), ("none", "none", "Leer")]
EMOJI = [
    {"label": "cloud", "hexcode": "2601-FE0F", "order": 2, "group": 0, "subgroup": 0},
    {
        "label": "grin", "hexcode": "1F600", "order": 1, "group": 0, "subgroup": 0,
        "tags": ["grin", "face"], "skins": [{"hexcode": "1F600-1F3FB"}],
    },
    {"label": "tone", "hexcode": "1F3FB", "order": 3, "group": 1, "subgroup": 1},
    {"label": "letter", "hexcode": "1F1E6"},
]  # fmt: skip


@pytest.fixture
def script(monkeypatch):
    """The script, imported as it is run: with its folder in front."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    for name in ("build_emoji", "npm_packages"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return importlib.import_module("build_emoji")


def messages(language: int) -> dict:
    return {
        kind: [
            {"key": names[0], "message": names[language], "order": order}
            for order, names in enumerate(own)
        ]
        for kind, own in (("groups", GROUPS), ("subgroups", SUBGROUPS))
    }


def pack(folder: Path, script, package, files: dict):
    """Writes a package file; returns the package with its real hash."""
    with tarfile.open(folder / package.file, "w:gz") as archive:
        for name, content in files.items():
            data = (content if isinstance(content, str) else json.dumps(content)).encode()
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    content = (folder / package.file).read_bytes()
    return package._replace(integrity=script.Contents.__init__.__globals__["integrity"](content))


@pytest.fixture
def packages(script, tmp_path, monkeypatch) -> Path:
    """Tiny packages: one artist has both emoji, one has one, and all hashes are theirs."""
    folder = tmp_path / "packages"
    folder.mkdir()
    german = [
        {**one, "label": one["label"].upper(), "tags": ["de"]} for one in EMOJI if "group" in one
    ]
    files = {
        "package.json": {"license": "MIT", "author": "M", "repository": {"url": "git"}},
        "LICENSE": "MIT License",
        "en/messages.json": messages(1),
        "en/data.json": EMOJI,
        "de/messages.json": messages(2),
        "de/data.json": german,
    }
    monkeypatch.setattr(script, "TEXTS", pack(folder, script, script.TEXTS, files))
    pinned = {}
    for artist, chars in (("noto", {"2601": "cloud", "1f600": "grin"}), ("fluent", {"1f600": "g"})):
        about = {
            "license": {"spdx": "Apache-2.0", "url": "https://licence"},
            "author": {"name": f"Who drew {artist}", "url": "https://source"},
        }
        icons = {name: {"body": f"<{artist}/>", "height": 9} for name in chars.values()}
        own = {
            "package.json": {"license": "Apache-2.0"},
            "info.json": about,
            "chars.json": chars,
            "icons.json": {"icons": icons, "width": 8, "height": 8},
        }
        pinned[artist] = pack(folder, script, script.ARTISTS[artist], own)
    monkeypatch.setattr(script, "ARTISTS", pinned)
    return folder


def built(script, packages: Path, out: Path, render=None) -> str:
    artists = {artist: script.Contents(packages, own) for artist, own in script.ARTISTS.items()}
    return script.build(
        out, script.Contents(packages, script.TEXTS), artists, render or (lambda svg: svg.encode())
    )


def test_what_is_written_is_what_the_source_reads(script, packages, tmp_path) -> None:
    out = tmp_path / "emoji"
    assert built(script, packages, out).endswith(
        "3 pictures of 2 emoji by 2 artists, 1 > 1 classes, 2 languages"
    )
    emoji = read_emoji(out)
    assert emoji.problems == []
    assert emoji.ids == ["1f600-noto", "1f600-fluent", "2601-fe0f-noto"]
    assert emoji.texts == ["grin face", "grin face", "cloud"]
    assert emoji.labels[0] == (r"smileys & emotion/happy \/ glad",)
    assert emoji.attributes["artist"] == ["noto", "fluent", "noto"]
    assert emoji.attributes["hexcode"][2] == "2601-FE0F"
    assert emoji.attributes["keywords"][0] == "grin|face"
    assert read_emoji(out, language="de").texts[1] == "GRIN de"
    assert emoji.images[0] is not None
    assert emoji.images[0].read().endswith(b'viewBox="0 0 8 9"><noto/></svg>')


def test_the_tree_has_ids_and_names_and_no_empty_class(script, packages, tmp_path) -> None:
    built(script, packages, tmp_path / "emoji")
    tree = read_emoji(tmp_path / "emoji").tree
    assert tree is not None
    (face,) = tree.leaves
    assert face == ("smileys & emotion", "happy / glad")
    assert (tree.id(face), tree.names(face)) == ("face", {"de": "Froh"})
    assert tree.levels == ("group", "subgroup")


def test_licences_are_those_that_the_packages_tell(script, packages, tmp_path) -> None:
    built(script, packages, tmp_path / "emoji")
    text = (tmp_path / "emoji" / "LICENCES.md").read_text()
    for said in ("- licence: MIT\n- author: M", "MIT License", "- author: Who drew fluent"):
        assert said in text
    assert "- licence: Apache-2.0 (https://licence)" in text
    assert script.TEXTS.integrity in text


def test_the_same_bytes_each_time(script, packages, tmp_path) -> None:
    for name in ("one", "two"):
        built(script, packages, tmp_path / name)
    one, two = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        }
        for name in ("one", "two")
    )
    assert one == two
    assert len(one) == 3 + 4


def test_what_is_interrupted_leaves_nothing(script, packages, tmp_path) -> None:
    calls = []

    def render(svg: str) -> bytes:
        calls.append(svg)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return b"png"

    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(KeyboardInterrupt):
        built(script, packages, tmp_path / "emoji", render)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_another_file_than_the_pinned_one_is_refused(script, packages) -> None:
    path = packages / script.ARTISTS["noto"].file
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(DataError) as caught:
        script.Contents(packages, script.ARTISTS["noto"])
    (line,) = caught.value.problems
    assert line.startswith(f"{path}: is not @iconify-json/noto 1.2.9: its hash is sha512-")
    assert line.endswith("remove it and get it again")
    path.unlink()
    with pytest.raises(DataError, match=r"get it there with npm pack @iconify-json/noto@1\.2\.9"):
        script.Contents(packages, script.ARTISTS["noto"])


def test_the_script_says_in_one_line_what_is_wrong(script, packages, tmp_path, monkeypatch) -> None:
    def run(*arguments) -> str:
        monkeypatch.setattr(sys, "argv", ["build_emoji.py", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            script.main()
        return str(caught.value)

    assert "exists already" in run(packages, "--packages", packages)
    assert "its folder does not exist" in run(tmp_path / "no" / "emoji")
    assert "no such file; get it" in run(tmp_path / "emoji", "--packages", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "npm: not found" in run(tmp_path / "emoji")
    assert not (tmp_path / "emoji").exists()


def test_without_the_renderer_nothing_is_written(script, packages, tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(HierhashError, match=r"pip install 'hierhash\[emoji\]'"):
        built(script, packages, tmp_path / "emoji", script.rendered)
    assert not (tmp_path / "emoji").exists()


def test_a_failing_npm_is_told_with_its_last_line(script, tmp_path, monkeypatch) -> None:
    fake = tmp_path / "npm"
    fake.write_text("#!/bin/sh\necho first >&2\necho E404 not there >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(HierhashError, match="npm pack: E404 not there; check"):
        script.download([script.TEXTS], tmp_path)


def test_a_drawing_is_a_square_picture_on_white(script) -> None:
    pytest.importorskip("resvg_py")
    from PIL import Image

    icons = {"icons": {"box": {"body": '<path d="M0 0h8v4H0z"/>'}}, "width": 8, "height": 4}
    svg = script.drawing("1F4E6", {"1f4e6": "box"}, icons)
    with Image.open(io.BytesIO(script.rendered(svg))) as picture:
        assert picture.size == (96, 96)
        plain = picture.convert("RGB")
    assert plain.getpixel((48, 48)) == (0, 0, 0)
    assert plain.getpixel((48, 4)) == plain.getpixel((48, 92)) == (255, 255, 255)
    assert script.drawing("1F4E7", {"1f4e6": "box"}, icons) is None
