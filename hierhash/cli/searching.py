"""Answers to queries against one index, printed for people or as JSON.

A text is answered in numpy; only a picture loads torch.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Literal

import typer

from hierhash.cli.asking import (
    Query,
    TextReader,
    ask_picture,
    ask_text,
    run_trees,
    text_reader,
)
from hierhash.cli.query_file import query_texts
from hierhash.codes.coded import Coded
from hierhash.errors import DataError, InputError
from hierhash.labels.facets import CATEGORY
from hierhash.labels.paths import Path as Node
from hierhash.labels.paths import format_path
from hierhash.plain_text import plain
from hierhash.retrieval.answered import Answered
from hierhash.retrieval.conditions import Below, Condition
from hierhash.retrieval.exact import Hit
from hierhash.retrieval.node_filter import find_node
from hierhash.retrieval.open_store import open_store
from hierhash.retrieval.risk_file import DEFAULT_RISK, kind_of_text, read_controls
from hierhash.retrieval.understood import (
    Understood,
    relation,
    rounded_down,
    sentence,
    understand_all,
)
from hierhash.retrieval.weighing import chosen_weights, parse_weights, weighed
from hierhash.retrieval.where import parse_condition
from hierhash.retrieval.words_search import FIRST, fused

Mode = Literal["code", "words", "both"]
TELLING = 0.1
"""Of the best score: what an answer by words alone has at least."""
UNKNOWN = "is not known"
HINT = "; --mode both also finds it in the items' texts"
BY_WORDS = "no word of it is known to the run: found by the words of texts, ids and columns"


class Search:
    """An index that is ready to answer.

    Args:
        name: The index, as ``open_store`` takes it.
        under: The node that answers must lie below, as typed.
        k: Number of answers.
        rescore: Order by the asymmetric score.
        as_json: Print JSON.
        where: Conditions ``NAME=VALUE`` that answers are known to meet.
        weigh: How much segments of the code count, ``NAME=NUMBER``; else as the run chose.
        filters: Keep to items of the understood value of each facet, or of none that is known.
        mode: Find items by ``code``, by the ``words`` of their texts, or by ``both``.
        risk: How often what is understood may be wrong, where the run learnt to control it.
        keeps: Keep all answers, for a page of them.

    Raises:
        InputError: The index is missing or damaged, or there is no such node or value.
    """

    def __init__(
        self,
        name: str,
        under: str | None,
        k: int,
        *,
        rescore: bool,
        as_json: bool,
        where: Sequence[str] = (),
        weigh: Sequence[str] = (),
        filters: bool = True,
        mode: Mode = "code",
        risk: float = DEFAULT_RISK,
        keeps: bool = False,
    ) -> None:
        self.index = open_store(name)
        if not self.index.info()["complete"]:
            typer.echo("note: the index is not complete: its encoding has not ended", err=True)
        self.k, self.rescore, self.as_json, self.mode = k, rescore, as_json, mode
        self.trees = run_trees(self.index.run)
        self.controls, self.risk = read_controls(self.index.run), risk
        self.facets = {name: tree for name, tree in self.trees.items() if name != CATEGORY}
        self.unit = "level" if self.index.distance.name == "tree" else "bit"
        if not rescore and self.index.distance.steps is None:
            raise InputError("--no-rescore: the items are float vectors, which have scores alone")
        if weigh and not rescore:
            raise InputError("--weigh: distances count every bit once; leave --no-rescore away")
        self.segments: dict[str, int] = self.index.manifest.get("segments", {})
        self.weights = chosen_weights(self.index.run) | parse_weights(weigh, self.segments)
        self.node: Node = ()
        self.where: list[Condition] = []
        if under is not None:
            self.node = find_node(self.index.tree or self.trees[CATEGORY], under)
            self.where.append(Below(CATEGORY, self.node))
        self.where += [parse_condition(one, self.facets, self.index) for one in where]
        named = {re.split("[<>=]", condition)[0].strip() for condition in where}
        # A value that is asked for is that of all answers: what was understood counts no more.
        self.asked = named & set(self.facets)
        self.weights |= {name: 0.0 for name in self.asked if name in self.segments}
        counts = {name for name in self.facets if self.weights.get(name, 1.0) > 0}
        self.filtered = [name for name in self.facets if filters and name in counts]
        self.keeps, self.answers = keeps, list[Answered]()

    def answer_text(self, text: str) -> None:
        """Prints the answers to a text.

        Raises:
            DataError: The text says nothing to the run.
        """
        reader = None if self.mode == "words" else self._reader()
        self._answer(self._ask(reader, text), text)

    def _reader(self) -> TextReader:
        return text_reader(self.index.run, self.index.tree, self.index.moved)

    def _ask(self, reader: TextReader | None, text: str) -> Query:
        """A text as a query: by codes, by words, or both; by words where codes know none of it.

        Raises:
            DataError: It says nothing either way.
        """
        if reader is None:
            return self._by_words(text)
        try:
            query = ask_text(reader, text)
        except DataError as error:
            try:
                found = self._by_words(text)
            except DataError:
                raise error from None
            return replace(found, notes=[BY_WORDS])
        notes = [f"{one}{HINT if one.endswith(UNKNOWN) else ''}" for one in query.notes]
        if self.mode == "both":
            return replace(query, words=text)
        return replace(query, notes=notes)

    def _by_words(self, text: str) -> Query:
        if not self.index.words(text, 1, self.where):
            raise DataError(f"text '{text}': no item has a word of it; use other words")
        return Query(None, kind_of_text(text), words=text)

    def answer_picture(self, image: Path, text: str | None = None) -> None:
        """Prints the answers to a picture, or to a picture and a text as one query.

        Raises:
            InputError: The picture cannot be read, the run reads none, or its method has no code of
                both.
        """
        self._answer(ask_picture(self.index.run, image, text), text or "", image)

    def answer_file(self, name: str) -> bool:
        """Prints the answers to each line of a file; a text that says nothing gets its reason.

        Returns:
            Whether every text was answered.

        Raises:
            DataError: The file cannot be read or holds no text.
        """
        reader = None if self.mode == "words" else self._reader()
        complete = True
        for text in query_texts(name):
            try:
                query = self._ask(reader, text)
            except DataError as error:
                complete = False
                self._print_failure(text, str(error))
                continue
            if self.as_json:
                understood = self._understood(query)
                told = [
                    {"tree": one.tree, "node": one.node, "confidence": rounded_down(one.confidence)}
                    for one in understood
                ]
                found = self._hits(query, understood)
                self._keep(query, text, None, understood, found)
                hits = self._as_json(found, understood)
                about = {"query": text, "understood": told, "notes": list(query.notes)}
                typer.echo(_json(about | {"hits": hits}))
            else:
                typer.echo(f"\n{plain(text)}")
                self._answer(query, text)
        return complete

    def _answer(self, query: Query, text: str, image: Path | None = None) -> None:
        understood = self._understood(query)
        if query.posteriors and not self.as_json:
            typer.echo(plain(sentence(understood)))
        for note in query.notes:
            typer.echo(plain(f"note: {note}"), err=True)
        hits = self._hits(query, understood)
        self._keep(query, text, image, understood, hits)
        self._print(hits, understood)

    def _keep(
        self,
        query: Query,
        text: str,
        image: Path | None,
        understood: list[Understood],
        hits: list[Hit],
    ) -> None:
        if not self.keeps:
            return
        said = sentence(understood) if query.posteriors else ""
        marks = [self._relation(hit, understood) for hit in hits]
        self.answers.append(Answered(text, image, said, query.notes, hits, marks))

    def _understood(self, query: Query) -> list[Understood]:
        thresholds = {
            name: needed
            for name in self.controls
            if (needed := self._needed(query, name)) is not None
        }
        found = understand_all(self.trees, query.posteriors, thresholds)
        others = [one for one in found if one.tree not in query.named]
        named = [Understood(name, node, 1.0) for name, node in query.named.items() if node]
        order = list(self.trees)
        # Names are looked up in the tree that items are filed in.
        found = [*named, *(self._filed(one) for one in others)]
        found = [one for one in found if one.node and one.tree not in self.asked]
        return sorted(found, key=lambda one: order.index(one.tree))

    def _needed(self, query: Query, name: str) -> float | None:
        """The probability that a tree's node needs; None where the risk cannot be promised."""
        control = self.controls.get(name, {}).get(query.read.get(name, query.modality))
        if control is None or not control.can_keep(self.risk):
            return None
        return control.threshold(self.risk)

    def _filed(self, one: Understood) -> Understood:
        """The same in the tree that the items are filed in, if that is another than the run's."""
        if one.tree != CATEGORY or self.index.tree is None:
            return one
        return replace(one, node=self.index.moved.get(one.node, ()))

    def _hits(self, query: Query, understood: list[Understood]) -> list[Hit]:
        where, coded = list(self.where), None
        if query.coded is not None:
            coded = weighed(query.coded, self.segments, self.weights)
        for one in understood:
            # What nobody could promise is said, and is no reason to leave items out.
            is_sure = one.tree in query.named or self._needed(query, one.tree) is not None
            if one.tree in self.filtered and is_sure:
                value = Below(one.tree, one.node, unknown=True)
                # No item of a value that is asked for: the nearest others are better than none.
                if self.index.count([*where, value]):
                    where.append(value)
        if coded is None:
            found = self._word_hits(query.words, where)
            # A word that most items have, as SKU, finds them all; an id or a name stands out.
            return [hit for hit in found if (hit.score or 0) >= TELLING * (found[0].score or 0)]
        if query.words:
            return self._fused_hits(coded, query.words, where)
        hits = self.index.search(coded, self.k, where, self.rescore)
        if self.where and not self.as_json:
            self._say_if_elsewhere(coded, hits)
        elif where and hits and not self.as_json:
            self._say_if_filtered(coded, hits)
        return hits

    def _say_if_filtered(self, query: Coded, hits: list[Hit]) -> None:
        """Tells that nearer items are left out, for their value is not the understood one."""
        [best] = self.index.search(query, 1, rescore=self.rescore)
        nearer = (best.distance or 0) < (hits[0].distance or 0)
        if nearer if best.score is None else best.score > (hits[0].score or 0):
            typer.echo(
                "note: nearer items of another value are left out; --no-filter keeps them", err=True
            )

    def _word_hits(self, text: str, where: Sequence[Condition]) -> list[Hit]:
        found = self.index.words(text, self.k, where)
        items = self.index.items([row for row, _ in found])
        return [
            Hit(item, None, score, row) for item, (row, score) in zip(items, found, strict=True)
        ]

    def _fused_hits(self, query: Coded, text: str, where: Sequence[Condition]) -> list[Hit]:
        """By codes and words; what is not among the first by code has no distance here."""
        found = self.index.search(query, FIRST, where, self.rescore)
        by_code = [
            (hit.row, float(-(hit.distance or 0)) if hit.score is None else hit.score)
            for hit in found
        ]
        near = {hit.row: hit.distance for hit in found}
        both = fused(by_code, self.index.words(text, FIRST, where), self.k)
        items = self.index.items([row for row, _ in both])
        return [
            Hit(item, near.get(row), score, row)
            for item, (row, score) in zip(items, both, strict=True)
        ]

    def _say_if_elsewhere(self, query: Coded, hits: list[Hit]) -> None:
        """Tells that the query's own place is not below the node that was asked for."""
        if not hits:
            where = f"lies under {format_path(self.node)}" if self.node else "is known to be so"
            typer.echo(f"note: no item {where}", err=True)
            return
        [best] = self.index.search(query, 1, rescore=self.rescore)
        nearer = (best.distance or 0) < (hits[0].distance or 0)
        far = nearer or (best.score or 0) > (hits[0].score or 0)
        if far and best.item["paths"]:
            elsewhere = format_path(tuple(best.item["paths"][0]))
            typer.echo(
                f"note: nearer items lie elsewhere: {_nearness(best, self.unit)} "
                f"under {elsewhere}, {_nearness(hits[0], self.unit)} here",
                err=True,
            )

    def _print(self, hits: list[Hit], understood: list[Understood]) -> None:
        if self.as_json:
            typer.echo(_json(self._as_json(hits, understood)))
            return
        for place, hit in enumerate(hits, start=1):
            mark = self._relation(hit, understood)
            typer.echo(plain(answer_line(place, hit, self.unit, mark)))

    def _as_json(self, hits: list[Hit], understood: list[Understood]) -> list[dict[str, Any]]:
        marks = [self._relation(hit, understood) for hit in hits]
        return [
            _as_dict(hit) | ({"relation": mark} if mark else {})
            for hit, mark in zip(hits, marks, strict=True)
        ]

    def _relation(self, hit: Hit, understood: list[Understood]) -> str:
        """How an answer stands to what the query was understood as; "" where one is not known."""
        nodes = [one.node for one in understood if one.tree == CATEGORY]
        known = nodes and hit.item["paths"]
        return relation(nodes[0], hit.item["paths"]) if known else ""

    def _print_failure(self, text: str, reason: str) -> None:
        if self.as_json:
            typer.echo(_json({"query": text, "error": reason}))
        else:
            typer.echo(plain(f"error: {reason}"), err=True)


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False)


def answer_line(place: int, hit: Hit, unit: str = "bit", mark: str = "") -> str:
    """One answer for people: place, score, distance, mark, path, id, text and picture."""
    item = hit.item
    path = " > ".join(item["paths"][0]) if item["paths"] else "-"
    score = "" if hit.score is None else f"{hit.score:7.2f}"
    distance = "" if hit.distance is None else f" {_apart(hit.distance, unit):>8}"
    distance += f"  {mark:8}" if mark else ""
    shown = f"{place:3} {score}{distance}  {path}  [{item['id']}]"
    if item["text"]:
        shown += f"  {item['text']:.60}"
    return shown + (f"  {item['image']}" if item.get("image") else "")


def _nearness(hit: Hit, unit: str) -> str:
    score = "" if hit.score is None else f"score {hit.score:.2f}"
    distance = "" if hit.distance is None else _apart(hit.distance, unit)
    return " at ".join(part for part in (score, distance) if part)


def _apart(distance: int, unit: str) -> str:
    return f"{distance} {unit}{'' if distance == 1 else 's'}"


def _as_dict(hit: Hit) -> dict[str, Any]:
    """What is told of an answer; its row is the index's own affair."""
    return {name: value for name, value in asdict(hit).items() if name != "row"}
