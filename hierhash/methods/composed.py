"""A picture and words as one query, tree by tree: "this, but red", "this, in leather".

In a tree where the words are clear they count: in a facet they take the picture's place, for who
adds "red" to a blue shoe wants another colour, and of the category the posteriors multiply, for
"boots" beside a picture says which of the things in it is meant. In a tree of which the words say
nothing the picture stands alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from hierhash.codes.coded import Coded, beside
from hierhash.labels.facets import CATEGORY
from hierhash.methods.method import Posteriors, Rows
from hierhash.methods.parts import Coder, parts_of

CLEAR = 0.5
"""Words are clear in a tree that has a node likelier than all that lies elsewhere."""


def composed_rows(
    method: Coder,
    picture: Any,
    words: Any,
    named: Collection[str] = (),
    about_facets: bool = False,
) -> Mapping[str, Rows]:
    """By tree what of one query its part reads.

    Args:
        method: Fitted; without facets it reads both. A part that classifies nothing reads the
            picture alone.
        picture: Feature rows of one picture, (1, ...).
        words: Feature rows of one text, (1, d).
        named: Trees of which the text says a name, so that it is clear there.
        about_facets: The text says a facet's value and nothing of the category.
    """
    parts = parts_of(method)
    if len(parts) == 1:
        return {CATEGORY: {"image": picture, "text": words}}
    found: dict[str, Rows] = {}
    for name, part in parts.items():
        chances = part.classify({"text": words})
        clear = chances is not None and any(np.max(level[0]) >= CLEAR for level in chances)
        if name == CATEGORY and about_facets:
            clear = False
        if not clear and name not in named:
            found[name] = {"image": picture}
        elif name == CATEGORY and part.fuses:
            found[name] = {"image": picture, "text": words}
        else:
            found[name] = {"text": words}
    return found


def encode_composed(method: Coder, rows: Mapping[str, Rows]) -> Coded:
    """One query whose parts read what ``composed_rows`` chose."""
    return beside([part.encode(rows[name], "query") for name, part in parts_of(method).items()])


def classify_composed(method: Coder, rows: Mapping[str, Rows]) -> dict[str, Posteriors]:
    """By tree the probabilities of such a query, of the parts that classify."""
    found = {name: part.classify(rows[name]) for name, part in parts_of(method).items()}
    return {name: levels for name, levels in found.items() if levels is not None}
