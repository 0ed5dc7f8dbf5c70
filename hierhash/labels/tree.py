"""The label tree that users handle: structure, label look-up, weights, and files in and out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path as FilePath

from hierhash.errors import TreeError
from hierhash.labels.io.csv import read_edges_csv, read_paths_csv
from hierhash.labels.io.folder import read_folder
from hierhash.labels.io.nodes import entries_from_nested, entries_from_paths
from hierhash.labels.io.taxonomies import Wish, read_taxonomy
from hierhash.labels.io.yaml import format_yaml, parse_yaml
from hierhash.labels.items import ItemLabels
from hierhash.labels.lookup import Resolver, encode_labels
from hierhash.labels.paths import Path
from hierhash.labels.structure import TreeStructure
from hierhash.labels.weights import Weights, WeightSpec, level_weights
from hierhash.shipped import shipped_path
from hierhash.storage.text_files import read_text
from hierhash.storage.whole_file import write_text


class LabelTree(TreeStructure):
    """A tree of classes of any depth; level 1 is the coarsest, level L the leaves.

    A childless node above the last level is repeated downwards, so that every leaf has an
    ancestor class at every level. Make one with a constructor such as `from_yaml`.

    Args:
        entries: The nodes of level 1, with all below them.
        name: The tree's name.
        levels: Names of levels 1..L; ``level_1``... when None.
        level_weights: Weight scheme of the tree (see `hierhash.labels.weights`), or None.
        source: Leads the messages about the tree as a whole; its name when empty.

    Raises:
        TreeError: All that is wrong with names, siblings, levels and weights.

    Example:
        >>> tree = LabelTree.from_nested({"Apparel": ["Tops", "Jeans"], "Toys": []}, name="shop")
        >>> tree.depth, tree.nodes_at(1), len(tree.leaves)
        (2, (('Apparel',), ('Toys',)), 3)
        >>> tree.ancestor_codes(("Apparel", "Jeans")).tolist()
        [0, 1]
        >>> tree.ancestor_codes(("Toys",)).tolist()
        [1, 2]
        >>> tree.ancestor_codes(("Apparel",)).tolist()
        [0, -1]
    """

    def resolve(self, label: str | Sequence[str]) -> Path:
        """The node that a label names: a full path, a unique name in any language, or an id.

        Raises:
            TreeError: No such node (with the nearest name), or several (with their paths).

        Example:
            >>> tree = LabelTree.from_nested({"A": ["Tops", "Jeans"], "B": ["Tops"]}, name="shop")
            >>> tree.resolve("Jeans"), tree.resolve("B/Tops"), tree.resolve(["A", "Tops"])
            (('A', 'Jeans'), ('B', 'Tops'), ('A', 'Tops'))
            >>> tree.resolve("Tops")
            Traceback (most recent call last):
            hierhash.errors.TreeError: label 'Tops' names 'A/Tops', 'B/Tops'; write the full path
        """
        return self._resolver.find(label)

    def paths(self, labels: Sequence[str | Sequence[str]]) -> list[Path]:
        """The nodes of an item's labels; all places of a class that stands below several parents.

        Raises:
            TreeError: A label names no node, or several classes.

        Example:
            >>> LabelTree.from_nested({"A": ["Tops"]}, name="s").paths(["Tops", "A"])
            [('A', 'Tops'), ('A',)]
        """
        found = [path for label in labels for path in self._resolver.classes(label)]
        return list(dict.fromkeys(found))

    @cached_property
    def _resolver(self) -> Resolver:
        others = {path: (*self.aliases(path), *self.names(path).values()) for path in self._row_of}
        return Resolver(others, self._ids)

    def encode(
        self,
        labels: Sequence[Sequence[str | Path]],
        where: Callable[[int], str] | None = None,
    ) -> ItemLabels:
        """The ancestor codes of many items.

        Args:
            labels: For each item its labels as `resolve` takes them; none = unlabelled. A
                repeat, or an ancestor of another label of the item, adds nothing and is dropped.
                The id of a class that stands below several parents gives the item all these paths.
            where: Names the place of item i in messages, such as ``items.csv:7``.

        Raises:
            TreeError: Every label that names no node or several, with its place.

        Example:
            >>> tree = LabelTree.from_nested({"A": ["Tops", "Jeans"]}, name="shop")
            >>> tree.encode([["Jeans"], ["A", "A/Tops"], ["A"], []]).single_codes.tolist()
            [[0, 1], [0, 0], [0, -1], [-1, -1]]
            >>> tree.encode([["Jean"], ["Hats"]], where=lambda i: f"items.csv:{i + 2}")
            Traceback (most recent call last):
            hierhash.errors.TreeError: items.csv:2: label 'Jean' is not in the tree; did you ...
            items.csv:3: label 'Hats' is not in the tree; add it to the tree or correct it
        """
        return encode_labels(labels, self._resolver, self._row_of, self._codes, where)

    def weights(
        self, scheme: WeightSpec | None = None, labels: ItemLabels | None = None
    ) -> Weights:
        """float64 (L,): non-negative level weights that sum to 1.

        Args:
            scheme: As in `hierhash.labels.weights.level_weights`; None takes the tree's own,
                else ``uniform``.
            labels: Training labels, for ``information_content``.

        Example:
            >>> LabelTree.from_nested({"A": ["a"]}).weights([1, 3]).tolist()
            [0.25, 0.75]
        """
        spec = scheme if scheme is not None else self.level_weights
        return level_weights(spec if spec is not None else "uniform", self.depth, labels)

    @classmethod
    def from_yaml(cls, path: str | os.PathLike[str]) -> LabelTree:
        """Read a tree from a YAML file; see label_trees/README.md for the format.

        Raises:
            TreeError: Every problem of the file, each with its line.
        """
        return cls(**parse_yaml(read_text(path, TreeError), str(path)))

    @classmethod
    def from_nested(
        cls,
        obj: object,
        *,
        name: str = "tree",
        levels: Sequence[str] | None = None,
        level_weights: WeightSpec | None = None,
    ) -> LabelTree:
        """A tree of nested dicts and lists, as in the ``tree`` part of the YAML file.

        Example:
            >>> LabelTree.from_nested(["a", {"name": "b", "aliases": ["bee"]}], name="flat")
            LabelTree('flat', 2)
        """
        entries = entries_from_nested(obj, name)
        return cls(entries, name=name, levels=levels, level_weights=level_weights)

    @classmethod
    def from_paths(
        cls,
        paths: Iterable[Path | str],
        *,
        name: str = "tree",
        levels: Sequence[str] | None = None,
        level_weights: WeightSpec | None = None,
    ) -> LabelTree:
        """The tree of the given paths; siblings stand in the order of their first appearance.

        Repeats are merged and inner nodes need not be listed, so that the label column of a
        table can be given as it is.

        Args:
            paths: Tuples of names, or their text form ``A/B/C``.
            name: The tree's name.
            levels: Names of levels 1..L.
            level_weights: Weight scheme of the tree.

        Example:
            >>> LabelTree.from_paths([("A", "a"), "B/b", ("A", "c")], name="t").leaves
            (('A', 'a'), ('A', 'c'), ('B', 'b'))
        """
        entries, problems = entries_from_paths(paths, name)
        if problems:
            raise TreeError(problems)
        return cls(entries, name=name, levels=levels, level_weights=level_weights)

    @classmethod
    def from_paths_csv(cls, path: str | os.PathLike[str]) -> LabelTree:
        """Read a CSV of paths; see `hierhash.labels.io.csv`."""
        return cls(**read_paths_csv(path))

    @classmethod
    def from_edges_csv(cls, path: str | os.PathLike[str]) -> LabelTree:
        """Read a CSV of edges; see `hierhash.labels.io.csv`."""
        return cls(**read_edges_csv(path))

    @classmethod
    def from_folder(cls, path: str | os.PathLike[str]) -> LabelTree:
        """The tree of a folder's subfolders; see `hierhash.labels.io.folder`."""
        return cls(**read_folder(path))

    def to_yaml(self, path: str | os.PathLike[str]) -> None:
        """Write the tree as YAML that `from_yaml` reads back the same; replaces the file whole."""
        write_text(FilePath(path), format_yaml(self))


def load_tree(name: str | os.PathLike[str]) -> LabelTree:
    """The user's own file or folder of that name, else the shipped tree.

    Raises:
        InputError: There is neither, or the tree is wrong.

    Example:
        >>> load_tree("sample").depth
        3
    """
    return read_tree(name if FilePath(name).exists() else shipped_path("label_trees", str(name)))


def read_tree(path: str | os.PathLike[str], wish: Wish | None = None) -> LabelTree:
    r"""A tree from a file of any form that is known, told by its content, or from a folder.

    Args:
        path: The file or folder.
        wish: How it is to be read where its content does not say.

    Raises:
        TreeError: Every problem found, or a kind of file that holds no tree.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = FilePath(folder, "shop.txt")
        ...     _ = file.write_text("166 - Wear\n173 - Wear > Hats\n")
        ...     tree = read_tree(file)
        >>> tree, tree.resolve("173")
        (LabelTree('shop', 1 > 1), ('Wear', 'Hats'))
    """
    return LabelTree(**read_taxonomy(FilePath(path), wish)[1])
