"""What an index says of itself, one row of a table; a writer holds it so that others wait."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hierhash.codes.packing import packed_width
from hierhash.errors import RunError
from hierhash.labels.io.yaml import format_yaml, parse_yaml
from hierhash.labels.paths import Path as Node
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.exact import ExactIndex
from hierhash.retrieval.postgres.link import Link

NOT_KEPT = ("format", "items", "files", "accelerator")
"""Of a folder's manifest: they are about its files."""


@dataclass(frozen=True)
class About:
    """The row.

    Args:
        manifest: ``bits``, ``modality``, ``model_sha256`` and so on.
        tree: What the items are filed in, where that is not the run's tree any more.
        moved: Where the nodes of the run's tree are in ``tree``.
        next_row: The row of the item that is added next; none is given twice.
    """

    manifest: Mapping[str, Any]
    tree: LabelTree | None
    moved: Mapping[Node, Node]
    next_row: int = 0

    @property
    def width(self) -> int:
        """Bytes of a code."""
        return packed_width(int(self.manifest["bits"]))


def about_of(index: ExactIndex) -> About:
    """What a new store of an index's items says."""
    manifest = {key: value for key, value in index.manifest.items() if key not in NOT_KEPT}
    return About(manifest, index.tree, index.moved)


def tree_state(link: Link) -> str:
    """A word that changes with the tree that items are filed in."""
    [[state]] = link.execute(
        "SELECT md5(coalesce(tree, '') || coalesce(moved::text, '')) FROM about"
    )
    return str(state)


def read_about(link: Link, held: bool = False) -> About:
    """Reads the row.

    Args:
        link: The connection.
        held: Keep it until the transaction ends; who else asks for that waits.

    Raises:
        RunError: It is damaged.
    """
    statement = "SELECT manifest, tree, moved, next_row FROM about"
    found = link.execute(f"{statement} FOR UPDATE" if held else statement)
    try:
        [[manifest, tree, moved, next_row]] = found
        where = {tuple(one): tuple(two) for one, two in json.loads(moved or "[]")}
        own = json.loads(manifest)
        filed = LabelTree(**parse_yaml(tree, link.shown)) if tree else None
        return About({**own, "bits": int(own["bits"])}, filed, where, next_row)
    except (TypeError, ValueError, KeyError) as error:
        raise RunError(f"{link.shown}: the table about is damaged; copy the index again") from error


def write_about(link: Link, about: About) -> None:
    """Changes the row."""
    moved = json.dumps([[list(one), list(two)] for one, two in about.moved.items()])
    tree = None if about.tree is None else format_yaml(about.tree)
    link.execute(
        "UPDATE about SET manifest = %s, tree = %s, moved = %s, next_row = %s",
        [json.dumps(about.manifest), tree, moved, about.next_row],
    )
