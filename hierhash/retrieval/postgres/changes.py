"""Changes of an index in a database, one transaction each; writers wait for each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hierhash.errors import InputError
from hierhash.labels.changes import Told
from hierhash.labels.facets import CATEGORY
from hierhash.labels.paths import Path as Node
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.changing import (
    check_alike,
    check_once,
    refusal_of_known,
    refusal_of_missing,
)
from hierhash.retrieval.exact import ExactIndex
from hierhash.retrieval.postgres.about import read_about, write_about
from hierhash.retrieval.postgres.item_rows import item_rows, looked_up
from hierhash.retrieval.postgres.link import Link
from hierhash.retrieval.postgres.reading import read_items, trees_of
from hierhash.retrieval.postgres.tables import move_items, put_items
from hierhash.retrieval.relabel import Relabelled, refiled


def add(link: Link, run: Path, new: ExactIndex, replacing: bool = False) -> int:
    """Adds items; see ``Store.add``.

    Args:
        link: The connection.
        run: The run of the index.
        new: The items.
        replacing: Items of ids that are there take the place of these.

    Returns:
        How many were replaced.

    Raises:
        InputError: An id is there already, or twice among the new ones; nothing is added.
        RunError: The items are not coded or filed as its own are.
        HierhashError: The database refuses, or is gone.
    """
    check_once(new.ids)
    with link.writing():
        about = read_about(link, held=True)
        check_alike(link.shown, about.manifest, new, run)
        known = those_there(link, new.ids)
        if known and not replacing:
            raise InputError(refusal_of_known(link.shown, known))
        items = item_rows(new, trees_of(about, run))
        if known:
            link.execute("DELETE FROM items WHERE id = ANY(%s)", [[looked_up(i) for i in known]])
        following = put_items(link, about.next_row, items)
        write_about(link, replace(about, next_row=following))
    return len(known)


def remove(link: Link, ids: Sequence[str]) -> int:
    """Removes items by their ids; see ``Store.remove``.

    Raises:
        InputError: An id is not there; nothing is removed.
        HierhashError: The database refuses, or is gone.
    """
    with link.writing():
        read_about(link, held=True)
        there = set(those_there(link, ids))
        if missing := [own for own in ids if own not in there]:
            raise InputError(refusal_of_missing(link.shown, missing))
        link.execute("DELETE FROM items WHERE id = ANY(%s)", [[looked_up(i) for i in there]])
        [[left]] = link.execute("SELECT count(*) FROM items")
    return int(left)


def those_there(link: Link, ids: Sequence[str]) -> list[str]:
    """Which of some ids are in the index, in their order."""
    wanted = [looked_up(own) for own in ids]
    found = link.execute("SELECT id FROM items WHERE id = ANY(%s)", [wanted])
    there = {own for [own] in found}
    return [own for own, key in zip(ids, wanted, strict=True) if key in there]


def relabel(
    link: Link, run: Path, new: LabelTree, told: Mapping[Node, Told] | None, force: bool
) -> Relabelled:
    """Files the items in a later version of the tree; see ``Store.relabel``.

    Memory: all items, as ``read`` takes.

    Raises:
        InputError: More than half of the labelled items would lose their nodes.
        HierhashError: The database refuses, or is gone.
    """
    with link.writing():
        about = read_about(link, held=True)
        trees = trees_of(about, run)
        index, rows = read_items(link, about, run, trees)
        filed, result = refiled(link.shown, index, new, told, force)
        before = item_rows(index, trees)
        after = item_rows(filed, trees | {CATEGORY: new})
        moving = [
            (row, two)
            for row, one, two in zip(rows, before, after, strict=True)
            if one.sha256 != two.sha256
        ]
        move_items(link, moving)
        write_about(link, replace(about, tree=new, moved=filed.moved))
    return result
