"""Scores of texts as people type them: names of classes, a list of one's own, short titles.

``first`` is the share of texts whose first answer lies at or below the node that is meant, and
``share@10`` the share of the first ten; by the query's real code where the method has one and else
by distance, equal ones by row. A text that says nothing to the run is not answered and counts as
wrong. ``both first``, ``both share@10`` and ``both@10`` are by codes and the words of the items'
texts together, as ``search`` orders (``answering.ranking``): a text that is the name of a class is
answered by codes alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.bench.scores import DIRECTIONS, Scores, rounded
from hierhash.bench.trained import Trained
from hierhash.codes.coded import Coded
from hierhash.errors import DataError, TreeError
from hierhash.labels.items import ItemLabels
from hierhash.labels.names import node_texts
from hierhash.labels.paths import Path
from hierhash.labels.tree import LabelTree
from hierhash.lessons import shortened
from hierhash.metrics.by_score import evaluate_scores
from hierhash.metrics.retrieval_suite import evaluate_codes
from hierhash.prepare import Prepared
from hierhash.retrieval.named import named_nodes, plain_name
from hierhash.retrieval.words_search import FIRST as FUSED_FIRST
from hierhash.retrieval.words_search import WordsSearch, fused, parted
from hierhash.shipped import shipped_path
from hierhash.storage.csv_lines import read_csv

TEXT_DIRECTIONS = ("t2i", "t2t", "t2m")
NEEDED = ("text", "label")
HALF, CHOOSE, FINAL = "half", "choose", "final"
FIRST = 10


@dataclass(frozen=True)
class TypedQueries:
    """Texts, and the node of the category's tree that each means."""

    texts: Sequence[str]
    nodes: Sequence[Path]


def find_queries(name: str) -> File:
    """A list of one's own by its path, or a shipped one by its name.

    Raises:
        InputError: Neither.
    """
    return File(name) if File(name).is_file() else shipped_path("configs", f"queries/{name}.csv")


def names_of(tree: LabelTree) -> TypedQueries:
    """The names and aliases of all nodes of a tree."""
    told = node_texts(tree)
    return TypedQueries([text for text, _ in told], [node for _, node in told])


def read_queries(path: File, tree: LabelTree, final: bool) -> TypedQueries:
    """The texts of a CSV file with the columns ``text`` and ``label``.

    Where a column ``half`` is there, only the rows are read in which it says ``final``, or, when
    nothing is final yet, ``choose``.

    Args:
        path: The file.
        tree: The labels are its nodes.
        final: Which half.

    Raises:
        DataError: It cannot be read, lacks a column, or a row has no text or no such node.
    """
    header, rows = read_csv(path, DataError)
    if missing := [name for name in NEEDED if name not in header]:
        raise DataError(f"{path}:1: no column '{missing[0]}'; queries have the columns text, label")
    texts, nodes, others = [], [], 0
    for line, cells in rows:
        row = dict(zip(header, cells, strict=False))
        half = row.get(HALF, "").strip()
        if HALF in header and half not in (CHOOSE, FINAL):
            raise DataError(f"{path}:{line}: half: '{half}' is not {CHOOSE} or {FINAL}")
        if half and (half == FINAL) is not final:
            others += 1
            continue
        if not (text := row.get("text", "").strip()):
            raise DataError(f"{path}:{line}: no text; write what is typed, or remove the row")
        try:
            nodes.append(tree.resolve(row.get("label", "").strip()))
        except TreeError as error:
            raise DataError(f"{path}:{line}: {error}") from error
        texts.append(text)
    if not texts:
        way = "leave --final away" if final else "add --final"
        hint = f"those there are of the other half: {way}" if others else "write one a line"
        raise DataError(f"{path}: no query to score; {hint}")
    return TypedQueries(texts, nodes)


def below(tree: LabelTree, labels: ItemLabels, node: Path) -> NDArray[np.bool_]:
    """Whether each of n items lies at or below a node, bool (n,)."""
    [code] = tree.encode([[node]]).codes
    known = code >= 0
    inside = (labels.codes[:, known] == code[known]).all(axis=1)
    return (
        np.bincount(np.repeat(np.arange(labels.n), labels.counts)[inside], minlength=labels.n) > 0
    )


def ask(
    trained: Trained, prepared: Prepared, texts: Sequence[str]
) -> tuple[Coded, NDArray[np.bool_]]:
    """Texts as queries, and which of them say something to the vectoriser."""
    vectoriser = prepared.vectoriser
    assert vectoriser is not None  # noqa: S101 - who asks has seen to it
    known = np.array([vectoriser.knows(text) for text in texts], dtype=bool)
    return trained.method.encode({"text": vectoriser.transform(list(texts))}, "query"), known


