"""From what a user asks to a query: a text in numpy where that can, else by the run itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from numpy.typing import NDArray

from hierhash.codes.coded import Coded
from hierhash.labels.facets import CATEGORY
from hierhash.labels.paths import Path as Node
from hierhash.labels.tree import LabelTree
from hierhash.methods.parts import parts_of
from hierhash.retrieval.risk_file import kind_of_text
from hierhash.retrieval.run_files import FACET, facet_names
from hierhash.retrieval.text_branch import TextBranch, answers_in_numpy

if TYPE_CHECKING:
    from hierhash.runs.coding_run import CodingRun


@dataclass(frozen=True)
class Query:
    """One query.

    Args:
        coded: As the run's method codes it; one row. None where its words alone are looked up.
        modality: ``image``, ``text`` or ``both``: what it was asked by.
        posteriors: By tree (leaves,) probabilities, where the method has them.
        notes: What of its text was not taken as it stands.
        read: By tree what of it was read, where that is not ``modality``.
        named: By tree the node that it is the name of.
        words: Its text, where items are found by its words, too.
    """

    coded: Coded | None
    modality: str
    posteriors: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    notes: Sequence[str] = ()
    read: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, Node] = field(default_factory=dict)
    words: str = ""


class TextReader(Protocol):
    """Reads texts as queries."""

    def check(self, text: str) -> None:
        """Refuses a text that says nothing."""
        ...

    def encode(self, texts: Sequence[str]) -> Coded:
        """The texts as queries."""
        ...

    def notes(self, text: str) -> list[str]:
        """What of a text is not taken as it stands."""
        ...

    def readings(self, text: str) -> Mapping[str, str]:
        """By word of a text that is not known the known word that it is read as."""
        ...

    def posteriors(self, texts: Sequence[str]) -> Mapping[str, NDArray[Any]]:
        """By tree (n, leaves) probabilities."""
        ...

    def named(self, text: str) -> Mapping[str, Node]:
        """By tree the node that the text is the name of."""
        ...


class _WholeRun:
    """The run itself, with torch: for a method that numpy cannot stand in for."""

    def __init__(self, run: Path) -> None:
        from hierhash.runs.saved import load_run

        self._run = load_run(run)
        self.check = self._run.check_text
        self.notes, self.readings = self._run.notes, self._run.readings

    def encode(self, texts: Sequence[str]) -> Coded:
        return self._run.method.encode({"text": self._run.text_rows(texts)}, "query")

    def posteriors(self, texts: Sequence[str]) -> Mapping[str, NDArray[Any]]:
        return _posteriors(self._run.method, {"text": self._run.text_rows(texts)})

    def named(self, text: str) -> Mapping[str, Node]:
        return {}


def text_reader(
    run: Path, tree: LabelTree | None = None, moved: Mapping[Node, Node] | None = None
) -> TextReader:
    """What reads texts for a run, in numpy where that can.

    Args:
        run: The run.
        tree: What the items of its index are filed in, if that is another tree than its own.
        moved: Where the nodes of its own tree are in that one.

    Raises:
        RunError: The run is damaged or reads no texts.
    """
    if not answers_in_numpy(run):
        return _WholeRun(run)
    branch = TextBranch(run)
    if tree is not None:
        branch.file_in(tree, moved or {})
    return branch


def ask_text(reader: TextReader, text: str) -> Query:
    """A text as a query.

    Raises:
        DataError: The text says nothing to the run.
    """
    if not (named := reader.named(text)):
        reader.check(text)
    known = reader.posteriors([text])
    coded, notes = reader.encode([text]), reader.notes(text)
    return Query(coded, kind_of_text(text), _first(known), notes, named=named)


def ask_rows(saved: CodingRun, modality: str, rows: Any) -> Query:
    """One row of features as a query.

    Args:
        saved: The run.
        modality: ``image`` or ``text``.
        rows: As the run's branch of that modality takes them; one row.
    """
    known = _first(_posteriors(saved.method, {modality: rows}))
    return Query(saved.method.encode({modality: rows}, "query"), modality, known)


def _first(posteriors: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {name: chances[0] for name, chances in posteriors.items()}


def _posteriors(method: Any, rows: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """Leaf probabilities (n, leaves) by tree, of a method that classifies."""
    found = {name: part.classify(rows) for name, part in parts_of(method).items()}
    return {name: levels[-1] for name, levels in found.items() if levels is not None}


def run_trees(run: Path) -> dict[str, LabelTree]:
    """The trees of a run: the category's and those of its facets."""
    facets = {name: LabelTree.from_yaml(run / f"{FACET}{name}.yaml") for name in facet_names(run)}
    return {CATEGORY: LabelTree.from_yaml(run / "tree.yaml"), **facets}
