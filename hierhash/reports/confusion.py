"""Confusion across the tree: which leaves the head of the tree-aware method takes for which."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hierhash.labels.tree import LabelTree
from hierhash.reports import charts
from hierhash.reports.runs import Run, headline_names, main_bits, per_query
from hierhash.reports.section import Cell, Section, Table

WHERE = ("right", "sibling", "cousin", "farther")


def confusion_section(results: Path, runs: list[Run], tree: LabelTree) -> Section | None:
    """Where predictions go, by method, and the matrix of the first; None without predictions.

    The first seed at the main code length; queries with a known leaf.
    """
    bits = main_bits(runs)
    rows: list[list[Cell | str]] = []
    drawn: list[tuple[str, str]] = []
    for name in headline_names(runs):
        own = [run for run in runs if run["name"] == name and run["bits"] == bits]
        scores = per_query(results, min(own, key=lambda run: run["seed"])) if own else {}
        for side in ("image", "text"):
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
                drawn.append((_matrix(truth, guess, tree), f"{name}, {side}s."))
    if not rows:
        return None
    note = (
        "Sibling: the wrong leaf under the right parent; cousin: under the right grandparent. In "
        "the matrices each row is a true leaf, each column a predicted one, in the order of the "
        "tree; lines part the top nodes. Near the diagonal means near in the tree."
    )
    table = Table(["method", "side", "n", *WHERE], rows, names=2)
    return Section(f"Confusion across the tree, {bits} bits", note, [table], drawn)


def mistake_heights(
    truth: NDArray[np.integer], guess: NDArray[np.integer], tree: LabelTree
) -> NDArray[np.int64]:
    """Levels from the true leaf up to the common ancestor with the guess, (n,); 0 is right."""
    codes = np.stack([tree.ancestor_codes(leaf) for leaf in tree.leaves])
    depths = np.array([len(leaf) for leaf in tree.leaves])
    # A shallow leaf's class is repeated downwards; other leaves never share the repeats.
    agreed = (codes[truth] == codes[guess]).sum(axis=1)
    return np.asarray(np.where(truth == guess, 0, depths[truth] - agreed), dtype=np.int64)


def _matrix(truth: NDArray[np.integer], guess: NDArray[np.integer], tree: LabelTree) -> str:
    leaves = len(tree.leaves)
    counts = np.zeros((leaves, leaves))
    np.add.at(counts, (truth, guess), 1)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    tops = [tree.ancestor_codes(leaf)[0] for leaf in tree.leaves]
    starts = [0, *(place for place in range(1, leaves) if tops[place] != tops[place - 1])]
    names = [tree.leaves[start][0] for start in starts]
    return charts.heat(shares, starts, names, "predicted", "true")
