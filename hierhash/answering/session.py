"""A store that is ready to answer texts, pictures and items, and to be looked through.

A text is answered in numpy; only a picture loads torch, where the run is not an exported
one. Threads may share a session.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from hierhash.answering.asking import (
    Query,
    TextReader,
    ask_picture,
    ask_stored,
    ask_text,
    run_trees,
    text_reader,
)
from hierhash.answering.ranking import Ranking
from hierhash.answering.wish import AMONG, Mode, Wish, in_order, parse_order
from hierhash.errors import DataError, InputError
from hierhash.labels.facets import CATEGORY
from hierhash.labels.paths import Path as Node
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.answered import Answered
from hierhash.retrieval.conditions import Below, Condition
from hierhash.retrieval.items import Hit
from hierhash.retrieval.node_filter import find_node
from hierhash.retrieval.risk_file import DEFAULT_RISK, kind_of_text, read_controls
from hierhash.retrieval.store import Store
from hierhash.retrieval.understood import Understood, relation, understand_all
from hierhash.retrieval.weighing import check_prefix, chosen_weights, parse_weights
from hierhash.retrieval.where import parse_condition
from hierhash.runs.open_run import open_run

if TYPE_CHECKING:
    from PIL.Image import Image

    from hierhash.exported.run import ExportedRun
    from hierhash.runs.saved import SavedRun

UNKNOWN = "is not known"
HINT = "; --mode both also finds it in the items' texts"
BY_WORDS = "no word of it is known to the run: found by the words of texts, ids and columns"


class Session:
    """Answers queries.

    Args:
        store: The items.
        small: Read texts by the small text branch, as a page with an index inside does.

    Raises:
        RunError: The run that it carries is damaged.
    """

    def __init__(self, store: Store, small: bool = False) -> None:
        self.store, self._small = store, small
        self.trees = run_trees(store.run)
        self.facets = {name: tree for name, tree in self.trees.items() if name != CATEGORY}
        self.segments: dict[str, int] = dict(store.manifest.get("segments", {}))
        self.weights = chosen_weights(store.run)
        self._controls = read_controls(store.run)
        self._read: tuple[LabelTree | None, TextReader] | None = None
        self._lock, self._pictures = Lock(), Lock()

    @property
    def unit(self) -> str:
        """What distances are counted in."""
        return {"tree": "level", "weighted": "point"}.get(self.store.distance.name, "bit")

    @property
    def _reader(self) -> TextReader:
        # Others may have filed the items anew meanwhile.
        with self._lock:
            if self._read is None or self._read[0] is not self.store.tree:
                reader = text_reader(self.store.run, self.store.tree, self.store.moved, self._small)
                self._read = (self.store.tree, reader)
            return self._read[1]

    @cached_property
    def saved(self) -> SavedRun | ExportedRun:
        """The run itself, loaded when a picture first asks; with torch, unless it is exported.

        Raises:
            RunError: It is damaged.
        """
        return open_run(self.store.run)

    def wish(
        self,
        k: int = 20,
        *,
        skip: int = 0,
        under: str | None = None,
        where: Sequence[str] = (),
        weigh: Sequence[str] = (),
        filters: bool = True,
        rescore: bool = True,
        mode: Mode | None = None,
        risk: float = DEFAULT_RISK,
        sort: str | None = None,
        among: int = AMONG,
        bits: int | None = None,
    ) -> Wish:
        """How queries are to be answered, from what a person typed; see ``Wish``.

        Args:
            k: Number of answers.
            skip: Answers to leave out before the first.
            under: The node that answers lie below: a path, a name or an alias.
            where: Conditions, ``NAME=VALUE`` or ``NAME<NUMBER``.
            weigh: How much segments of the code count, ``NAME=NUMBER``; else as the run chose.
            filters: Keep to items of the understood value of each facet, or of none that is known.
            rescore: Order by the score.
            mode: Find items by ``code``, ``words`` or ``both``; None takes both, and codes alone
                where distances or fewer bits are asked for.
            risk: How often what is understood may be wrong.
            sort: A column to order answers by, ``price`` or ``price desc``.
            among: How many of the nearest items are put in this order.
            bits: Compare so many first bits of the codes; None for all.

        Raises:
            InputError: There is no such node, value, segment or column, or they do not go together.
        """
        if not rescore and self.store.distance.steps is None:
            raise InputError("--no-rescore: the items are no codes of bits; they have scores alone")
        if weigh and not rescore:
            raise InputError("--weigh: distances count every bit once; leave --no-rescore away")
        if mode == "words" and (bits is not None or not rescore or weigh):
            raise InputError(
                "--mode words: asks no codes; leave --bits, --no-rescore, --weigh away"
            )
        if bits is not None:
            check_prefix(bits, self.store.manifest)
        weights = self.weights | parse_weights(weigh, self.segments)
        if mode is None:
            mode = "both" if rescore and bits is None else "code"
        conditions: list[Condition] = []
        node: Node = ()
        if under is not None:
            node = find_node(self.store.tree or self.trees[CATEGORY], under)
            conditions.append(Below(CATEGORY, node))
        conditions += [parse_condition(one, self.facets, self.store) for one in where]
        named = {re.split("[<>=]", one)[0].strip() for one in where}
        # A value that is asked for is that of all answers: what was understood counts no more.
        asked = frozenset(named & set(self.facets))
        weights |= {name: 0.0 for name in asked if name in self.segments}
        order = None if sort is None else parse_order(sort, self.store.columns(), among)
        return Wish(
            k=k,
            skip=skip,
            node=node,
            where=conditions,
            asked=asked,
            weights=weights,
            filters=filters,
            rescore=rescore,
            mode=mode,
            risk=risk,
            order=order,
            bits=bits,
        )

    def answer_text(self, text: str, wish: Wish) -> Answered:
        """The answers to a text.

        Raises:
            DataError: The text says nothing to the run, and no item has a word of it.
        """
        with self.store.reading():
            return self._answered(self._ask(text, wish), text, None, wish)

    def answer_picture(self, image: Path | Image, text: str | None, wish: Wish) -> Answered:
        """The answers to a picture, or to a picture and a text as one query.

        Args:
            image: A file, or an RGB picture that is open already.
            text: The text; None for the picture alone.
            wish: How it is to be answered.

        Raises:
            InputError: The picture cannot be read, the run reads none, or its method has no code of
                both.
        """
        place = image if isinstance(image, Path) else None
        query = self.picture_query(image, text, wish.mode)
        with self.store.reading():
            return self._answered(query, text or "", place, wish)

    def picture_query(self, image: Path | Image, text: str | None, mode: Mode | None) -> Query:
        """A picture as a query, for ``answer``: it asks the network, and nothing of the store.

        Args:
            image: See ``answer_picture``.
            text: The text; None for the picture alone.
            mode: Of the wish.

        Raises:
            InputError: See ``answer_picture``.
        """
        from hierhash.data.images import ImageRef

        if mode == "words":
            raise InputError("--mode words: a picture has no words; leave the picture or it away")
        opened = ImageRef(image).open() if isinstance(image, Path) else image
        with self._pictures:
            return ask_picture(self.saved, opened, text)

    def answer_like(self, own: str, wish: Wish) -> Answered:
        """The items nearest to the stored code of one, which is left out itself.

        Args:
            own: The id of the item.
            wish: How it is to be answered; by codes alone.

        Raises:
            InputError: There is no such item, or words are asked for.
        """
        if wish.mode == "words":
            raise InputError("--mode words: an item is asked for by its code; leave it away")
        by_score = wish.rescore and any(weight != 1 for weight in wish.weights.values())
        with self.store.reading():
            [row] = self.store.rows_of([own])
            query = ask_stored(self.store.stored([row]), self.store.distance, by_score)
            found = self._answered(query, "", None, wish, row)
        return replace(found, like=own)

    def browse(self, wish: Wish) -> Answered:
        """The items that meet the conditions, in the order of their rows.

        Args:
            wish: Which, how many, and whether a column orders the first of them.
        """

        def hits(k: int, skip: int) -> list[Hit]:
            return self.store.first(k, wish.where, skip)

        with self.store.reading():
            found = _page(hits, wish)
        return Answered("", None, None, (), (), found, [""] * len(found))

    def answer(self, query: Query, wish: Wish) -> Answered:
        """The answers to a query that was made in another way, of features, say."""
        with self.store.reading():
            return self._answered(query, query.words, None, wish)

    def _ask(self, text: str, wish: Wish) -> Query:
        """A text as a query: by codes, by words, or both; by words where codes know none of it."""
        if wish.mode == "words":
            return self._by_words(text, wish)
        try:
            query = ask_text(self._reader, text)
        except DataError as error:
            try:
                found = self._by_words(text, wish)
            except DataError:
                raise error from None
            return replace(found, notes=[BY_WORDS])
        if wish.mode == "both":
            # The items of a class are those that are filed there, whatever their titles say.
            return query if CATEGORY in query.named else replace(query, words=self._words(text))
        notes = [f"{one}{HINT if one.endswith(UNKNOWN) else ''}" for one in query.notes]
        return replace(query, notes=notes)

    def _words(self, text: str) -> str:
        """The words that items are looked for by: of one that no item has, what it is read as."""
        readings = self._reader.readings(text).items()
        read = [known for word, known in readings if not self.store.words(word, 1)]
        return " ".join([text, *read])

    def _by_words(self, text: str, wish: Wish) -> Query:
        if not self.store.words(text, 1, wish.where):
            which = "no item that may answer" if wish.where else "no item"
            raise DataError(f"text '{text}': {which} has a word of it; use other words")
        return Query(None, kind_of_text(text), words=text)

    def _answered(
        self, query: Query, text: str, image: Path | None, wish: Wish, left_out: int | None = None
    ) -> Answered:
        understood = self._understood(query, wish)
        where = [*wish.where, *self._values(query, understood, wish)]
        ranking = Ranking(self.store, query, wish, where, self.segments, bool(understood), left_out)
        hits = _page(ranking.hits, wish)
        marks = [_relation(hit, understood) for hit in hits]
        said = understood if query.posteriors else None
        asides = ranking.asides(hits, self.unit)
        return Answered(text, image, said, query.notes, asides, hits, marks)

    def _values(
        self, query: Query, understood: Sequence[Understood], wish: Wish
    ) -> list[Condition]:
        """What was understood of facets, as conditions; an item of no known value meets them."""
        found: list[Condition] = []
        for one in understood:
            # What nobody could promise is said, and is no reason to leave items out.
            is_sure = one.tree in query.named or self._needed(query, one.tree, wish) is not None
            counts = one.tree in self.facets and wish.weights.get(one.tree, 1.0) > 0
            if wish.filters and counts and is_sure:
                value = Below(one.tree, one.node, unknown=True)
                # No item of a value that is asked for: the nearest others are better than none.
                if self.store.count([*wish.where, *found, value]):
                    found.append(value)
        return found

    def _understood(self, query: Query, wish: Wish) -> list[Understood]:
        thresholds = {
            name: needed
            for name in self._controls
            if (needed := self._needed(query, name, wish)) is not None
        }
        found = understand_all(self.trees, query.posteriors, thresholds)
        others = [one for one in found if one.tree not in query.named]
        named = [Understood(name, node, 1.0) for name, node in query.named.items() if node]
        order = list(self.trees)
        # Names are looked up in the tree that items are filed in.
        found = [*named, *(self._filed(one) for one in others)]
        found = [one for one in found if one.node and one.tree not in wish.asked]
        return sorted(found, key=lambda one: order.index(one.tree))

    def _needed(self, query: Query, name: str, wish: Wish) -> float | None:
        """The probability that a tree's node needs; None where the risk cannot be promised."""
        control = self._controls.get(name, {}).get(query.read.get(name, query.modality))
        if control is None or not control.can_keep(wish.risk):
            return None
        return control.threshold(wish.risk)

    def _filed(self, one: Understood) -> Understood:
        """The same in the tree that the items are filed in, if that is another than the run's."""
        if one.tree != CATEGORY or self.store.tree is None:
            return one
        return replace(one, node=self.store.moved.get(one.node, ()))


def _page(hits: Callable[[int, int], list[Hit]], wish: Wish) -> list[Hit]:
    """The answers of a wish, from what gives ``k`` of them after the first ``skip``."""
    if wish.order is None:
        return hits(wish.k, wish.skip)
    among, last = wish.order.among, wish.skip + wish.k
    found = in_order(hits(among, 0), wish.order)
    if last > among:  # the others follow in their own order, so that no page is cut short
        found += hits(last - among, among)
    return found[wish.skip : last]


def _relation(hit: Hit, understood: Sequence[Understood]) -> str:
    """How an answer stands to what the query was understood as; "" where one is not known."""
    nodes = [one.node for one in understood if one.tree == CATEGORY]
    paths: Any = hit.item["paths"]
    return relation(nodes[0], paths) if nodes and paths else ""
