"""Items given as arrays in Python, written as a folder that a run can read again later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hierhash.data.catalogue import Catalogue
from hierhash.data.readers.imagefolder import write_imagefolder
from hierhash.errors import DataError, InputError
from hierhash.labels.tree import LabelTree, load_tree
from hierhash.methods.registry import find_preset
from hierhash.training.items import MODALITIES


@dataclass(frozen=True)
class OwnItems:
    """Items as arrays; row i of everything is item i.

    Args:
        labels: Label paths or names of each item.
        image_features: (n, d), or None.
        text_features: (n, d), dense or sparse, or None.
        texts: One text an item, or None.
        tree: The tree of the labels, its file, or the name of a shipped one.
    """

    labels: Sequence[Sequence[str]] | None
    image_features: Any
    text_features: Any
    texts: Sequence[str | None] | None
    tree: str | Path | LabelTree | None

    def check(self, method: str) -> None:
        """Refuses items that a method cannot learn from.

        Raises:
            InputError: Labels, the tree or a modality is missing, or the numbers of rows differ.
        """
        if self.labels is None or self.tree is None:
            raise InputError("train: arrays need labels and a tree")
        texts = self.text_features if self.text_features is not None else self.texts
        given = {"image": self.image_features, "text": texts}
        for modality in MODALITIES:
            if modality in find_preset(method).method.needs and given[modality] is None:
                raise InputError(
                    f"train: {method} learns from {modality}s; give {modality}_features"
                )
        n = len(self.labels)
        for name in ("image_features", "text_features", "texts"):
            own = getattr(self, name)
            rows = n if own is None else own.shape[0] if hasattr(own, "shape") else len(own)
            if rows != n:
                raise DataError(f"{name}: {rows} rows for {n} labels; give one of each an item")

    def write(self, folder: Path, *, replace: bool = False) -> Path:
        """Writes the items; returns the folder.

        Raises:
            DataError: The folder exists and is not to be replaced.
            TreeError: A label is not in the tree.
        """
        labels = self.labels or []
        tree = self.tree if isinstance(self.tree, LabelTree) else load_tree(str(self.tree))
        n = len(labels)
        # The reader keeps no item without a picture and a text; this one tells nothing.
        texts: list[str | None] = list(self.texts or [f"item {row}" for row in range(n)])
        catalogue = Catalogue(
            "items",
            [str(row) for row in range(n)],
            [None] * n,
            texts,
            [tuple(own) for own in labels],
            image_features=self.image_features,
            text_features=self.text_features,
        )
        folder.parent.mkdir(parents=True, exist_ok=True)
        write_imagefolder(catalogue, folder, tree, force=replace)
        return folder
