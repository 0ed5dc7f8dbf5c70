"""Confusion across the tree: which leaves the head of the tree-aware method takes for which."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hierhash.labels.tree import LabelTree
from hierhash.reports.matrix import matrix_chart
from hierhash.reports.mistakes import (
    Leaves,
    confusion_counts,
    leaf_names,
    mistake_heights,
    worst_table,
)
from hierhash.reports.per_query import per_query
from hierhash.reports.runs import Run, headline_names, main_bits
from hierhash.reports.section import Cell, Chart, Section, Table

WHERE = ("right", "sibling", "cousin", "farther")
WORDS = {"image": "pictures", "text": "texts"}


def confusion_section(results: Path, runs: list[Run], tree: LabelTree) -> Section | None:
    """Where predictions go, by method, and the matrix of the first; None without predictions.

    The first seed at the main code length; queries with a known leaf.
    """
    bits = main_bits(runs)
    rows: list[list[Cell | str]] = []
    drawn: list[Chart] = []
    for name in headline_names(runs):
        own = [run for run in runs if run["name"] == name and run["bits"] == bits]
        scores = per_query(results, min(own, key=lambda run: run["seed"])) if own else {}
        for side, word in WORDS.items():
            picked = scores.get(f"picked/{side}")
            if picked is None:
                continue
            leaf = scores["i2t/leaf" if side == "image" else "t2i/leaf"]
            truth, guess = leaf[leaf >= 0], picked[leaf >= 0]
            heights = mistake_heights(truth, guess, tree)
            shares = [(heights == height).mean() for height in range(3)]
            cells = [f"{share:.1%}" for share in (*shares, (heights >= 3).mean())]
            rows.append([name, side, str(len(truth)), *cells])
            if len(drawn) < 2:
                caption = f"{name}, {word}, {len(truth)} queries."
                worst = worst_table(truth, guess, tree, f"{name}, {word}")
                drawn.append(Chart(_matrix(truth, guess, tree), caption, worst))
    if not rows:
        return None
    note = (
        "First seed. In the matrices each row is a true leaf, each column a predicted one, in the "
        "order of the tree; lines part the top nodes. The stronger the colour of a cell, the "
        "larger its share of the row (by the square root). Near the diagonal is near in the tree."
    )
    table = Table(["method", "side", "n", *WHERE], rows, names=2, grouped=True)
    return Section(f"Confusion across the tree, {bits} bits", note, [table], drawn)


def _matrix(truth: Leaves, guess: Leaves, tree: LabelTree) -> str:
    counts = confusion_counts(truth, guess, tree)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    tops = [leaf[0] for leaf in tree.leaves]
    return matrix_chart(shares, leaf_names(tree), tops, "predicted leaf", "true leaf")
