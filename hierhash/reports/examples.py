"""Retrieved examples: the first answers of several methods to the same query."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.bench.results import data_file
from hierhash.data.catalogue import Catalogue
from hierhash.data.split.split import Split
from hierhash.errors import RunError
from hierhash.prepare import LabelledItems
from hierhash.reports.choice import METHODS, Choice, Rows, choose, levels_of
from hierhash.reports.per_query import per_query
from hierhash.reports.reference import reference
from hierhash.reports.relation import Relation, relation
from hierhash.reports.runs import (
    Run,
    average_scores,
    headline_names,
    main_bits,
    own_distance,
    tidy,
)

SHOWN = 4
WIDEST = 160
DIRECTIONS = ("t2i", "i2t")
ITEM = {"i": "picture", "t": "text"}


@dataclass(frozen=True)
class Hit:
    """One answer: its text, picture (base64 JPEG, or None), class, distance, and relation."""

    text: str
    picture: str | None
    leaf: str
    distance: str
    relation: Relation


@dataclass(frozen=True)
class Example:
    """A query, its path, and the answers by method."""

    text: str
    picture: str | None
    path: tuple[str, ...]
    answers: Mapping[str, list[Hit]]


@dataclass(frozen=True)
class Examples:
    """The examples of a direction, and the rule by which they were chosen."""

    direction: str
    rule: str
    examples: list[Example]


@dataclass(frozen=True)
class _Answers:
    """First answers of a run: places in the database, distances, and how these are called."""

    top: Rows
    near: NDArray[Any]
    query: Rows
    distance: str


def retrieved_examples(results: Path, runs: list[Run], items: LabelledItems) -> list[Examples]:
    """Examples of the methods that kept their first answers, at the main code length.

    Raises:
        RunError: The split of these runs is not beside the results.
        DataError: The split belongs to other data, or a picture cannot be read.
    """
    kept = {direction: _first_answers(results, runs, direction) for direction in DIRECTIONS}
    if not any(kept.values()):
        return []
    suite = runs[0]["suite"]
    split_file = data_file(results, suite, "split.json", runs[0]["split_sha256"])
    if split_file is None:
        raise RunError(
            f"{results}/{suite}.split.json: not the split of these results; "
            "leave out --examples, or run the suite again"
        )
    split = Split.load(split_file, items.catalogue.ids)
    return [
        _of_direction(items, split, direction, answers, _silent(runs, answers), _columns(runs))
        for direction, answers in kept.items()
        if answers
    ]


def _first_answers(results: Path, runs: list[Run], direction: str) -> dict[str, _Answers]:
    """The reference and the best others that have answers to the same queries."""
    bits = main_bits(runs)
    own = [run for run in runs if run["bits"] == bits and not run["variant"]]
    found: dict[str, _Answers] = {}
    for name in headline_names(own):
        for run in own:
            scores = per_query(results, run) if run["name"] == name and name not in found else {}
            if f"{direction}/top" in scores:
                top, near, query = (
                    scores[f"{direction}/{part}"] for part in ("top", "distance", "query")
                )
                found[name] = _Answers(top, near, query, own_distance(run))
    if not found:
        return {}
    means = average_scores(tidy(own))["mean"]

    def quality(name: str) -> float:
        score = (means[bits, name, "all", direction, "own", one] for one in ("map_leaf", "hap"))
        return float(sum(score))

    first = reference(runs)
    ranked = sorted(found, key=lambda name: (name != first, -quality(name)))
    asked = found[ranked[0]].query
    alike = [name for name in ranked if np.array_equal(found[name].query, asked)]
    return {name: found[name] for name in alike[:METHODS]}


def _silent(runs: list[Run], answers: Mapping[str, _Answers]) -> str:
    """What is said where the reference is not shown: its results are from before."""
    first = reference(runs)
    if first not in headline_names(runs) or first in answers:
        return ""
    return f" {first} kept no first answers in this direction: run it again to see them."


def _of_direction(
    items: LabelledItems,
    split: Split,
    direction: str,
    answers: Mapping[str, _Answers],
    silent: str,
    columns: Sequence[str],
) -> Examples:
    queries = split.query[next(iter(answers.values())).query]
    rows = {name: split.database[one.top] for name, one in answers.items()}
    choice = choose(items, queries, rows, SHOWN)
    examples = [
        _example(
            items,
            int(queries[place]),
            direction,
            {
                name: (rows[name][place], [_away(x, one.distance) for x in one.near[place]])
                for name, one in answers.items()
            },
            columns,
        )
        for place in choice.places
    ]
    return Examples(direction, _rule(choice, answers) + silent, examples)


def _rule(choice: Choice, answers: Mapping[str, _Answers]) -> str:
    first, k = next(iter(answers.items()))
    if len(answers) == 1:
        return f"Queries of {len(choice.places)} classes, of {choice.known} with a known class."
    return (
        f"Chosen for difference: of {choice.known} queries with a known class those whose first "
        f"{k.top.shape[1]} answers the {len(answers)} methods grade most differently by depth in "
        f"the tree, each of another class; in turn one at which no method does better than {first} "
        f"and one at which some method does. They are not typical: at {choice.alike} of the "
        f"{choice.known} queries all first answers of all these methods are of the same class. "
        f"Shown are {first} and the best others by map_leaf and hap."
    )


def _example(
    items: LabelledItems,
    row: int,
    direction: str,
    answers: Mapping[str, tuple[Rows, list[str]]],
    columns: Sequence[str],
) -> Example:
    catalogue = items.catalogue
    labels = catalogue.labels[row]
    path = items.tree.paths(labels)[0] if labels else ()
    asks, answers_with = direction[0], direction[-1]
    found = {}
    for name, (rows, distances) in answers.items():
        levels = levels_of(items, row, rows).tolist()
        found[name] = [
            Hit(
                catalogue.texts[at] or "",
                _picture(catalogue, at) if ITEM[answers_with] == "picture" else None,
                _class(items, at, columns),
                away,
                relation(level, len(path)),
            )
            for at, away, level in zip(rows, distances, levels, strict=True)
        ]
    picture = _picture(catalogue, row) if ITEM[asks] == "picture" else None
    values = [value for column in columns if (value := _value(catalogue, column, row))]
    return Example(catalogue.texts[row] or "", picture, (*path, *values), found)


def _columns(runs: list[Run]) -> list[str]:
    """The columns of the facets that the codes are made for, too."""
    return list(dict.fromkeys(column for run in runs for column in run.get("columns", {}).values()))


def _class(items: LabelledItems, row: int, columns: Sequence[str]) -> str:
    """The leaf of an item and its values of the facets."""
    labels = items.catalogue.labels[row]
    leaf = [items.tree.paths(labels)[0][-1]] if labels else []
    values = (_value(items.catalogue, column, row) for column in columns)
    return ", ".join([*leaf, *(value for value in values if value)])


def _value(catalogue: Catalogue, column: str, row: int) -> str:
    return str(catalogue.attributes[column][row] or "")


def _away(value: Any, distance: str) -> str:
    """How near an answer is, in the words of its distance.

    Example:
        >>> _away(1, "hamming"), _away(2, "tree"), _away(0.5, "dot")
        ('1 bit', '2 levels', '0.500')
    """
    units = {"hamming": "bit", "polysemous": "bit", "tree": "level", "weighted": "point"}
    unit = units.get(distance)
    if unit is None:
        return f"{float(value):.3f}"
    return f"{int(value)} {unit}{'' if int(value) == 1 else 's'}"


def _picture(catalogue: Catalogue, row: int) -> str | None:
    """The decoded picture, made small: never the bytes of whatever file a catalogue names."""
    image = catalogue.images[row]
    return base64.b64encode(image.shown(WIDEST)).decode() if image is not None else None
