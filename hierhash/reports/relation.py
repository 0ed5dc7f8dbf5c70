"""What an answer is to a query, with the colour and the mark that tell it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Relation:
    """A relation in words, the name of its frame's colour, a mark, and what it means."""

    words: str
    colour: str
    mark: str
    meaning: str


RELATIONS = (
    Relation("unrelated", "red", "✕", "nothing shared"),
    Relation("same top node", "orange", "△", "only the top node is shared"),
    Relation("near relative", "blue", "≈", "a lower node is shared, the class is not"),
    Relation(
        "same class", "green", "✓", "the leaf, or the inner node that the query is labelled on"
    ),
)


def relation(level: int, known: int) -> Relation:
    """What a hit is to a query whose label has ``known`` levels, by their common depth.

    Example:
        >>> [relation(level, 3).words for level in (3, 2, 1, 0)]
        ['same class', 'near relative', 'same top node', 'unrelated']
        >>> relation(2, 2).words
        'same class'
    """
    return RELATIONS[-1] if level >= known else RELATIONS[min(level, 2)]
