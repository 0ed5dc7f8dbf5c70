"""A small run with a colour facet, a column of prices, and an index of its texts."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.small_run import CONFIG, hierhash, write_shop

COLOURS = ("red", "blue")
FACETS = "facets: {colour: {column: colour, bits: 8}}\nmethod: expected_tree_codes\n"


def facet_run(folder: Path) -> Path:
    """Writes ``shop``, ``config.yaml``, ``run`` and ``index`` into a folder, and gives it back."""
    shop = write_shop(folder / "shop", n=60)
    lines = []
    for row, line in enumerate((shop / "metadata.jsonl").read_text().splitlines()):
        item = json.loads(line)
        colour = COLOURS[row % 2]
        item |= {"text": f"{item['text']} {colour}", "size": "SML"[row % 3], "price": f"{row}.50"}
        lines.append(json.dumps(item | ({"colour": colour} if row % 9 else {})) + "\n")
    (shop / "metadata.jsonl").write_text("".join(lines))
    settings = CONFIG.format(shop=shop).replace("epochs: 6", "epochs: 20")
    (folder / "config.yaml").write_text(FACETS + settings.replace("train: 20", "train: 40"))
    for words in (
        ("train", folder / "config.yaml", "--out", folder / "run"),
        ("index", "build", folder / "run", folder / "index", "--modality", "text"),
    ):
        said = hierhash(*words)
        assert said.code == 0, said.err
    return folder
