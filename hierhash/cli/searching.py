"""Answers printed for people or as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from hierhash.answering.ranking import apart
from hierhash.answering.session import Session
from hierhash.answering.wish import Wish
from hierhash.cli.query_file import query_texts
from hierhash.errors import DataError
from hierhash.plain_text import plain
from hierhash.retrieval.answered import Answered
from hierhash.retrieval.columns import cells_of
from hierhash.retrieval.items import Hit
from hierhash.retrieval.understood import rounded_down


class Search:
    """A session whose answers are printed.

    Args:
        session: The session.
        wish: How queries are to be answered.
        as_json: Print JSON.
        keep: Is given all answers, for a page of them.
    """

    def __init__(
        self,
        session: Session,
        wish: Wish,
        *,
        as_json: bool = False,
        keep: Callable[[Answered], None] | None = None,
    ) -> None:
        self.session, self.wish, self.as_json, self._keep = session, wish, as_json, keep

    def text(self, text: str) -> None:
        """Prints the answers to a text.

        Raises:
            DataError: The text says nothing to the run, and no item has a word of it.
        """
        self._print(self.session.answer_text(text, self.wish))

    def picture(self, image: Path, text: str | None = None) -> None:
        """Prints the answers to a picture, or to a picture and a text as one query.

        Raises:
            InputError: The picture cannot be read, the run reads none, or its method has no code of
                both.
        """
        self._print(self.session.answer_picture(image, text, self.wish))

    def like(self, own: str) -> None:
        """Prints the items that are nearest to one of the index.

        Raises:
            InputError: There is no such item.
        """
        self._print(self.session.answer_like(own, self.wish))

    def file(self, name: str) -> bool:
        """Prints the answers to each line of a file; a text that says nothing gets its reason.

        Returns:
            Whether every text was answered.

        Raises:
            DataError: The file cannot be read or holds no text.
        """
        complete = True
        for text in query_texts(name):
            if not self.as_json:
                typer.echo(f"\n{plain(text)}")
            try:
                answered = self.session.answer_text(text, self.wish)
            except DataError as error:
                complete = False
                self._print_failure(text, str(error))
                continue
            if self.as_json:
                self._kept(answered)
                typer.echo(_json(_about(answered)))
            else:
                self._print(answered)
        return complete

    def _print(self, answered: Answered) -> None:
        self._kept(answered)
        if self.as_json:
            typer.echo(_json(_hits(answered)))
        elif answered.said:
            typer.echo(plain(answered.said))
        for note in answered.notes:
            typer.echo(plain(f"note: {note}"), err=True)
        if self.as_json:
            return
        for note in answered.asides:
            typer.echo(plain(f"note: {note}"), err=True)
        lines = zip(answered.hits, answered.marks, strict=True)
        for place, (hit, mark) in enumerate(lines, start=self.wish.skip + 1):
            line = answer_line(place, hit, self.session.unit, mark)
            if self.wish.order is not None:
                column = self.wish.order.column
                line += f"  {column} {cells_of(hit.item).get(column, '-')}"
            typer.echo(plain(line))

    def _kept(self, answered: Answered) -> None:
        # A pipe of queries keeps none, however long it is.
        if self._keep is not None:
            self._keep(answered)

    def _print_failure(self, text: str, reason: str) -> None:
        if self.as_json:
            typer.echo(_json({"query": text, "error": reason}))
        else:
            typer.echo(plain(f"error: {reason}"), err=True)


def answer_line(place: int, hit: Hit, unit: str = "bit", mark: str = "") -> str:
    """One answer for people: place, score, distance, mark, path, id, text and picture."""
    item = hit.item
    path = " > ".join(item["paths"][0]) if item["paths"] else "-"
    score = "" if hit.score is None else f"{hit.score:7.2f}"
    distance = "" if hit.distance is None else f" {apart(hit.distance, unit):>8}"
    distance += f"  {mark:8}" if mark else ""
    shown = f"{place:3} {score}{distance}  {path}  [{item['id']}]"
    if item["text"]:
        shown += f"  {item['text']:.60}"
    return shown + (f"  {item['image']}" if item.get("image") else "")


def _about(answered: Answered) -> dict[str, Any]:
    told = [
        {"tree": one.tree, "node": one.node, "confidence": rounded_down(one.confidence)}
        for one in answered.understood or ()
    ]
    about = {"query": answered.text, "understood": told, "notes": list(answered.notes)}
    return about | {"hits": _hits(answered)}


def _hits(answered: Answered) -> list[dict[str, Any]]:
    """The answers; the row of one is the store's own affair."""
    return [
        {name: value for name, value in asdict(hit).items() if name != "row"}
        | ({"relation": mark} if mark else {})
        for hit, mark in zip(answered.hits, answered.marks, strict=True)
    ]


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False)
