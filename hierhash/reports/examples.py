"""Retrieved examples: the first pictures of a few texts, good and bad ones."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hierhash.bench.results import data_file
from hierhash.data.catalogue import Catalogue
from hierhash.data.split.split import Split
from hierhash.errors import RunError
from hierhash.labels.relevance import relevance_levels
from hierhash.prepare import LabelledItems
from hierhash.reports.runs import Run, headline_names, main_bits, per_query

Rows = NDArray[np.integer]

SHOWN = 6
WIDEST = 160
RELATION = ("unrelated", "same top node", "near relative", "same class")


@dataclass(frozen=True)
class Hit:
    """One answer: its text, picture (base64 JPEG, or None), bits away, and relation."""

    text: str
    picture: str | None
    distance: int
    relation: str


@dataclass(frozen=True)
class Example:
    """A query text with its path and the answers by method."""

    text: str
    path: tuple[str, ...]
    answers: Mapping[str, list[Hit]]


def retrieved_examples(results: Path, runs: list[Run], items: LabelledItems) -> list[Example]:
    """Examples of the methods that kept their first answers, at the main code length.

    Queries are evenly spaced in the order of how many first answers of the first method share
    their leaf, so both ends are shown.

    Raises:
        RunError: The split of these runs is not beside the results.
        DataError: The split belongs to other data, or a picture cannot be read.
    """
    suite, bits = runs[0]["suite"], main_bits(runs)
    answers: dict[str, tuple[NDArray[np.int32], NDArray[np.int16]]] = {}
    asked: Rows = np.zeros(0, dtype=np.int64)
    for name in headline_names(runs):
        for run in runs:
            if run["name"] == name and run["bits"] == bits:
                scores = per_query(results, run)
                if "t2i/top" in scores and name not in answers:
                    answers[name] = (scores["t2i/top"], scores["t2i/distance"])
                    asked = scores["t2i/query"]
    if not answers:
        return []
    split_file = data_file(results, suite, "split.json", runs[0]["split_sha256"])
    if split_file is None:
        raise RunError(
            f"{results}/{suite}.split.json: not the split of these results; "
            "leave out --examples, or run the suite again"
        )
    split = Split.load(split_file, items.catalogue.ids)
    queries = split.query[asked]
    first = next(iter(answers.values()))[0]
    good = np.stack(
        [
            _levels(items, row, split.database[top]) == items.tree.depth
            for row, top in zip(queries, first, strict=True)
        ]
    )
    ranked = np.argsort(-good.sum(axis=1), kind="stable")
    places = np.linspace(0, len(ranked) - 1, min(SHOWN, len(ranked))).astype(int)
    return [
        _example(
            items,
            int(queries[query]),
            {
                name: (split.database[top[query]], near[query])
                for name, (top, near) in answers.items()
            },
        )
        for query in ranked[places]
    ]


def _example(
    items: LabelledItems, row: int, answers: Mapping[str, tuple[Rows, NDArray[np.int16]]]
) -> Example:
    catalogue = items.catalogue
    labels = catalogue.labels[row]
    path = items.tree.resolve(labels[0]) if labels else ()
    found = {}
    for name, (rows, distances) in answers.items():
        levels = _levels(items, row, rows).tolist()
        found[name] = [
            Hit(
                catalogue.texts[at] or "",
                _picture(catalogue, at),
                int(bits),
                relation(level, len(path)),
            )
            for at, bits, level in zip(rows, distances, levels, strict=True)
        ]
    return Example(catalogue.texts[row] or "", tuple(path), found)


def _levels(items: LabelledItems, row: int, answers: Rows) -> NDArray[np.int8]:
    """Relevance levels of the answers to one query."""
    query, database = items.labels.subset(np.array([row])), items.labels.subset(answers)
    levels: NDArray[np.int8] = relevance_levels(query, database)[0]
    return levels


def _picture(catalogue: Catalogue, row: int) -> str | None:
    """The decoded picture, made small: never the bytes of whatever file a catalogue names."""
    image = catalogue.images[row]
    return base64.b64encode(image.shown(WIDEST)).decode() if image is not None else None


def relation(level: int, known: int) -> str:
    """What a hit is to a query whose label has ``known`` levels, by their common depth.

    Example:
        >>> relation(3, 3), relation(2, 3), relation(2, 2), relation(1, 3), relation(0, 3)
        ('same class', 'near relative', 'same class', 'same top node', 'unrelated')
    """
    return RELATION[-1] if level >= known else RELATION[min(level, 2)]
