"""How a query is to be answered: how many answers, which may answer, and their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from hierhash.errors import InputError, did_you_mean
from hierhash.labels.paths import Path as Node
from hierhash.retrieval.columns import cells_of, number_of
from hierhash.retrieval.conditions import Condition
from hierhash.retrieval.items import Hit
from hierhash.retrieval.risk_file import DEFAULT_RISK

Mode = Literal["code", "words", "both"]
AMONG = 200


@dataclass(frozen=True)
class Order:
    """Answers by a column: its numbers where any answer has one, else its words.

    Args:
        column: Its name.
        falling: The largest first.
        among: How many of the nearest items are put in this order.
    """

    column: str
    falling: bool = False
    among: int = AMONG


@dataclass(frozen=True)
class Wish:
    """How a query is to be answered; made by ``Session.wish``.

    Args:
        k: Number of answers.
        skip: Answers to leave out before the first.
        node: The node that answers lie below; empty for any.
        where: What answers must meet, the node among it.
        asked: Facets whose value is asked for; what was understood of them counts no more.
        weights: By segment how much it counts.
        filters: Keep to items of the understood value of each facet, or of none that is known.
        rescore: Order by the score.
        mode: Find items by ``code``, by the ``words`` of their texts, or by ``both``.
        risk: How often what is understood may be wrong, where the run learnt to control it.
        order: By a column, and not by nearness.
        bits: Compare so many first bits of the codes; None for all.
    """

    k: int = 20
    skip: int = 0
    node: Node = ()
    where: Sequence[Condition] = ()
    asked: frozenset[str] = frozenset()
    weights: Mapping[str, float] = field(default_factory=dict)
    filters: bool = True
    rescore: bool = True
    mode: Mode = "both"
    risk: float = DEFAULT_RISK
    order: Order | None = None
    bits: int | None = None


def parse_order(text: str, columns: Sequence[str], among: int = AMONG) -> Order:
    """The order that a text says: ``price``, or ``price desc``.

    Args:
        text: The text.
        columns: The columns there are.
        among: How many of the nearest items are put in this order.

    Raises:
        InputError: There is no such column.

    Example:
        >>> parse_order("price desc", ["price"])
        Order(column='price', falling=True, among=200)
    """
    name, _, direction = text.strip().rpartition(" ")
    if direction.lower() not in ("asc", "desc") or not name:
        name, direction = text.strip(), "asc"
    if name.strip() not in columns:
        hint = did_you_mean(name, columns) or f"; it has {', '.join(columns) or 'none'}"
        raise InputError(f"--sort: no column '{name}'{hint}; write NAME or NAME desc")
    return Order(name.strip(), direction.lower() == "desc", among)


def in_order(hits: Sequence[Hit], order: Order) -> list[Hit]:
    """Answers in that order; those without a value are last, equal ones stay as they are.

    Example:
        >>> hits = [Hit({"attributes": {"price": cell}}, 0, None) for cell in ("9", "", "10", "2")]
        >>> [cells_of(hit.item)["price"] for hit in in_order(hits, Order("price"))]
        ['2', '9', '10', '']
    """
    cells = [str(cells_of(hit.item).get(order.column, "")).strip() for hit in hits]
    numbers = [number_of(cell) for cell in cells]
    keys: list[float] | list[str]
    if any(number == number for number in numbers):
        keys, known = numbers, [number == number for number in numbers]
    else:
        keys, known = [cell.casefold() for cell in cells], [bool(cell) for cell in cells]
    places = [place for place in range(len(hits)) if known[place]]
    ordered = sorted(places, key=lambda place: keys[place], reverse=order.falling)
    rest = [place for place in range(len(hits)) if not known[place]]
    return [hits[place] for place in [*ordered, *rest]]
