"""The mistakes of a classifier: how far in the tree they are, and the most frequent by name."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hierhash.labels.tree import LabelTree
from hierhash.reports.section import Cell, Table

SHOWN = 10
Leaves = NDArray[np.integer]


def mistake_heights(truth: Leaves, guess: Leaves, tree: LabelTree) -> NDArray[np.int64]:
    """Levels from the true leaf up to the common ancestor with the guess, (n,); 0 is right."""
    codes = np.stack([tree.ancestor_codes(leaf) for leaf in tree.leaves])
    depths = np.array([len(leaf) for leaf in tree.leaves])
    # A shallow leaf's class is repeated downwards; other leaves never share the repeats.
    agreed = (codes[truth] == codes[guess]).sum(axis=1)
    return np.asarray(np.where(truth == guess, 0, depths[truth] - agreed), dtype=np.int64)


def confusion_counts(truth: Leaves, guess: Leaves, tree: LabelTree) -> NDArray[np.int64]:
    """How often each true leaf (row) was taken for each leaf (column)."""
    counts = np.zeros((len(tree.leaves), len(tree.leaves)), dtype=np.int64)
    np.add.at(counts, (truth, guess), 1)
    return counts


def worst_table(truth: Leaves, guess: Leaves, tree: LabelTree, of: str) -> Table:
    """The most frequent mistakes by name; of equally frequent ones, those farther in the tree.

    Args:
        truth: True leaves, (n,).
        guess: Predicted leaves, (n,).
        tree: Their tree.
        of: Whose mistakes they are, for the title.
    """
    counts = confusion_counts(truth, guess, tree)
    totals = counts.sum(axis=1)
    np.fill_diagonal(counts, 0)
    rows, columns = np.nonzero(counts)
    heights = mistake_heights(rows, columns, tree)
    order = np.lexsort((columns, rows, -heights, -counts[rows, columns]))[:SHOWN]
    names = leaf_names(tree)
    lines: list[list[Cell | str]] = []
    for place in order:
        true, picked = int(rows[place]), int(columns[place])
        count = int(counts[true, picked])
        lines.append(
            [
                names[true],
                f"→ {names[picked]}",
                str(count),
                f"{count / totals[true]:.0%}",
                str(totals[true]),
                str(heights[place]),
            ]
        )
    header = ["true leaf", "taken for", "count", "share", "n", "height"]
    title = f"The {len(lines)} most frequent confusions, {of}"
    return Table(header, lines, names=2, title=title)


def leaf_names(tree: LabelTree) -> list[str]:
    """The name of each leaf; its whole path where another leaf has the same name.

    Example:
        >>> leaf_names(LabelTree.from_nested({"A": ["x", "y"], "B": ["x"]}, name="t"))
        ['A/x', 'y', 'B/x']
    """
    last = [leaf[-1] for leaf in tree.leaves]
    return [
        name if last.count(name) == 1 else "/".join(leaf)
        for name, leaf in zip(last, tree.leaves, strict=True)
    ]
