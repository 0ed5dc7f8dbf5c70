"""The command line in this process, and a small data set, config and run for its tests."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path
from typing import NamedTuple

from hierhash.cli.main import main
from tests.data.small_pictures import picture_bytes

CONFIG = """
bits: 16
device: cpu
data:
  source: imagefolder
  path: {shop}
  split: {{sizes: {{train: 20, validation: 6, query: 6}}}}
features: {{image: {{name: pixels, size: [16, 16]}}, text: {{name: words}}}}
model:
  image: {{network: small_cnn}}
  text: {{hidden: 32}}
  training: {{epochs: 6, batch_size: 10, lr: 0.02}}
"""
TREE = "name: t\ntree: {Wear: [Hats, Shoes], Home: [Lamps, Beds]}\n"
PATHS = ("Wear/Hats", "Wear/Shoes", "Home/Lamps", "Home/Beds")
COLOURS = ((200, 0, 0), (0, 200, 0), (0, 0, 200), (200, 200, 0))


class Said(NamedTuple):
    """What a command ended with."""

    code: int
    out: str
    err: str


def hierhash(*words: object) -> Said:
    """Runs the command line in this process, errors handled as for a user."""
    out, err, before = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = ["hierhash", *map(str, words)]
    code = 0
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as stop:
        code = int(stop.code or 0)
    finally:
        sys.argv = before
    return Said(code, out.getvalue(), err.getvalue())


def write_shop(folder: Path, n: int = 40) -> Path:
    """An imagefolder of n small pictures of four classes, each a colour and a word of its own."""
    folder.mkdir(parents=True)
    (folder / "tree.yaml").write_text(TREE)
    lines = []
    for row in range(n):
        kind = row % 4
        colour = tuple(min(255, part + 1 + row) for part in COLOURS[kind])
        (folder / f"{row}.png").write_bytes(picture_bytes(colour))
        text = f"{PATHS[kind].lower().replace('/', ' ')} number{row % 7}"
        item = {"id": f"i{row}", "file_name": f"{row}.png", "text": text, "labels": [PATHS[kind]]}
        lines.append(json.dumps(item) + "\n")
    (folder / "metadata.jsonl").write_text("".join(lines))
    return folder


def write_config(file: Path, shop: Path) -> Path:
    """A config that trains on a shop in a second."""
    file.write_text(CONFIG.format(shop=shop))
    return file


def refusal(folder: Path, *words: object) -> str:
    """What a command says that must refuse its input: one line, code 2, nothing written."""
    before = contents(folder)
    with contextlib.chdir(folder):
        said = hierhash(*words)
    assert said.code == 2, said
    assert "Traceback" not in said.err
    assert said.err.startswith("error: ")
    assert len(said.err.splitlines()) == 1, said.err
    assert contents(folder) == before
    return said.err.removeprefix("error: ").strip()


def contents(folder: Path) -> dict[str, bytes | None]:
    """Every file below a folder with its bytes, and every folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }
