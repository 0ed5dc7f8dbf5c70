"""The model card of an exported run: what its files and its data say, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hierhash.codes.weighted_hamming import WeightedHamming
from hierhash.data.split.split import read_split_file
from hierhash.exporting.agreement import Agreement
from hierhash.exporting.card_use import how_to_use
from hierhash.exporting.known_data import KnownData
from hierhash.labels.facets import CATEGORY
from hierhash.labels.tree import LabelTree
from hierhash.methods.registry import summary
from hierhash.plain_text import plain
from hierhash.retrieval.risk_file import DEFAULT_RISK, read_controls
from hierhash.runs.saved import SPLIT, SavedRun
from hierhash.storage.json_files import read_json, read_lines
from hierhash.storage.yaml_mapping import Lines

FEW = 20
"""Training items below which a class is named as one with few."""
SHOWN = 20
METRICS = ("map_leaf", "map_leaf_macro", "hap", "ndcg@100")
SCORED = {
    "validation": ("validation.jsonl", "hierhash evaluate RUN"),
    "query": ("final.jsonl", "hierhash evaluate RUN --final"),
}
LICENCES = {
    "sample": "shipped with hierhash: drawings of the Open Clip Art Library, release 0.18, without "
    "those marked GPL or without licence (hierhash/data/sample/PROVENANCE.md)",
    "synthetic": "made by hierhash itself",
}


def model_card(saved: SavedRun, data: KnownData | None, found: Agreement, folder: Path) -> str:
    """The card.

    Args:
        saved: The run.
        data: Its data, if they are there.
        found: How its graphs agree with it.
        folder: The exported run, all but the card.
    """
    config = saved.config
    parts = [
        f"# {config.method}, {sum(one.bits for one in saved.method.layout())} bits, "
        f"{config.data.source}",
        _about(saved),
        "## Data\n\n" + _data(saved, data),
        "## Scores\n\n" + _scores(saved),
        "## Trees\n\n" + _trees(saved),
        "## Intended use and limits\n\n" + _limits(saved, data),
        "## How to use it\n\n" + how_to_use(saved),
        "## Training\n\n" + _training(saved, folder),
        "## Files\n\n" + _files(folder, found),
    ]
    return "\n\n".join(parts) + "\n"


def _about(saved: SavedRun) -> str:
    given = {"image": "pictures", "text": "texts"}
    reads = " and ".join(given[one] for one in saved.modalities)
    segments = ", ".join(f"{one.bits} bits of {one.name}" for one in saved.method.layout())
    distance = saved.method.distance()
    weighed = ""
    if isinstance(distance, WeightedHamming):
        counted = ", ".join(f"{bits} bits {weight}" for bits, weight in distance.described)
        weighed = (
            f" Bits do not count alike: from the first on {counted} each, as `weights` in "
            "manifest.json; hierhash ranks by them."
        )
    fused = " A picture with its text has one code of both." if saved.method.fuses else ""
    return plain(
        f"Codes {reads} into short binary codes ({segments}), so that like items differ in few "
        f"bits, and others in the more bits the farther apart they are in a label tree."
        f"{weighed}{fused} {summary(saved.config.method)}"
    )


def _data(saved: SavedRun, data: KnownData | None) -> str:
    split = read_split_file(saved.folder / SPLIT)
    sizes = {name: len(split[name]) for name in _PARTS if split[name]}
    own = saved.config.data
    rows = [
        ("source", own.source + (f", {own.path.name}" if own.path else "")),
        ("licence", LICENCES.get(own.source, "not stated")),
        ("items", ", ".join(f"{_PARTS[name]} {count:,}" for name, count in sizes.items())),
        ("protocol", f"{split.get('protocol', 'own file')}, split seed {split.get('seed', '-')}"),
        ("texts", own.text + (", with the names of classes" if own.names else "")),
    ]
    if split.get("unseen_leaves"):
        rows.append(("classes without training items", str(len(split["unseen_leaves"]))))
    gone = "" if data else "\n\nThe data were not there when this was written."
    return _table(("", ""), rows) + gone


_PARTS = {
    "train": "training",
    "validation": "validation",
    "query": "queries",
    "database_only": "database only",
}


def _scores(saved: SavedRun) -> str:
    blocks = []
    for part, (name, command) in SCORED.items():
        records = read_lines(saved.folder / name)
        if not records:
            blocks.append(f"Not scored on its {part} items; `{command}` does so.")
            continue
        scores = records[-1].get("scores", {})
        facets = [f"{one}_map" for one in saved.facets]
        names = [one for one in (*METRICS, *facets) if all(one in own for own in scores.values())]
        rows = [
            (direction, f"{own['n']:,}", *(f"{own[one]:.3f}" for one in names))
            for direction, own in scores.items()
        ]
        blocks.append(
            f"{part.capitalize()} items against the database, tie-aware (`{command}`; i is a "
            "picture, t a text, m both, the first asks the second):\n\n"
            + _table(("", "items", *names), rows)
        )
    return "\n\n".join(blocks)


def _trees(saved: SavedRun) -> str:
    rows = []
    for name, tree in _all_trees(saved).items():
        tops = [node[-1] for node in tree.nodes_at(1)]
        shown = ", ".join(tops[:SHOWN]) + (", ..." if len(tops) > SHOWN else "")
        rows.append((name, str(tree.depth), str(len(tree)), str(len(tree.leaves)), shown))
    heads = ("tree", "levels", "nodes", "leaves", "top nodes")
    return _table(heads, rows) + "\n\nWhole trees are in `tree.yaml` and `facet.*.yaml`."


def _all_trees(saved: SavedRun) -> dict[str, LabelTree]:
    return {CATEGORY: saved.tree, **saved.facets}


def _limits(saved: SavedRun, data: KnownData | None) -> str:
    lines = [
        "For finding like items of the kinds in its trees, by picture"
        + (" or by text" if "text" in saved.modalities else "")
        + ". What is in none of its classes gets a code all the same, near those of some class.",
    ]
    if data is not None:
        counts = data.training_items()
        few = np.flatnonzero(counts < FEW)
        named = ", ".join(f"{saved.tree.leaves[leaf][-1]} ({counts[leaf]})" for leaf in few[:SHOWN])
        more = f" and {len(few) - SHOWN} more" if len(few) > SHOWN else ""
        lines.append(
            f"{len(few)} of {len(counts)} classes have fewer than {FEW} training items"
            + (f": {named}{more}. Expect little of them." if len(few) else ".")
        )
    if saved.vectoriser is not None:
        lines.append(
            f"Texts are read as `{saved.config.features.text.name}` with "
            f"{saved.shapes['text'][0]:,} features. A text without a known word is refused; a word "
            "that is not known may be read as another, and a search says so."
        )
    lines += _risks(saved)
    return "\n".join(f"- {plain(line)}" for line in lines)


def _risks(saved: SavedRun) -> list[str]:
    controls = read_controls(saved.folder)
    if not controls:
        return ["No control of risk was learnt: nothing promises how often a class is wrong."]
    kept = [
        f"{tree} by {kind} ({control.n} items)"
        for tree, own in controls.items()
        for kind, control in own.items()
        if control.can_keep(DEFAULT_RISK)
    ]
    if not kept:
        return [f"There were too few validation items to promise a risk of {DEFAULT_RISK:g}."]
    return [
        f"Classes that are told are wrong at most as often as a risk allows, among items like the "
        f"validation items; at {DEFAULT_RISK:g} this holds for {', '.join(kept)}. Items of another "
        "kind may be wrong more often."
    ]


def _training(saved: SavedRun, folder: Path) -> str:
    about = read_json(saved.folder / "environment.json")
    told = about.get("training", {})
    time = "not recorded"
    if "seconds" in told:
        time = f"{told['seconds']:,.0f} s" + (" since it was resumed" if told["resumed"] else "")
    packages = about.get("packages", {})
    versions = ", ".join(f"{name} {one}" for name, one in packages.items() if one)
    machine = f"{about.get('machine', '-')}, {about.get('cpu', '-')}, {about.get('cores')} cores"
    rows = [
        ("time", time),
        ("machine", f"{machine}, threads: {about.get('threads')}"),
        ("python", str(about.get("python", "-"))),
        ("packages", versions),
        ("commit", str(about.get("commit") or "-")),
        ("config", str(about.get("config_sha256", "-"))),
        ("seed", str(saved.config.seed)),
        *_settings(folder / "config.yaml"),
    ]
    return _table(("", ""), rows) + "\n\nThe whole config is in `config.yaml`."


def _settings(config: Path) -> list[tuple[str, str]]:
    """The settings of features and method, a line each."""
    content = Lines.of(config.read_text(encoding="utf-8"), str(config)).content
    return [
        row for part in ("features", "model") for row in _flat(content.get(part, {}), f"{part}.")
    ]


def _flat(content: Mapping[str, Any], before: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in content.items():
        if isinstance(value, Mapping):
            found += _flat(value, f"{before}{name}.")
        elif value is not None:
            found.append((before + name, str(value)))
    return found


def _files(folder: Path, found: Agreement) -> str:
    rows = [
        (f"`{path.name}`", f"{path.stat().st_size:,}")
        for path in sorted(folder.iterdir())
        if path.name != "manifest.json"
    ]
    return (
        f"The graphs were compared with the run itself on {found.source}: {found.words()}"
        + (f", the farthest {found.farthest:.1e} from its threshold" if found.differing else "")
        + ".\n\n"
        + _table(("file", "bytes"), rows)
        + "\n\n`manifest.json` has the SHA-256 of each file; `hierhash verify FOLDER` checks them."
    )


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(
        "| " + " | ".join(plain(cell).replace("|", "\\|") for cell in line) + " |" for line in lines
    )
