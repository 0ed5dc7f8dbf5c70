"""The structure of a label tree: classes in levels, and integer codes of every node's ancestors."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hierhash.errors import TreeError
from hierhash.labels.paths import ROOT, Path, clean_name, format_path
from hierhash.labels.raw_tree import Entry, entry_problems, level_problems, title_problems, walk
from hierhash.labels.weights import WeightSpec, spec_problems

if TYPE_CHECKING:
    import networkx as nx


class TreeStructure:
    """Nodes, levels and codes of a tree; `hierhash.labels.LabelTree` is the class to use.

    It takes the same arguments. What reads and writes files of trees knows this class alone.
    """

    name: str
    levels: tuple[str, ...]
    depth: int
    leaves: tuple[Path, ...]
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
        source = source or name
        problems = [*title_problems(name, source), *entry_problems(entries, source)]
        nodes = [] if problems else list(walk(entries))
        self.depth = max((len(path) for path, _ in nodes), default=0)
        if not problems and levels is not None:
            problems += level_problems(levels, self.depth, source)
        if problems:
            raise TreeError(problems)
        self.name = name
        self.levels = tuple(
            clean_name(level) for level in levels or map("level_{}".format, self._numbers)
        )
        self._row_of = {path: row for row, (path, _) in enumerate(nodes)}
        self._aliases = {path: entry.aliases for path, entry in nodes if entry.aliases}
        self._ids = {path: entry.id for path, entry in nodes if entry.id}
        self._names = {path: dict(entry.names) for path, entry in nodes if entry.names}
        self._children: dict[Path, list[Path]] = {}
        for path in self._row_of:
            self._children.setdefault(path[:-1], []).append(path)
        self._codes, self._nodes_at = self._count(
            np.array([len(path) for path, _ in nodes]),
            np.array([not entry.children for _, entry in nodes]),
        )
        self.leaves = self._nodes_at[-1]
        if level_weights is not None:
            problems = spec_problems(level_weights, self.depth)
            if problems:
                raise TreeError([f"{source}: level_weights: {problem}" for problem in problems])
        self.level_weights = level_weights

    def _count(
        self, depth: NDArray[np.int64], childless: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int32], list[tuple[Path, ...]]]:
        """The codes of all nodes at all levels, and the classes of each level.

        Nodes stand parents first, so a node's ancestor at a level is the last node of that level
        before it.
        """
        paths = list(self._row_of)
        rows = np.arange(len(paths))
        codes = np.full((len(paths), self.depth), -1, dtype=np.int32)
        classes = []
        for level in self._numbers:
            is_class = (depth == level) | ((depth < level) & childless)
            number = np.cumsum(is_class) - 1
            above = np.maximum.accumulate(np.where(depth == level, rows, 0))
            owner = np.where(depth >= level, above, rows)
            known = (depth >= level) | childless
            codes[known, level - 1] = number[owner[known]]
            classes.append(tuple(paths[row] for row in np.flatnonzero(is_class).tolist()))
        return codes, classes

    @cached_property
    def graph(self) -> nx.DiGraph[Path]:
        """The tree as a graph from the root down, for networkx."""
        import networkx

        graph: nx.DiGraph[Path] = networkx.DiGraph()
        graph.add_node(ROOT)
        graph.add_edges_from((path[:-1], path) for path in self._row_of)
        return graph

    @property
    def _numbers(self) -> range:
        return range(1, self.depth + 1)

    def __repr__(self) -> str:
        """Name and classes per level."""
        sizes = " > ".join(str(len(level)) for level in self._nodes_at)
        return f"LabelTree({self.name!r}, {sizes})"

    def __len__(self) -> int:
        """Number of nodes, the root left out."""
        return len(self._row_of)

    def __eq__(self, other: object) -> bool:
        """Whether name, levels, nodes in order with all names and ids, and weights are the same.

        Example:
            >>> from hierhash.labels import LabelTree
            >>> tree = LabelTree.from_nested(["a", "b"], name="t")
            >>> tree == LabelTree.from_paths(["a", "b"], name="t")
            True
            >>> tree == LabelTree.from_paths(["b", "a"], name="t")
            False
        """
        return isinstance(other, TreeStructure) and self._identity == other._identity

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
        names = tuple((path, tuple(own.items())) for path, own in self._names.items())
        ids = tuple(self._ids.items())
        return self.name, self.levels, self.nodes, aliases, names, ids, spec

    @property
    def nodes(self) -> tuple[Path, ...]:
        """Every node but the root, parents first, in file order."""
        return tuple(self._row_of)

    def nodes_at(self, level: int) -> tuple[Path, ...]:
        """The classes of a level: its nodes and the childless nodes above it, in file order.

        Args:
            level: 1 (coarsest) to L; the classes of level L are the leaves.

        Raises:
            ValueError: There is no such level.
        """
        return self._nodes_at[self._checked(level)]

    def ancestor_codes(self, path: Path) -> NDArray[np.int32]:
        """int32 (L,): the number of the node's ancestor in ``nodes_at(l)``, -1 below it.

        Raises:
            TreeError: The path is not a node of the tree.
        """
        if path == ROOT:
            return np.full(self.depth, -1, dtype=np.int32)
        row = self._row_of.get(path)
        if row is None:
            raise TreeError(f"'{format_path(path)}' is not a node of the tree '{self.name}'")
        codes: NDArray[np.int32] = self._codes[row].copy()
        return codes

    @cached_property
    def leaf_ancestors(self) -> NDArray[np.int64]:
        """int64 (L, leaves): the class of each leaf at each level."""
        return np.stack([self.ancestor_codes(leaf) for leaf in self.leaves], axis=1).astype(
            np.int64
        )

    def path_of(self, level: int, code: int) -> Path:
        """The class of a level with the number ``code`` (0 and up)."""
        if code < 0:
            raise IndexError(f"code {code} names no class")
        return self.nodes_at(level)[code]

    def parents(self, level: int) -> NDArray[np.int64]:
        """int64 (classes of ``level``,): the number of each class's ancestor one level up.

        Args:
            level: 2 to L. A childless node repeated downwards is its own ancestor.

        Example:
            >>> from hierhash.labels import LabelTree
            >>> tree = LabelTree.from_nested({"Apparel": ["Tops", "Jeans"], "Toys": []}, name="s")
            >>> tree.parents(2).tolist()
            [0, 0, 1]
        """
        if self._checked(level) == 0:
            raise ValueError("level 1 has no parents but the root; give a level from 2")
        rows = [self._row_of[path] for path in self.nodes_at(level)]
        return self._codes[rows, level - 2].astype(np.int64)

    def aliases(self, path: Path) -> tuple[str, ...]:
        """The other names of a node."""
        self._check(path)
        return self._aliases.get(path, ())

    def id(self, path: Path) -> str:
        """What the file calls a node; "" where it has no id.

        Example:
            >>> from hierhash.labels import LabelTree
            >>> nodes = [{"name": "Hats", "id": "173", "names": {"de": "Hüte"}}]
            >>> tree = LabelTree.from_nested(nodes, name="s")
            >>> tree.id(("Hats",)), tree.names(("Hats",))
            ('173', {'de': 'Hüte'})
        """
        self._check(path)
        return self._ids.get(path, "")

    def names(self, path: Path) -> Mapping[str, str]:
        """By language the names of a node beside the one that its path has."""
        self._check(path)
        return dict(self._names.get(path, {}))

    def children(self, path: Path = ROOT) -> tuple[Path, ...]:
        """The nodes right below a node, in file order."""
        self._check(path)
        return tuple(self._children.get(path, ()))

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the nodes' paths in file order: names, structure and order, no weights."""
        canonical = json.dumps(list(self._row_of), ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def _check(self, path: Path) -> None:
        if path not in self._row_of and path != ROOT:
            raise KeyError(path)

    def _checked(self, level: int) -> int:
        if level not in self._numbers:
            raise ValueError(f"level {level} is not in 1..{self.depth}")
        return level - 1
