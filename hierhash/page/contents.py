"""Everything that the page with an index inside holds, as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from hierhash.answering.about import about_index, filed_in
from hierhash.answering.session import Session
from hierhash.codes.distances import Hamming
from hierhash.errors import InputError
from hierhash.labels.facets import CATEGORY
from hierhash.labels.items import ItemLabels
from hierhash.labels.paths import Path as Node
from hierhash.labels.tree import LabelTree
from hierhash.page.branch import base64_of, branch_json
from hierhash.page.thumbnails import thumbnails
from hierhash.retrieval.columns import cells_of
from hierhash.retrieval.exact import ExactIndex
from hierhash.retrieval.risk_file import read_controls
from hierhash.retrieval.small_branch import SmallBranch
from hierhash.retrieval.store import Store

Advance = Callable[[int], None]
MOST = 50_000
"""Items of a page; a browser holds all of them and their pictures in memory."""


def contents(
    store: Store, name: str, pictures: bool = True, advance: Advance = lambda _: None
) -> dict[str, Any]:
    """What the page holds: codes, titles, small pictures, trees, facets, the small text branch.

    Args:
        store: The index.
        name: Its title.
        pictures: With small pictures.
        advance: Told how many pictures were made smaller.

    Raises:
        InputError: It has too many items, or are compared by another distance.
        RunError: Its run has no small text branch.
    """
    if len(store) > MOST:
        raise InputError(
            f"{store.name}: {len(store):,} items, a page holds {MOST:,}; serve it, or export an "
            "index of fewer items"
        )
    if not isinstance(store.distance, Hamming):
        raise InputError(
            f"{store.name}: its items are compared by '{store.distance.name}'; a page searches by "
            "Hamming distance alone"
        )
    index, session = store.read(), Session(store)
    trees = session.trees
    branch = SmallBranch(store.run)
    if store.tree is not None:
        branch.file_in(store.tree, store.moved)
    filed = filed_in(session)

    def moved(tree: str, node: Node) -> Node:
        refiled = tree == CATEGORY and store.tree is not None
        return store.moved.get(node, ()) if refiled else node

    return {
        "about": about_index(session, name),
        "branch": branch_json(branch, trees, read_controls(store.run), moved),
        "items": _items(index, filed, pictures, advance),
    }


def _items(
    index: ExactIndex, trees: Mapping[str, LabelTree], pictures: bool, advance: Advance
) -> dict[str, Any]:
    items = [index.item(row) for row in range(len(index))]
    columns = sorted({name for item in items for name in cells_of(item)})
    labels = {name: _labels(own, trees[name]) for name, own in index.facets.items()}
    places = [item.get("image") if pictures else None for item in items]
    small = []
    for one in thumbnails(places):
        small.append(one)
        advance(1)
    return {
        "ids": [item["id"] for item in items],
        "texts": [item["text"] for item in items],
        "codes": base64_of(index.codes),
        "labels": {CATEGORY: _labels(index.labels, trees[CATEGORY]), **labels},
        "cells": {name: [str(cells_of(item).get(name, "")) for item in items] for name in columns},
        "pictures": small,  # "" where there is none
    }


def _labels(labels: ItemLabels, tree: LabelTree) -> list[list[int]]:
    """Of each item the places of its nodes among the tree's nodes."""
    place = {node: at for at, node in enumerate(tree.nodes)}
    rows = [place[_deepest(codes, tree)] for codes in labels.codes.tolist()]
    starts = labels.offsets.tolist()
    return [rows[start:end] for start, end in pairwise(starts)]


def _deepest(codes: Sequence[int], tree: LabelTree) -> Node:
    known = sum(code >= 0 for code in codes)
    return tree.path_of(known, codes[known - 1])
