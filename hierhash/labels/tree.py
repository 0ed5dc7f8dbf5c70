"""The label tree that users handle: structure, label look-up, weights, and files in and out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from hierhash.errors import TreeError
from hierhash.labels.entries import Entry, entry_problems
from hierhash.labels.items import ItemLabels
from hierhash.labels.paths import Path
from hierhash.labels.structure import TreeStructure
from hierhash.labels.weights import Weights, WeightSpec, level_weights, spec_problems

if TYPE_CHECKING:
    from hierhash.labels.resolve import Resolver


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

    level_weights: WeightSpec | None

    def __init__(
        self,
        entries: Sequence[Entry],
        *,
        name: str,
        levels: Sequence[str] | None = None,
        level_weights: WeightSpec | None = None,
        source: str = "",
    ) -> None:
        super().__init__(entries, name=name, levels=levels, source=source)
        if level_weights is not None:
            problems = spec_problems(level_weights, self.depth)
            if problems:
                lead = f"{source or name}: level_weights: "
                raise TreeError([lead + problem for problem in problems])
        self.level_weights = level_weights

    def __eq__(self, other: object) -> bool:
        """Whether name, levels, nodes in their order, aliases and level weights are the same.

        Example:
            >>> tree = LabelTree.from_nested(["a", "b"], name="t")
            >>> tree == LabelTree.from_paths(["a", "b"], name="t")
            True
            >>> tree == LabelTree.from_paths(["b", "a"], name="t")
            False
        """
        return isinstance(other, LabelTree) and self._identity == other._identity

    def __hash__(self) -> int:
        """Equal trees have equal hashes."""
        return hash(self._identity)

    @cached_property
    def _identity(self) -> tuple[object, ...]:
        spec: object = self.level_weights
        if isinstance(spec, Mapping):
            spec = tuple(sorted(spec.items()))
        elif isinstance(spec, Sequence) and not isinstance(spec, str):
            spec = tuple(spec)
        aliases = tuple((path, self.aliases(path)) for path in self._aliases)
        return self.name, self.levels, self.nodes, aliases, spec

    def resolve(self, label: str | Sequence[str]) -> Path:
        """The node that a label names: a full path, or a name or alias unique in the tree.

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

    @cached_property
    def _resolver(self) -> Resolver:
        from hierhash.labels.resolve import Resolver

        return Resolver({path: self.aliases(path) for path in self._row_of})

    def encode(
        self,
        labels: Sequence[Sequence[str | Path]],
        where: Callable[[int], str] | None = None,
    ) -> ItemLabels:
        """The ancestor codes of many items.

        Args:
            labels: For each item its labels as `resolve` takes them; none = unlabelled. A
                repeat, or an ancestor of another label of the item, adds nothing and is dropped.
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
        from hierhash.labels.encode import encode_labels

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
        from hierhash.labels.files import read_text
        from hierhash.labels.yaml_tree import parse_yaml

        return cls(**parse_yaml(read_text(path), str(path)))

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
        from hierhash.labels.document import from_python
        from hierhash.labels.nodes import read_nodes

        problems: list[str] = []
        entries = read_nodes(from_python(obj, name), problems)
        if problems:
            raise TreeError(problems + entry_problems(entries, name))
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
        from hierhash.labels.path_list import entries_from_paths

        entries, problems = entries_from_paths(paths, name)
        if problems:
            raise TreeError(problems)
        return cls(entries, name=name, levels=levels, level_weights=level_weights)

    @classmethod
    def from_paths_csv(cls, path: str | os.PathLike[str]) -> LabelTree:
        """Read a CSV of paths; see `hierhash.labels.paths_csv`."""
        from hierhash.labels.paths_csv import read_paths_csv

        return cls(**read_paths_csv(path))

    @classmethod
    def from_edges_csv(cls, path: str | os.PathLike[str]) -> LabelTree:
        """Read a CSV of edges; see `hierhash.labels.edges_csv`."""
        from hierhash.labels.edges_csv import read_edges_csv

        return cls(**read_edges_csv(path))

    @classmethod
    def from_folder(cls, path: str | os.PathLike[str]) -> LabelTree:
        """The tree of a folder's subfolders; see `hierhash.labels.folder`."""
        from hierhash.labels.folder import read_folder

        return cls(**read_folder(path))

    def to_yaml(self, path: str | os.PathLike[str]) -> None:
        """Write the tree as YAML that `from_yaml` reads back the same; replaces the file whole."""
        from hierhash.labels.yaml_writer import format_yaml
        from hierhash.storage.whole_file import write_text

        write_text(FilePath(path), format_yaml(self))
