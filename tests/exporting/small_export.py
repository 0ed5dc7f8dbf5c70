"""A trained run with a facet, its export, and indexes of both, made in seconds."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.small_run import CONFIG, hierhash, write_shop

FACETS = "facets: {colour: {column: colour, bits: 8}}\nmethod: expected_tree_codes\n"
COLOURS = ("red", "blue")


def write_run(folder: Path) -> Path:
    """A shop of sixty pictures and texts in two colours, and a run of our method on it."""
    shop = write_shop(folder / "shop", n=60)
    lines = []
    for row, line in enumerate((shop / "metadata.jsonl").read_text().splitlines()):
        item = json.loads(line)
        colour = COLOURS[row % 2]
        item |= {"text": f"{item['text']} {colour}", "colour": colour}
        lines.append(json.dumps(item) + "\n")
    (shop / "metadata.jsonl").write_text("".join(lines))
    settings = CONFIG.format(shop=shop).replace("train: 20", "train: 40")
    (folder / "config.yaml").write_text(FACETS + settings)
    done(hierhash("train", folder / "config.yaml", "--out", folder / "run"))
    return folder / "run"


def done(said):
    """What a command said that must have worked."""
    assert said.code == 0, said.err
    return said
