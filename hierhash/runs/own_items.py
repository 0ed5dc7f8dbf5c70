"""Items given as arrays in Python, written as a folder that a run can read again later."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hierhash.data.catalogue import Catalogue
from hierhash.data.readers.imagefolder import write_imagefolder
from hierhash.errors import DataError, InputError
from hierhash.labels.tree import LabelTree, load_tree
from hierhash.methods.registry import find_preset
from hierhash.runs.given import given_features, given_texts
from hierhash.training.items import MODALITIES


@dataclass(frozen=True)
class OwnItems:
    """Checked items; row i of everything is item i.

    Args:
        labels: Label paths or names of each item.
        tree: Their tree.
        image_features: float32 (n, d), or None.
        text_features: float32 (n, d), dense or sparse, or None.
        texts: One text an item, or None.
    """

    labels: list[tuple[str, ...]]
    tree: LabelTree
    image_features: Any
    text_features: Any
    texts: list[str] | None

    def check(self, method: str) -> None:
        """Refuses items that a method cannot learn from.

        Raises:
            InputError: A modality or a label that is needed is missing.
        """
        texts = self.text_features if self.text_features is not None else self.texts
        given = {"image": self.image_features, "text": texts}
        for modality in MODALITIES:
            if modality in find_preset(method).method.needs and given[modality] is None:
                raise InputError(
                    f"train: {method} learns from {modality}s; give {modality}_features"
                )
        self.tree.encode(self.labels, where=lambda row: f"labels: row {row}")

    def write(self, beside: Path) -> Path:
        """Writes the items beside a run folder, under a name that tells them from others.

        Returns:
            The folder; one that is there already holds the same items.
        """
        folder = beside.with_name(f"{beside.name}-items-{self._digest()}")
        if folder.exists():
            return folder
        n = len(self.labels)
        # The reader keeps no item without a picture and a text; this one tells nothing.
        texts: list[str | None] = list(self.texts or [f"item {row}" for row in range(n)])
        catalogue = Catalogue(
            "items",
            [str(row) for row in range(n)],
            [None] * n,
            texts,
            self.labels,
            image_features=self.image_features,
            text_features=self.text_features,
        )
        folder.parent.mkdir(parents=True, exist_ok=True)
        write_imagefolder(catalogue, folder, self.tree)
        return folder

    def _digest(self) -> str:
        found = hashlib.sha256(self.tree.sha256.encode())
        found.update(repr((self.labels, self.texts)).encode())
        for features in (self.image_features, self.text_features):
            parts = [features]
            if hasattr(features, "tocsr"):
                parts = [features.data, features.indices, features.indptr]
            for part in parts:
                found.update(b"none" if part is None else np.ascontiguousarray(part).tobytes())
        return found.hexdigest()[:8]


def _paths_of(row: int, own: Any) -> tuple[str, ...]:
    """The label of a row as paths: a text, several texts, or None for an item without a label."""
    if own is None:
        return ()
    paths = (own,) if isinstance(own, str) else own
    if not isinstance(paths, Iterable) or not all(isinstance(one, str) for one in paths):
        raise DataError(
            f"labels: row {row} is {own!r}; give a name or path, a list of them, or None"
        )
    return tuple(str(one) for one in paths)


def own_items(
    labels: Any,
    tree: str | Path | LabelTree | None,
    image_features: Any,
    text_features: Any,
    texts: Sequence[str] | None,
) -> OwnItems:
    """Checks what was given.

    Raises:
        InputError: Labels or the tree are missing, something is of another kind than it should be,
            or the numbers of rows differ.

    Example:
        >>> tree = LabelTree.from_nested(["a", "b"], name="t")
        >>> own_items(["a", ["b"]], tree, None, None, ["x", "y"]).labels
        [('a',), ('b',)]
    """
    if labels is None or tree is None:
        raise InputError("train: arrays need labels and a tree")
    if isinstance(labels, str):
        raise InputError("labels: one text where a list is expected; write [label]")
    named = [_paths_of(row, own) for row, own in enumerate(labels)]
    found = OwnItems(
        named,
        tree if isinstance(tree, LabelTree) else load_tree(str(tree)),
        None if image_features is None else given_features("image_features", image_features),
        None if text_features is None else given_features("text_features", text_features),
        None if texts is None else given_texts("texts", texts),
    )
    for name in ("image_features", "text_features", "texts"):
        own = getattr(found, name)
        rows = len(named) if own is None else own.shape[0] if hasattr(own, "shape") else len(own)
        if rows != len(named):
            raise DataError(
                f"{name}: {rows} rows for {len(named)} labels; give one of each an item"
            )
    return found