def typed_scores(trained: Trained, prepared: Prepared, queries: TypedQueries) -> Scores:
    """By direction ``n``, ``unanswered``, ``first`` and ``share@10`` against the database."""
    coded, known = ask(trained, prepared, queries.texts)
    found: Scores = {}
    for direction in TEXT_DIRECTIONS:
        if (answering := DIRECTIONS[direction][1]) not in trained.stored:
            continue
        rows = prepared.items.having(answering, prepared.split.database)
        labels = prepared.labels.subset(rows)
        first = _first_rows(trained, coded, trained.stored[answering][rows])
        right = np.array(
            [
                below(prepared.tree, labels, node)[own]
                for node, own in zip(queries.nodes, first, strict=True)
            ]
        )
        right &= known[:, None]
        scores = {"first": float(right[:, 0].mean()), "share@10": float(right.mean())}
        ranked = _both_rows(trained, prepared, coded, known, queries.texts, answering)
        both = [
            below(prepared.tree, labels, node)[own]
            for node, own in zip(queries.nodes, ranked, strict=True)
        ]
        scores["both first"] = float(np.mean([bool(own[:1].any()) for own in both]))
        scores["both share@10"] = float(np.mean([own.sum() / FIRST for own in both]))
        found[direction] = {
            "n": len(known),
            "unanswered": int((~known).sum()),
            **rounded(scores),
        }
    return found


def short_scores(trained: Trained, prepared: Prepared, asked: NDArray[np.int64]) -> Scores:
    """By direction how many of the first ten have the leaf, of texts cut to 1 to 3 words.

    ``precision@10`` by distance, and ``shipped@10`` by the query's real code as a search orders;
    a method may have but one of the two.

    Args:
        trained: Its stored items are the database.
        prepared: The data.
        asked: Items that ask; those without a text are left out.
    """
    asked = prepared.items.having("text", asked)
    texts = shortened([prepared.texts[row] or "" for row in asked.tolist()])
    coded, known = ask(trained, prepared, texts)
    labels, found = prepared.labels.subset(asked), {}
    for direction in TEXT_DIRECTIONS:
        if (answering := DIRECTIONS[direction][1]) not in trained.stored:
            continue
        rows = prepared.items.having(answering, prepared.split.database)
        stored, own = trained.stored[answering][rows], prepared.labels.subset(rows)
        scores = {}
        if coded.codes is not None and trained.distance.steps is not None:
            scores["precision@10"] = evaluate_codes(
                coded.codes, stored, trained.distance, labels, own, canonical=False
            ).per_query["precision@10"]
        if coded.query is not None:
            by_score = evaluate_scores(coded.query, stored, trained.distance, labels, own).per_query
            scores["shipped@10"] = by_score["precision@10"]
        counted = ~np.isnan(next(iter(scores.values())))
        ranked = _both_rows(trained, prepared, coded, known, texts, answering)
        both = [_share(labels, own, place, one) for place, one in enumerate(ranked)]
        found[direction] = {
            "n": int(counted.sum()),
            "unanswered": int((~known[counted]).sum()),
            **rounded(
                {
                    name: float(np.where(known, values, 0.0)[counted].mean())
                    for name, values in scores.items()
                }
            ),
            **rounded({"both@10": float(np.array(both)[counted].mean())}),
        }
    return found


def _share(asked: ItemLabels, stored: ItemLabels, place: int, rows: NDArray[np.int64]) -> float:
    """The share of ten answers that have a leaf of the item that asks."""
    own = asked.subset(np.array([place])).codes[:, -1]
    leaves = [stored.subset(np.array([row])).codes[:, -1] for row in rows.tolist()]
    return sum(bool(np.isin(own[own >= 0], one).any()) for one in leaves) / FIRST


def _both_rows(
    trained: Trained,
    prepared: Prepared,
    coded: Coded,
    known: NDArray[np.bool_],
    texts: Sequence[str],
    answering: str,
) -> list[NDArray[np.int64]]:
    """Places of the first answers by codes and words together, ten or fewer of each text."""
    rows = prepared.items.having(answering, prepared.split.database)
    stored = trained.stored[answering][rows]
    words = WordsSearch(prepared.texts[row] or "" for row in rows.tolist())
    keys_of, names = _keys(trained, coded, stored), named_nodes(prepared.tree)
    found = []
    for place, text in enumerate(texts):
        by_code: list[tuple[int, float]] = []
        if known[place]:
            near = keys_of(place)
            first = np.argsort(near, kind="stable")[:FUSED_FIRST].tolist()
            by_code = [(row, -round(float(near[row]), 4)) for row in first]
        by_words = [] if plain_name(text) in names else words.search(text, FUSED_FIRST)
        found.append(fused(parted(by_code), parted(by_words))[0][:FIRST])
    return found


def _keys(trained: Trained, coded: Coded, stored: NDArray[Any]) -> Callable[[int], NDArray[Any]]:
    """A function from a query's place to what orders the items, smallest first."""
    distance, codes, query = trained.distance, coded.codes, coded.query
    if query is not None:
        score = distance.scorer(stored)
        return lambda place: -score(query[[place]])[0]
    assert codes is not None  # noqa: S101 - what has no score has codes
    return lambda place: np.asarray(distance.between(codes[[place]], stored)[0])


def _first_rows(trained: Trained, coded: Coded, stored: NDArray[Any]) -> NDArray[np.int64]:
    """Places of the first answers of each query, int64 (q, 10 or fewer)."""
    keys_of = _keys(trained, coded, stored)
    asked = next(part for part in coded if part is not None)
    first = [np.argsort(keys_of(place), kind="stable")[:FIRST] for place in range(len(asked))]
    return np.stack(first).astype(np.int64)
