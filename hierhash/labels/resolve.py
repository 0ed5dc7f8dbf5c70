"""From what a user wrote as a label to the node that it names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hierhash.errors import TreeError, did_you_mean
from hierhash.labels.paths import ROOT, Path, clean_name, format_path, parse_path


class Resolver:
    """Looks labels up by full path, by unique name and by alias.

    Args:
        aliases: Every node of the tree (the root left out) with its aliases.

    Example:
        >>> resolver = Resolver({("A",): (), ("A", "Tops"): ("Blouses",)})
        >>> resolver.find("A/Tops"), resolver.find("Tops"), resolver.find(["A", "Blouses"])
        (('A', 'Tops'), ('A', 'Tops'), ('A', 'Tops'))
    """

    def __init__(self, aliases: Mapping[Path, Iterable[str]]) -> None:
        self._below: dict[tuple[Path, str], Path] = {}
        self._named: dict[str, list[Path]] = {}
        self._aliased: dict[str, list[Path]] = {}
        for path, others in aliases.items():
            self._named.setdefault(path[-1], []).append(path)
            self._below[path[:-1], path[-1]] = path
            for alias in others:
                self._aliased.setdefault(alias, []).append(path)
                self._below.setdefault((path[:-1], alias), path)
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
        if not isinstance(label, str):
            names = tuple(clean_name(name) for name in label)
            found = self._descend(names) if names else None
            if found is None:
                raise TreeError(self._unknown(format_path(names), hint))
            return found
        found = self._descend(parse_path(label))
        if found is not None:
            return found
        # A single name may stand alone; "A/B" may also be one name whose slash is not escaped.
        name = clean_name(label)
        for table in (self._named, self._aliased):
            candidates = list(table.get(name, ()))
            if len(candidates) == 1:
                return candidates[0]
            if candidates:
                paths = ", ".join(f"'{format_path(path)}'" for path in candidates[:5])
                more = f" and {len(candidates) - 5} more" if len(candidates) > 5 else ""
                raise TreeError(f"label '{label}' names {paths}{more}; write the full path")
        raise TreeError(self._unknown(label, hint))

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
