"""From what users write as labels to nodes, and from the labels of a catalogue to codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from hierhash.errors import TreeError, did_you_mean
from hierhash.labels.items import ItemLabels
from hierhash.labels.paths import ROOT, Path, clean_name, format_path, parse_path

MOST_PROBLEMS = 200
MOST_HINTS = 50  # naming the nearest class costs a pass over the tree for each


class Resolver:
    """Looks labels up by full path, by unique name, by other name and by id.

    Args:
        aliases: Every node of the tree (the root left out) with its other names. A name that two
            siblings share names neither.
        ids: The ids of nodes that have one; one may stand at several places.

    Example:
        >>> resolver = Resolver({("A",): (), ("A", "Tops"): ("Blouses",)})
        >>> resolver.find("A/Tops"), resolver.find("Tops"), resolver.find(["A", "Blouses"])
        (('A', 'Tops'), ('A', 'Tops'), ('A', 'Tops'))
    """

    def __init__(
        self, aliases: Mapping[Path, Iterable[str]], ids: Mapping[Path, str] | None = None
    ) -> None:
        self._below: dict[tuple[Path, str], Path | None] = {}
        self._by_id: dict[str, list[Path]] = {}
        self._id_of = dict(ids or {})
        for path, own in self._id_of.items():
            self._by_id.setdefault(own, []).append(path)
        self._named: dict[str, list[Path]] = {}
        self._aliased: dict[str, list[Path]] = {}
        for path, others in aliases.items():
            self._named.setdefault(path[-1], []).append(path)
            for alias in dict.fromkeys(others):
                self._aliased.setdefault(alias, []).append(path)
                key = path[:-1], alias
                self._below[key] = None if key in self._below else path
        for path in aliases:
            self._below[path[:-1], path[-1]] = path
        self._texts = {format_path(path): path for path in aliases}

    def find(self, label: str | Sequence[str], hint: bool = True) -> Path:
        """The node that a label names.

        Args:
            label: The text of a full path, a name or alias that is unique in the tree, or the
                names from level 1 down. A full path wins over a name.
            hint: Name the nearest label in the message (a pass over the tree).

        Raises:
            TreeError: No such node (with the nearest name), or several.
        """
        found = self.places(label, hint)
        if len(found) == 1:
            return found[0]
        paths = ", ".join(f"'{format_path(path)}'" for path in found[:5])
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        raise TreeError(f"label '{label}' names {paths}{more}; write the full path")

    def places(self, label: str | Sequence[str], hint: bool = True) -> list[Path]:
        """All nodes that a label names; several where the tree repeats a name or a class.

        Raises:
            TreeError: No such node.
        """
        if not isinstance(label, str):
            names = tuple(clean_name(name) for name in label)
            found = self._descend(names) if names else None
            if found is None:
                raise TreeError(self._unknown(format_path(names), hint))
            return [found]
        name = clean_name(label)
        found = self._descend(parse_path(label))
        # A single name may stand alone; "A/B" may also be one name whose slash is not escaped.
        candidates = [found] if found else self._named.get(name) or self._aliased.get(name) or []
        if not candidates and ">" in name:  # as Google writes a path, and as answers are printed
            found = self._descend(tuple(clean_name(one) for one in name.split(">")))
            candidates = [found] if found else []
        by_id = self._by_id.get(name, [])
        if candidates and by_id and not set(candidates) & set(by_id):
            one, other = format_path(candidates[0]), format_path(by_id[0])
            raise TreeError(
                f"label '{label}' is the name of '{one}' and the id of '{other}'; write the path"
            )
        if not candidates and not by_id:
            raise TreeError(self._unknown(label, hint))
        return list(candidates or by_id)

    def classes(self, label: str | Sequence[str], hint: bool = True) -> list[Path]:
        """As ``find``; of a class that stands below several parents all its places.

        Raises:
            TreeError: No such node, or several of different classes.
        """
        found = self.places(label, hint)
        own = {self._id_of.get(path, format_path(path)) for path in found}
        return found if len(own) == 1 else [self.find(label, hint)]

    def _descend(self, names: Path) -> Path | None:
        """The node reached by following names or aliases from the root."""
        here: Path | None = ROOT
        for name in names:
            here = self._below.get((here, name)) if here is not None else None
        return here or None

    def _unknown(self, text: str, hint: bool) -> str:
        if not text.strip():
            return "label '' is empty; write a path or a name"
        near = self._nearest(text) if hint else ""
        return f"label '{text}' is not in the tree{near or '; add it to the tree or correct it'}"

    def _nearest(self, text: str) -> str:
        """A hint among names for a name, among paths for a path."""
        if len(parse_path(text)) > 1:
            return did_you_mean(text, self._texts)
        return did_you_mean(text, [*self._named, *self._aliased])


def encode_labels(
    labels: Sequence[Sequence[str | Path]],
    resolver: Resolver,
    row_of: dict[Path, int],
    codes: NDArray[np.int32],
    where: Callable[[int], str] | None = None,
) -> ItemLabels:
    """Ancestor codes of many items; see `LabelTree.encode`.

    A repeated label counts once. A label that is an ancestor of another label of the same item
    says nothing new and is dropped, so ``["Apparel", "Apparel/Tops"]`` is a single path.

    Args:
        labels: For each item its labels.
        resolver: Looks the labels up.
        row_of: The row of ``codes`` of each node.
        codes: int32 (nodes, L), the ancestor codes of every node.
        where: Names the place of item i in messages.
    """
    place = where or (lambda i: f"item {i}")
    known: dict[str | Path, list[int]] = {}
    bad: dict[str, tuple[int, int]] = {}  # message -> first item, number of items
    messages: dict[str | Path, str] = {}
    paths = list(row_of)
    rows: list[int] = []
    offsets = np.zeros(len(labels) + 1, dtype=np.int64)
    for i, item in enumerate(labels):
        if isinstance(item, str):
            raise TypeError("labels: each item needs a sequence of labels, not one text")
        own: dict[int, None] = {}
        for label in item:
            key = label if isinstance(label, str) else tuple(label)
            if key not in known:
                known[key] = _rows(key, resolver, row_of, messages)
            own |= dict.fromkeys(known[key])
            if not known[key]:
                first, count = bad.get(messages[key], (i, 0))
                bad[messages[key]] = (first, count + 1)
        rows += _most_specific(list(own), paths) if len(own) > 1 else own
        offsets[i + 1] = len(rows)
    if bad:
        raise TreeError(_problems(bad, place))
    return ItemLabels(codes[np.asarray(rows, dtype=np.int64)], offsets)


def _rows(
    key: str | Path, resolver: Resolver, row_of: dict[Path, int], messages: dict[str | Path, str]
) -> list[int]:
    try:
        return [row_of[path] for path in resolver.classes(key, hint=len(messages) < MOST_HINTS)]
    except TreeError as error:
        messages[key] = str(error)
        return []


def _most_specific(rows: list[int], paths: list[Path]) -> list[int]:
    """Rows of nodes that are not an ancestor of another of the item's nodes."""
    above = {paths[row][:depth] for row in rows for depth in range(len(paths[row]))}
    return [row for row in rows if paths[row] not in above]


def _problems(bad: dict[str, tuple[int, int]], place: Callable[[int], str]) -> list[str]:
    problems = []
    for message, (first, count) in list(bad.items())[:MOST_PROBLEMS]:
        more = f" ({count} items in all)" if count > 1 else ""
        problems.append(f"{place(first)}: {message}{more}")
    if len(bad) > MOST_PROBLEMS:
        problems.append(f"... and {len(bad) - MOST_PROBLEMS} more labels that are not in the tree")
    return problems
