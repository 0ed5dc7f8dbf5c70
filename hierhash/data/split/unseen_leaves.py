"""The unseen-leaves protocol: some leaves never appear in training, and the queries are theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hierhash.data.catalogue import Catalogue
from hierhash.data.split.allot import allot
from hierhash.data.split.groups import BY_CONTENT, groups_by
from hierhash.data.split.sizes import PARTS, Asked, Sizes, part_sizes
from hierhash.data.split.split import Split
from hierhash.data.split.standard import complete, largest_group, split_of_codes, strata_of
from hierhash.errors import DataError
from hierhash.labels.paths import format_path

if TYPE_CHECKING:
    from hierhash.labels.items import ItemLabels
    from hierhash.labels.paths import Path
    from hierhash.labels.tree import LabelTree


def make_unseen_leaves_split(
    catalogue: Catalogue,
    labels: ItemLabels,
    tree: LabelTree,
    leaves: int = 12,
    sizes: Sizes | None = None,
    seed: int = 0,
    groups: NDArray[np.int64] | None = None,
    group_by: str = BY_CONTENT,
) -> Split:
    """Hold whole leaves back from training and validation and draw all queries from them.

    The leaves lie under parents with several children, at least one of which stays in training; at
    most a quarter of the tree's leaves is held back. At most half of the items of a held-back leaf
    are queries, so that each query has relevant items in the database, where the others are.

    Args:
        catalogue: n items.
        labels: Their labels.
        tree: The tree of the labels.
        leaves: How many leaves to hold back; fewer on small trees.
        sizes: As for :func:`~hierhash.data.split.standard.make_split`.
        seed: Draws leaves and items.
        groups: int64 (n,), items that stay together; default: as ``group_by`` says.
        group_by: ``content``, ``none`` or a column, see
            :func:`~hierhash.data.split.groups.groups_by`.

    Returns:
        The split; what it was asked for is what the held-back leaves leave over.

    Raises:
        DataError: The tree has no parent with several children that have items.
    """
    if groups is None:
        groups = groups_by(catalogue, group_by)
    rng = np.random.default_rng([seed, 1])
    chosen = _choose(catalogue.name, labels, tree, leaves, rng)
    held = np.zeros(labels.n, dtype=np.bool_)
    leaf_rows = np.isin(np.asarray(labels.codes)[:, -1], [tree.leaves.index(p) for p in chosen])
    held[np.repeat(np.arange(labels.n), np.diff(labels.offsets))[leaf_rows]] = True

    counts = part_sizes(catalogue.name, len(catalogue), sizes)
    # A duplicate of a held-back item would show it to training: its whole group stays out.
    tied = np.isin(groups, groups[held])
    open_rows = np.flatnonzero(~tied)
    wanted = _scaled(counts, len(open_rows))
    strata = strata_of(labels)
    parts = np.full(labels.n, PARTS.index("database_only"), dtype=np.int64)
    parts[open_rows] = allot(
        strata[open_rows], groups[open_rows], wanted, rng, complete(catalogue)[open_rows]
    )
    ask = held & complete(catalogue)
    budget = {kind: int((held & (strata == kind)).sum()) // 2 for kind in np.unique(strata[held])}
    wanted["query"] = min(counts["query"], sum(budget.values()))
    wanted["database_only"] = labels.n - sum(wanted.values())
    rows = _queries(ask, tied, strata, groups, budget, counts["query"], rng)
    parts[rows] = PARTS.index("query")
    return split_of_codes(
        catalogue.ids,
        parts,
        strata,
        groups,
        seed,
        Asked(wanted, group_by, largest_group(groups)),
        protocol="unseen_leaves",
        unseen=tuple(format_path(path) for path in chosen),
    )


def _choose(
    name: str, labels: ItemLabels, tree: LabelTree, leaves: int, rng: np.random.Generator
) -> list[Path]:
    codes = np.asarray(labels.codes)[:, -1]
    items = np.bincount(codes[codes >= 0], minlength=len(tree.leaves))
    filled = [leaf for leaf, count in zip(tree.leaves, items.tolist(), strict=True) if count > 1]
    siblings: dict[Path, list[Path]] = {}
    for leaf in filled:
        siblings.setdefault(leaf[:-1], []).append(leaf)
    # Leaves at the top of the tree have no parent that a query could still find.
    spare = [
        leaf
        for parent, below in siblings.items()
        if parent and len(below) > 1
        for leaf in rng.permutation(np.arange(len(below)))[:-1].tolist()
        for leaf in [below[leaf]]
    ]
    if not spare or leaves < 1:
        raise DataError(f"{name}: no parent with several leaves, so no leaf can be held back")
    count = min(leaves, len(spare), max(1, len(tree.leaves) // 4))
    return sorted(spare[k] for k in rng.permutation(len(spare))[:count].tolist())


def _scaled(counts: dict[str, int], n: int) -> dict[str, int]:
    """Training and validation sizes for the n items that may be trained on; no queries."""
    asked = counts["train"] + counts["validation"]
    share = min(1.0, n / max(asked, 1))
    return {
        "train": int(counts["train"] * share),
        "validation": int(counts["validation"] * share),
        "query": 0,
    }


def _queries(
    ask: NDArray[np.bool_],
    tied: NDArray[np.bool_],
    strata: NDArray[np.int64],
    groups: NDArray[np.int64],
    budget: dict[int, int],
    most: int,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Rows that ask: whole groups, leaf by leaf in turn, at most half of the items of a leaf."""
    mixed = np.isin(groups, groups[tied & ~ask])
    found: list[int] = []
    by_group = np.argsort(groups, kind="stable")
    order = rng.permutation(np.unique(groups[ask & ~mixed]))
    first = np.searchsorted(groups, order, side="left", sorter=by_group)
    after = np.searchsorted(groups, order, side="right", sorter=by_group)
    for start, end in zip(first.tolist(), after.tolist(), strict=True):
        rows = by_group[start:end]
        kinds, number = np.unique(strata[rows], return_counts=True)
        fits = all(budget[kind] >= count for kind, count in zip(kinds, number, strict=True))
        if fits and len(found) + len(rows) <= most:
            found.extend(rows.tolist())
            for kind, count in zip(kinds, number, strict=True):
                budget[kind] -= int(count)
    return np.array(found, dtype=np.int64)
