"""Which queries are shown as examples: those that the methods answer most differently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hierhash.labels.paths import Path
from hierhash.labels.relevance import relevance_levels
from hierhash.prepare import LabelledItems

Rows = NDArray[np.integer]
Levels = NDArray[np.int8]

METHODS = 5


@dataclass(frozen=True)
class Choice:
    """The queries chosen, as places in the list of queries, and what is true of all of them.

    Args:
        places: The chosen ones.
        known: How many queries have a label.
        alike: In how many of these every method's first answers are all of the same class.
    """

    places: list[int]
    known: int
    alike: int


def choose(items: LabelledItems, queries: Rows, answers: Mapping[str, Rows], number: int) -> Choice:
    """Queries whose first answers the methods grade most differently, each of another leaf.

    The grade of a method is the mean depth of the common ancestor with the answers, as a share of
    the query's own depth; the difference is the largest grade less the smallest. Queries at which
    the first method has the largest grade take turns with those at which it has not, so that the
    choice is for no method.

    Args:
        items: The items.
        queries: Rows of the queries, (q,).
        answers: Of each method, rows of its first answers, (q, k).
        number: How many to choose, at most.
    """
    paths = [_path(items, int(row)) for row in queries]
    known = np.array([len(path) for path in paths])
    grades = np.stack([_grades(items, queries, known, rows) for rows in answers.values()])
    difference = grades.max(axis=0) - grades.min(axis=0)
    ahead: list[int] = []
    behind: list[int] = []
    for place in np.argsort(-difference, kind="stable").tolist():
        if known[place]:
            (ahead if grades[0, place] == grades[:, place].max() else behind).append(place)
    labelled = known > 0
    alike = int((grades.min(axis=0)[labelled] == 1).sum())
    return Choice(_in_turns([ahead, behind], paths, number), int(labelled.sum()), alike)


def _in_turns(lists: list[list[int]], paths: list[Path], number: int) -> list[int]:
    """Places from each list in turn, of paths that were not taken before."""
    waiting = [iter(places) for places in lists]
    taken: dict[Path, int] = {}
    before = -1
    while len(taken) < number and len(taken) > before:
        before = len(taken)
        for places in waiting:
            new = next((place for place in places if paths[place] not in taken), None)
            if new is not None and len(taken) < number:
                taken[paths[new]] = new
    return list(taken.values())


def levels_of(items: LabelledItems, row: int, answers: Rows) -> Levels:
    """Depths of the common ancestors of one query with its answers."""
    query, database = items.labels.subset(np.array([row])), items.labels.subset(answers)
    levels: Levels = relevance_levels(query, database)[0]
    return levels


def _grades(items: LabelledItems, queries: Rows, known: Rows, answers: Rows) -> NDArray[np.float64]:
    """The mean share of each query's depth that its answers have in common with it."""
    depths = np.where(known > 0, known, 1)
    levels = [
        np.minimum(levels_of(items, int(row), own), depth)
        for row, own, depth in zip(queries, answers, depths, strict=True)
    ]
    return np.asarray(np.stack(levels).mean(axis=1) / depths, dtype=np.float64)


def _path(items: LabelledItems, row: int) -> Path:
    labels = items.catalogue.labels[row]
    return items.tree.paths(labels)[0] if labels else ()
