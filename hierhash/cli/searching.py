"""Answers to queries against one index, printed for people or as JSON.

A text is answered in numpy; only a picture loads torch.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

import numpy as np
import typer
from numpy.typing import NDArray

from hierhash.codes.coded import Coded
from hierhash.errors import DataError, InputError
from hierhash.labels.paths import Path as Node
from hierhash.labels.paths import format_path
from hierhash.labels.tree import LabelTree
from hierhash.plain_text import plain
from hierhash.retrieval.exact import Hit
from hierhash.retrieval.load_index import load_index
from hierhash.retrieval.node_filter import find_node, rows_below
from hierhash.retrieval.text_branch import TextBranch, answers_in_numpy

LONGEST = 1 << 16


class Search:
    """An index that is ready to answer.

    Args:
        folder: The index folder.
        under: The node that answers must lie below, as typed.
        k: Number of answers.
        rescore: Order by the asymmetric score.
        as_json: Print JSON.

    Raises:
        InputError: The index is missing or damaged, or there is no such node.
    """

    def __init__(
        self, folder: Path, under: str | None, k: int, *, rescore: bool, as_json: bool
    ) -> None:
        self.index = load_index(folder)
        self.k, self.rescore, self.as_json = k, rescore, as_json
        self.unit = "level" if self.index.distance.name == "tree" else "bit"
        if not rescore and self.index.distance.steps is None:
            raise InputError("--no-rescore: the items are float vectors, which have scores alone")
        self.node: Node = ()
        self.rows: NDArray[np.int64] | None = None
        if under is not None:
            tree = LabelTree.from_yaml(self.index.run / "tree.yaml")
            self.node = find_node(tree, under)
            self.rows = rows_below(self.index, tree, under)

    def answer_text(self, text: str) -> None:
        """Prints the answers to a text.

        Raises:
            DataError: The text says nothing to the run.
        """
        branch = text_reader(self.index.run)
        branch.check(text)
        self._print(self._hits(branch.encode([text])))

    def answer_picture(self, image: Path, text: str | None = None) -> None:
        """Prints the answers to a picture, or to a picture and a text as one query.

        Raises:
            InputError: The picture cannot be read, the run reads none, or its method has no code of
                both.
        """
        from hierhash.data.images import ImageRef
        from hierhash.runs.saved import load_run
        from hierhash.training.items import BOTH

        saved = load_run(self.index.run)
        rows = {"image": saved.image_rows([ImageRef(image).open()])}
        if text is not None:
            saved.check_modality(BOTH)
            saved.check_text(text)
            rows["text"] = saved.text_rows([text])
        self._print(self._hits(saved.method.encode(rows, "query")))

    def answer_file(self, name: str) -> bool:
        """Prints the answers to each line of a file; a text that says nothing gets its reason.

        Returns:
            Whether every text was answered.

        Raises:
            DataError: The file cannot be read or holds no text.
        """
        branch = text_reader(self.index.run)
        complete = True
        for text in _texts(name):
            try:
                branch.check(text)
            except DataError as error:
                complete = False
                self._print_failure(text, str(error))
                continue
            hits = self._hits(branch.encode([text]))
            if self.as_json:
                typer.echo(_json({"query": text, "hits": [asdict(hit) for hit in hits]}))
            else:
                typer.echo(f"\n{plain(text)}")
                self._print(hits)
        return complete

    def _hits(self, query: Coded) -> list[Hit]:
        hits = self.index.search(query, self.k, self.rows, self.rescore)
        if self.rows is not None and not self.as_json:
            self._say_if_elsewhere(query, hits)
        return hits

    def _say_if_elsewhere(self, query: Coded, hits: list[Hit]) -> None:
        """Tells that the query's own place is not below the node that was asked for."""
        if not hits:
            typer.echo(f"note: no item lies under {format_path(self.node)}", err=True)
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

    def _print(self, hits: list[Hit]) -> None:
        if self.as_json:
            typer.echo(_json([asdict(hit) for hit in hits]))
            return
        for place, hit in enumerate(hits, start=1):
            typer.echo(plain(answer_line(place, hit, self.unit)))

    def _print_failure(self, text: str, reason: str) -> None:
        if self.as_json:
            typer.echo(_json({"query": text, "error": reason}))
        else:
            typer.echo(plain(f"error: {reason}"), err=True)


class TextReader(Protocol):
    """Reads texts as queries."""

    def check(self, text: str) -> None:
        """Refuses a text that says nothing."""
        ...

    def encode(self, texts: Sequence[str]) -> Coded:
        """The texts as queries."""
        ...


class _WholeRun:
    """The run itself, with torch: for a method that numpy cannot stand in for."""

    def __init__(self, run: Path) -> None:
        from hierhash.runs.saved import load_run

        self._run = load_run(run)
        self.check = self._run.check_text

    def encode(self, texts: Sequence[str]) -> Coded:
        return self._run.method.encode({"text": self._run.text_rows(texts)}, "query")


def text_reader(run: Path) -> TextReader:
    """What reads texts for a run, in numpy where that can.

    Raises:
        RunError: The run is damaged or reads no texts.
    """
    return TextBranch(run) if answers_in_numpy(run) else _WholeRun(run)


def _texts(name: str) -> Iterator[str]:
    """The texts of a file, line by line as they come, so that a pipe is answered as it runs.

    Raises:
        DataError: The file cannot be read, a line is no text, or there is none.
    """
    found = False
    try:
        with nullcontext(sys.stdin.buffer) if name == "-" else open(name, "rb") as stream:
            number = 0
            while line := stream.readline(LONGEST):
                number += 1
                text = _decoded(line, f"{name}:{number}")
                if text:
                    found = True
                    yield text
    except OSError as error:
        raise DataError(f"{name}: {error.strerror}; give a file with one text a line") from error
    if not found:
        raise DataError(f"{name}: holds no text; write one query a line")


def _decoded(line: bytes, where: str) -> str:
    if len(line) >= LONGEST:
        raise DataError(f"{where}: a line of {LONGEST} bytes or more; write one text a line")
    try:
        return line.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise DataError(f"{where}: not UTF-8 text; save the file as UTF-8") from error


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False)


def answer_line(place: int, hit: Hit, unit: str = "bit") -> str:
    """One answer for people: place, score, distance, path, id, text and picture."""
    item = hit.item
    path = " > ".join(item["paths"][0]) if item["paths"] else "-"
    score = "" if hit.score is None else f"{hit.score:7.2f}"
    distance = "" if hit.distance is None else f" {_apart(hit.distance, unit):>8}"
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
