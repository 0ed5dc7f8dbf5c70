"""Items for ``check_store``: random codes with many ties, labels, columns and texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from hierhash.codes.distances import Hamming
from hierhash.labels.facets import CATEGORY
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.exact import ExactIndex
from hierhash.retrieval.items import metadata_lines
from hierhash.retrieval.run_files import FACET, finish_run, model_sha256
from hierhash.storage.json_files import write_json

BITS = 32
TREE = LabelTree.from_nested(
    {"Wear": {"Tops": ["Shirts", "Tunics"], "Shoes": []}, "Home": ["Lamps", "Beds & Co"]},
    name="shop",
)
COLOUR = LabelTree.from_nested({"Blue": ["Navy", "Teal"], "Red": []}, name="colour")
WORDS = ("red", "dress", "AB-12", "größe", "鞋", "o'neill", "100%", "night\\day", "Lamp")
PRICES = ("19.90", "50", " 7 ", "", "free", "-3", "5e1", "1e400")


def small_run(folder: Path, weights: bytes = b"weights") -> Path:
    """A run folder that holds what stores read of one: trees, hashes, and how codes compare."""
    folder.mkdir(parents=True)
    TREE.to_yaml(folder / "tree.yaml")
    COLOUR.to_yaml(folder / f"{FACET}colour.yaml")
    (folder / "config.yaml").write_text("bits: 16\n", encoding="utf-8")
    (folder / "model.safetensors").write_bytes(weights)
    for name in ("splits.json", "environment.json"):
        write_json(folder / name, {})
    write_json(folder / "model.json", {"coding": {"name": "signs"}})
    finish_run(folder)
    return folder


def small_index(run: Path, n: int = 120, seed: int = 0, first: int = 0) -> ExactIndex:
    """Items of that run.

    Args:
        run: A folder that ``small_run`` wrote.
        n: Number of items.
        seed: Of what is random.
        first: Number of the first id.
    """
    random = np.random.default_rng(seed)
    kinds = random.integers(0, 256, (9, BITS // 8), dtype=np.uint8)
    codes = kinds[random.integers(0, len(kinds), n)]
    flips = random.integers(0, 256, codes.shape, dtype=np.uint8)
    codes = np.where(random.random((n, 1)) < 0.5, codes, codes ^ (flips & 0b1000_0001))
    items = [_item(first + row, random) for row in range(n)]
    labels = TREE.encode([[tuple(path) for path in item["paths"]] for item in items])
    colours = [_chosen(random, [(), (("Blue", "Navy"),), (("Blue",),), (("Red",),)]) for _ in items]
    manifest = {
        "bits": BITS,
        "segments": {CATEGORY: 16, "colour": 16},
        "distance": "hamming",
        "modality": "image",
        "model_sha256": model_sha256(run),
        "tree_sha256": TREE.sha256,
    }
    facets = {"colour": COLOUR.encode(colours)}
    lines = metadata_lines(items)
    return ExactIndex(codes, lines, labels, manifest, run, Hamming(BITS), facets)


def recoded(index: ExactIndex, codes: Any) -> ExactIndex:
    """The same items with other codes."""
    return replace(index, codes=np.ascontiguousarray(codes, dtype=np.uint8))


def _item(number: int, random: np.random.Generator) -> dict[str, Any]:
    nodes = [(), *([node] for node in TREE.nodes), [("Wear", "Shoes"), ("Home", "Lamps")]]
    words = random.choice(WORDS, random.integers(0, 4)).tolist()
    return {
        "id": f"item/{number} '%",
        "text": " ".join(words) if words else None,
        "paths": [list(path) for path in _chosen(random, nodes)],
        "image": f"pictures/{number}.jpg" if number % 3 else None,
        "attributes": {
            "price": _chosen(random, PRICES),
            "brand": _chosen(random, ["Puma", "puma | Nike", "", "O'Neill"]),
        },
    }


def _chosen(random: np.random.Generator, choices: Sequence[Any]) -> Any:
    return choices[int(random.integers(len(choices)))]
