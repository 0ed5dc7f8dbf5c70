"""The answers to one query in their order: by codes, by words, or by both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from hierhash.answering.asking import Query
from hierhash.answering.wish import Wish
from hierhash.codes.coded import Coded
from hierhash.labels.paths import format_path
from hierhash.retrieval.conditions import Condition
from hierhash.retrieval.items import Hit
from hierhash.retrieval.store import Store
from hierhash.retrieval.weighing import shortened, weighed
from hierhash.retrieval.words_search import FIRST, fused, parted

TELLING = 0.1
"""Of the best score: what an answer by words alone has at least."""

FAR = 1 / 8
"""Of the bits: nothing is near where the nearest answer differs in more, no node was understood and
no word found. Of 126 titles of the sample the nearest code differs in 4 of 32 bits at most, of
texts about other things in up to 11."""


class Ranking:
    """A query against a store.

    Args:
        store: The items.
        query: The query.
        wish: How it is to be answered.
        where: What answers must meet, what was understood among it.
        segments: Bits of the code by segment.
        understood: Whether anything of it was understood.
        left_out: A row that is no answer: that of the item which asks.
    """

    def __init__(
        self,
        store: Store,
        query: Query,
        wish: Wish,
        where: Sequence[Condition],
        segments: Mapping[str, int],
        understood: bool,
        left_out: int | None = None,
    ) -> None:
        self._store, self._wish, self._where = store, wish, where
        self._text, self._understood, self._left_out = query.words, understood, left_out
        self._coded: Coded | None = None
        if query.coded is not None:
            self._coded = weighed(query.coded, segments, wish.weights)
            if wish.bits is not None:
                self._coded = shortened(self._coded, wish.bits)

    def hits(self, k: int, skip: int = 0) -> list[Hit]:
        """The answers after the first ``skip``, as many as there are up to ``k``."""
        if self._left_out is None:
            return self._hits(k, skip)
        others = [hit for hit in self._hits(k + skip + 1, 0) if hit.row != self._left_out]
        return others[skip : skip + k]

    def _hits(self, k: int, skip: int) -> list[Hit]:
        if self._coded is None:
            return self._by_words(k + skip)[skip:]
        if self._text and self._words:
            return self._by_both(self._coded, k, skip)
        return self._store.search(self._coded, k, self._where, self._wish.rescore, skip)

    @cached_property
    def _words(self) -> list[tuple[int, float]]:
        """The first items by words."""
        return self._store.words(self._text, FIRST, self._where) if self._text else []

    def _by_words(self, k: int) -> list[Hit]:
        found = self._store.words(self._text, k, self._where)
        items = self._store.items([row for row, _ in found])
        hits = [
            Hit(item, None, score, row) for item, (row, score) in zip(items, found, strict=True)
        ]
        # A word that most items have, as SKU, finds them all; an id or a name stands out.
        return [hit for hit in hits if (hit.score or 0) >= TELLING * (hits[0].score or 0)]

    def _by_both(self, coded: Coded, k: int, skip: int) -> list[Hit]:
        """By codes and words; what is not among the first by code has no distance here."""
        found = self._store.ranked(coded, FIRST, self._where, self._wish.rescore)
        rows, scores = fused((found.rows, found.keys), parted(self._words))
        if len(rows) < k + skip:
            # After the first of both the others follow by code, so that no page is cut short.
            found = self._store.ranked(coded, k + skip, self._where, self._wish.rescore)
            others = found.rows[~np.isin(found.rows, rows)]
            rows = np.concatenate([rows, others])
            scores = np.concatenate([scores, np.zeros(len(others))])
        rows, scores = rows[skip : skip + k], scores[skip : skip + k]
        distances: list[int | None] = [None] * len(rows)
        if found.distances is not None:
            place = {row: at for at, row in enumerate(found.rows.tolist())}
            known = [place.get(row) for row in rows.tolist()]
            distances = [None if at is None else int(found.distances[at]) for at in known]
        items = self._store.items(rows.tolist())
        return list(map(Hit, items, distances, scores.tolist(), rows.tolist()))

    def asides(self, hits: Sequence[Hit], unit: str) -> list[str]:
        """What is to be known of answers that a filter was kept for.

        Args:
            hits: The answers.
            unit: What distances are counted in.
        """
        wish = self._wish
        if not hits and wish.where and not wish.skip:
            where = f"lies under {format_path(wish.node)}" if wish.node else "is known to be so"
            return [f"no item {where}"]
        if self._coded is None or wish.skip or wish.order or not hits:
            return []
        if self._where:
            return [] if self._words else self._nearer_elsewhere(self._coded, hits, unit)
        return [] if self._words or self._understood else self._far(hits)

    def _far(self, hits: Sequence[Hit]) -> list[str]:
        """That nothing of the query was understood, and not even the nearest answer is near."""
        known = [hit.distance for hit in hits if hit.distance is not None]
        steps = self._wish.bits or self._store.distance.steps
        of_bits = self._store.distance.name in ("hamming", "polysemous")
        if not known or not of_bits or steps is None:
            return []
        if min(known) <= FAR * steps:
            return []
        return [f"nothing is near: the nearest item differs in {min(known)} of {steps} bits"]

    def _nearer_elsewhere(self, coded: Coded, hits: Sequence[Hit], unit: str) -> list[str]:
        # The item that asks is nearer to itself than any other.
        every = self._store.search(coded, 1 + (self._left_out is not None), (), self._wish.rescore)
        others = [hit for hit in every if hit.row != self._left_out]
        if not others:
            return []
        best = others[0]
        nearer = (best.distance or 0) < (hits[0].distance or 0)
        if not self._wish.where:
            if nearer if best.score is None else best.score > (hits[0].score or 0):
                said = "nearer items of another value are left out; --no-filter keeps them"
                return [said]
            return []
        far = nearer or (best.score or 0) > (hits[0].score or 0)
        if not far or not best.item["paths"]:
            return []
        elsewhere = format_path(tuple(best.item["paths"][0]))
        return [
            f"nearer items lie elsewhere: {nearness(best, unit)} under {elsewhere}, "
            f"{nearness(hits[0], unit)} here"
        ]


def nearness(hit: Hit, unit: str = "bit") -> str:
    """Score and distance of an answer, for people."""
    score = "" if hit.score is None else f"score {hit.score:.2f}"
    distance = "" if hit.distance is None else apart(hit.distance, unit)
    return " at ".join(part for part in (score, distance) if part)


def apart(distance: int, unit: str = "bit") -> str:
    """A distance, for people.

    Example:
        >>> apart(1), apart(2, "level")
        ('1 bit', '2 levels')
    """
    return f"{distance} {unit}{'' if distance == 1 else 's'}"
