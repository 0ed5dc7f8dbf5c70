"""Files the items of an index in a later version of its tree, without encoding them again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path as File

from hierhash.errors import InputError
from hierhash.labels.changes import Change, Told, tree_changes
from hierhash.labels.paths import Path
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.changing import BESIDE, check_changeable, held
from hierhash.retrieval.exact import ExactIndex
from hierhash.retrieval.load_index import load_index


@dataclass(frozen=True)
class Relabelled:
    """What came of it.

    Args:
        items: Items of another path than before.
        look: The changes that a person must look at, with the ids of the items that they moved.
    """

    items: int
    look: list[tuple[Change, list[str]]]


def relabel(
    folder: File,
    new: LabelTree,
    told: Mapping[Path, Told] | None = None,
    force: bool = False,
) -> Relabelled:
    """Files the items of an index in another tree; the old index stays until that is done.

    Codes stay as they are: they follow the tree that the run learnt. What a query was understood as
    is looked up in the new tree (``moved``).

    Args:
        folder: The index.
        new: The tree.
        told: What became of some nodes of the old one; see ``tree_changes``.
        force: Also where the nodes of more than half of the labelled items are gone.

    Raises:
        InputError: They are, and it is not forced: another shop's tree, perhaps.
        RunError: The index is damaged or of an earlier version, or another process changes it.
    """
    with held(folder):
        index = load_index(folder)
        check_changeable(folder, index)
        own, result = refiled(str(folder), index, new, told, force)
        own.save(folder, replacing=True, keeping=BESIDE)
        return result


def refiled(
    name: str,
    index: ExactIndex,
    new: LabelTree,
    told: Mapping[Path, Told] | None = None,
    force: bool = False,
) -> tuple[ExactIndex, Relabelled]:
    """The index with its items filed in another tree, and what came of it.

    Args:
        name: The index, for messages.
        index: It.
        new: The tree.
        told: As of ``relabel``.
        force: As of ``relabel``.

    Raises:
        InputError: More than half of the labelled items would lose their nodes.
    """
    old = index.tree or LabelTree.from_yaml(index.run / "tree.yaml")
    changes = [one for one in tree_changes(old, new, told) if one.old]
    goes = {one.old: one.new for one in changes}
    before = index.moved if index.tree is not None else {node: node for node in old.nodes}
    moved = {node: goes[there] for node, there in before.items() if goes.get(there)}
    found, result = _filed(index, changes, goes)
    lost = {own for change, ids in result.look if change.kind == "dropped" for own in ids}
    labelled = int(index.labels.labelled.sum())
    if not force and len(lost) > labelled / 2:
        raise InputError(
            f"{name}: the nodes of {len(lost):,} of {labelled:,} items are not in this tree; "
            "is it the right one? Say what became of them with --map, or add --force"
        )
    labels = new.encode([json.loads(line)["paths"] for line in found.lines])
    return replace(found, labels=labels, tree=new, moved=moved), result


def _filed(
    index: ExactIndex, changes: list[Change], goes: Mapping[Path, Path]
) -> tuple[ExactIndex, Relabelled]:
    """The index with the new paths of its items."""
    look = {one.old: (one, list[str]()) for one in changes if one.look}
    lines, items = [], 0
    for line in index.lines:
        item = json.loads(line)
        old = [tuple(path) for path in item["paths"]]
        paths = list(dict.fromkeys(goes[path] for path in old if goes[path]))
        items += paths != old
        for path in old:
            if path in look:
                look[path][1].append(item["id"])
        lines.append(json.dumps(item | {"paths": [list(one) for one in paths]}, ensure_ascii=False))
    told = sorted(look.values(), key=lambda one: -len(one[1]))
    moved = [one for one in told if one[1]]
    return replace(index, lines=[line.encode() for line in lines]), Relabelled(items, moved)
