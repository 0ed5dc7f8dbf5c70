"""Reads pictures as queries, alone or with a text: by torch, or without it by an exported run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PIL import Image

from hierhash.answering.asking import Query, ask_rows
from hierhash.labels.facets import CATEGORY
from hierhash.labels.paths import Path as Node
from hierhash.methods.composed import classify_composed, composed_rows, encode_composed
from hierhash.retrieval.named import named_nodes, named_within, plain_name
from hierhash.runs.coding_run import CodingRun
from hierhash.runs.open_run import open_run
from hierhash.training.items import BOTH


class PictureReader:
    """Reads pictures for a run.

    Args:
        run: The run.
    """

    def __init__(self, run: CodingRun) -> None:
        self._run = run

    def ask(self, picture: Image.Image, text: str | None = None) -> Query:
        """A picture as a query, or a picture and a text as one: see ``methods.composed``.

        Args:
            picture: RGB, read as those of a catalogue are.
            text: The text.

        Raises:
            InputError: The run reads no pictures, or its method has no code of both.
        """
        run = self._run
        rows = run.image_rows([picture])
        if text is not None:
            run.check_modality(BOTH)
        if text is None or not run.knows(text):
            notes = (
                [] if text is None else [f"no word of '{text}' is known; the picture stands alone"]
            )
            return replace(ask_rows(run, "image", rows), notes=notes)
        named = self._named(text)
        words, alone = run.text_rows([text]), CATEGORY not in named and self._is_value(text)
        parts = composed_rows(run.method, rows, words, named, alone)
        levels = classify_composed(run.method, parts)
        leaves = {name: own[-1][0] for name, own in levels.items()}
        read = {name: BOTH if len(own) > 1 else next(iter(own)) for name, own in parts.items()}
        coded, notes = encode_composed(run.method, parts), run.notes(text)
        facets = {name: node for name, node in named.items() if name != CATEGORY}
        return Query(coded, BOTH, leaves, notes, read, facets)

    def _is_value(self, text: str) -> bool:
        """Whether the whole text is the name of a facet's value."""
        facets = self._run.facets.values()
        return any(plain_name(text) in named_nodes(tree) for tree in facets)

    def _named(self, text: str) -> dict[str, Node]:
        """By tree the node that a text is the name of; of a facet, also that a part of it names."""
        found: dict[str, Node] = {}
        for name, tree in {CATEGORY: self._run.tree, **self._run.facets}.items():
            names = named_nodes(tree)
            own = names.get(plain_name(text))
            own = own or (named_within(text, names) if name != CATEGORY else None)
            if own is not None:
                found[name] = own.node
        return found


def picture_reader(run: Path) -> PictureReader:
    """What reads pictures for a run folder; torch is loaded for a run that is not exported.

    Raises:
        RunError: The run is damaged.
    """
    return PictureReader(open_run(run))
