"""From what a user asks to a query: a text in numpy where that can, a picture by the run itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.coded import Coded
from hierhash.codes.distances import Distance, Dot, Hamming
from hierhash.codes.packing import unpack
from hierhash.errors import InputError
from hierhash.labels.facets import CATEGORY
from hierhash.labels.paths import Path as Node
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.named import named_nodes, named_within, plain_name
from hierhash.retrieval.risk_file import kind_of_text
from hierhash.retrieval.run_files import FACET, facet_names
from hierhash.retrieval.small_branch import SmallBranch
from hierhash.retrieval.text_branch import TextBranch, answers_in_numpy

if TYPE_CHECKING:
    from PIL.Image import Image

    from hierhash.runs.coding_run import CodingRun


@dataclass(frozen=True)
class Query:
    """One query.

    Args:
        coded: As the run's method codes it; one row. None where its words alone are looked up.
        modality: ``image``, ``text``, ``both`` or ``item``: what it was asked by.
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

    def read(self, texts: Sequence[str]) -> tuple[Mapping[str, NDArray[Any]], Coded]:
        """Both of them at once."""
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

    def read(self, texts: Sequence[str]) -> tuple[Mapping[str, NDArray[Any]], Coded]:
        return self.posteriors(texts), self.encode(texts)

    def named(self, text: str) -> Mapping[str, Node]:
        return {}


def text_reader(
    run: Path,
    tree: LabelTree | None = None,
    moved: Mapping[Node, Node] | None = None,
    small: bool = False,
) -> TextReader:
    """What reads texts for a run, in numpy where that can.

    Args:
        run: The run.
        tree: What the items of its index are filed in, if that is another tree than its own.
        moved: Where the nodes of its own tree are in that one.
        small: By the small text branch, as a page has it.

    Raises:
        RunError: The run is damaged or reads no texts, or has no small text branch.
    """
    if not small and not answers_in_numpy(run):
        return _WholeRun(run)
    branch = SmallBranch(run) if small else TextBranch(run)
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
    known, coded = reader.read([text])
    return Query(coded, kind_of_text(text), _first(known), reader.notes(text), named=named)


def ask_rows(saved: CodingRun, modality: str, rows: Any) -> Query:
    """One row of features as a query.

    Args:
        saved: The run.
        modality: ``image`` or ``text``.
        rows: As the run's branch of that modality takes them; one row.
    """
    known = _first(_posteriors(saved.method, {modality: rows}))
    return Query(saved.method.encode({modality: rows}, "query"), modality, known)


def ask_picture(saved: CodingRun, image: Image, text: str | None = None) -> Query:
    """A picture as a query, or a picture and a text as one: see ``methods.composed``.

    Args:
        saved: The run.
        image: The picture, RGB.
        text: The text; None for the picture alone.

    Raises:
        InputError: The run reads no pictures, or its method has no code of both.
    """
    from hierhash.methods.composed import classify_composed, composed_rows, encode_composed
    from hierhash.training.items import BOTH

    picture = saved.image_rows([image])
    if text is not None:
        saved.check_modality(BOTH)
    if text is None or not saved.knows(text):
        notes = [] if text is None else [f"no word of '{text}' is known; the picture stands alone"]
        return replace(ask_rows(saved, "image", picture), notes=notes)
    named = _named(saved, text)
    words, alone = saved.text_rows([text]), CATEGORY not in named and _is_value(saved, text)
    rows = composed_rows(saved.method, picture, words, named, alone)
    levels = classify_composed(saved.method, rows)
    leaves = {name: own[-1][0] for name, own in levels.items()}
    read = {name: BOTH if len(own) > 1 else next(iter(own)) for name, own in rows.items()}
    coded, notes = encode_composed(saved.method, rows), saved.notes(text)
    facets = {name: node for name, node in named.items() if name != CATEGORY}
    return Query(coded, BOTH, leaves, notes, read, facets)


def ask_stored(code: NDArray[Any], distance: Distance, by_score: bool) -> Query:
    """An item as a query, by the code that is stored of it.

    Args:
        code: As it is stored, (1, ...).
        distance: How codes are compared.
        by_score: Also its bits as numbers of equal size, for segments that do not count alike.

    Raises:
        InputError: Such codes can be scored, and cannot ask.
    """
    if isinstance(distance, Dot):
        return Query(Coded(None, code), "item")
    if distance.steps is None:
        raise InputError(
            "--like: these codes are scored by numbers that a picture or a text brings, and a "
            "stored code has none; search with the item's own --image or --text"
        )
    real = None
    if by_score and isinstance(distance, Hamming):
        real = unpack(code, distance.bits).astype(np.float32)
    return Query(Coded(code, real), "item")


def _is_value(saved: CodingRun, text: str) -> bool:
    """Whether the whole text is the name of a facet's value."""
    return any(plain_name(text) in named_nodes(tree) for tree in saved.facets.values())


def _named(saved: CodingRun, text: str) -> dict[str, Node]:
    """By tree the node that a text is the name of; of a facet, also that a part of it names."""
    found: dict[str, Node] = {}
    for name, tree in {CATEGORY: saved.tree, **saved.facets}.items():
        names = named_nodes(tree)
        own = names.get(plain_name(text))
        own = own or (named_within(text, names) if name != CATEGORY else None)
        if own is not None:
            found[name] = own.node
    return found


def _first(posteriors: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {name: chances[0] for name, chances in posteriors.items()}


def _posteriors(method: Any, rows: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """Leaf probabilities (n, leaves) by tree, of a method that classifies."""
    from hierhash.methods.parts import parts_of

    found = {name: part.classify(rows) for name, part in parts_of(method).items()}
    return {name: levels[-1] for name, levels in found.items() if levels is not None}


def run_trees(run: Path) -> dict[str, LabelTree]:
    """The trees of a run: the category's and those of its facets."""
    facets = {name: LabelTree.from_yaml(run / f"{FACET}{name}.yaml") for name in facet_names(run)}
    return {CATEGORY: LabelTree.from_yaml(run / "tree.yaml"), **facets}
