"""``hierhash search``: a text, a picture, an item or many texts against an index."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from hierhash.retrieval.answered import Answered


class Mode(StrEnum):
    """What items are found by."""

    CODE = "code"
    WORDS = "words"
    BOTH = "both"


class Branch(StrEnum):
    """What reads texts."""

    WHOLE = "whole"
    SMALL = "small"


def search(
    index: Annotated[str, typer.Argument(help="Index folder, or postgresql://USER@HOST/DB#NAME.")],
    text: Annotated[str | None, typer.Option(help="A text to search with.")] = None,
    image: Annotated[Path | None, typer.Option(help="A picture to search with.")] = None,
    like: Annotated[
        str | None, typer.Option(help="The id of an item of the index: what is nearest to it.")
    ] = None,
    queries: Annotated[
        str | None,
        typer.Option(help="A file with a text a line, or - for standard input: answers to each."),
    ] = None,
    under: Annotated[
        str | None, typer.Option(help="Only items below this node: a path A/B or a name.")
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            help="Only items of which it holds: colour=Red, brand=Puma, price<50; repeatable."
        ),
    ] = None,
    weigh: Annotated[
        list[str] | None,
        typer.Option(help="How much a part of the code counts: colour=2; else as training chose."),
    ] = None,
    no_filter: Annotated[
        bool, typer.Option("--no-filter", help="Answers of other values than the understood ones.")
    ] = False,
    mode: Annotated[
        Mode | None,
        typer.Option(
            help="Find items by code, by the words of texts, ids and columns, or both; default: "
            "both, and code for a picture, --no-rescore and --bits."
        ),
    ] = None,
    risk: Annotated[
        float,
        typer.Option(min=0.0, max=1.0, help="How often what is understood may be wrong."),
    ] = 0.1,
    k: Annotated[int, typer.Option("-k", min=1, help="Number of answers.")] = 20,
    skip: Annotated[
        int, typer.Option(min=0, help="Leave out so many answers: -k 20 --skip 20 is page 2.")
    ] = 0,
    sort: Annotated[
        str | None,
        typer.Option(help="Order the nearest items by a column: price, or 'price desc'."),
    ] = None,
    among: Annotated[
        int, typer.Option(min=1, help="How many of the nearest items --sort puts in order.")
    ] = 200,
    branch: Annotated[
        Branch, typer.Option(help="Read texts by the whole text branch, or as export-page does.")
    ] = Branch.WHOLE,
    no_rescore: Annotated[
        bool, typer.Option("--no-rescore", help="Canonical order: (distance, row).")
    ] = False,
    bits: Annotated[
        int | None,
        typer.Option(help="Compare so many first bits alone, where shorter codes are codes."),
    ] = None,
    duplicates: Annotated[
        bool,
        typer.Option("--duplicates", help="List items that are nearly the same; asks nothing."),
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option(help="Also write the answers with their pictures to an HTML file."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON; with --queries one line a query.")
    ] = False,
) -> None:
    """Search an index with a text, a picture, both, one of its items, or a file of texts.

    Answers are ordered by the product of the query's real outputs with the item's code, and for a
    text by its words in the items' texts, ids and columns too (--mode; --no-rescore: by Hamming
    distance). What was understood is said, as deep in the tree as --risk allows; each answer is
    exact (below that node), relative (below the same top node) or beyond. Items whose known value
    of a facet is not the understood one are left out (--no-filter).
    """
    from hierhash.answering.session import Session
    from hierhash.cli.searching import Search
    from hierhash.retrieval.open_store import open_store

    _check_page(html)
    _check_query(text, image, like, queries, duplicates, html, mode)
    session = Session(open_store(index), small=branch is Branch.SMALL)
    if not session.store.info()["complete"]:
        typer.echo("note: the index is not complete: its encoding has not ended", err=True)
    wish = session.wish(
        k,
        skip=skip,
        under=under,
        where=where or [],
        weigh=weigh or [],
        filters=not no_filter,
        rescore=not no_rescore,
        mode=None if mode is None else mode.value,
        risk=risk,
        sort=sort,
        among=among,
        bits=bits,
    )
    if duplicates:
        from hierhash.cli.duplicates import print_duplicates

        print_duplicates(session.store, wish.where, as_json)
        return
    answers: list[Answered] = []
    keep = answers.append if html is not None else None
    said = Search(session, wish, as_json=as_json, keep=keep)
    complete = True
    if queries is not None:
        complete = said.file(queries)
    elif like is not None:
        said.like(like)
    elif image is not None:
        said.picture(image, text)
    else:
        said.text(text or "")
    if html is not None:
        from hierhash.reports.search_page import search_page
        from hierhash.storage.whole_file import write_text

        write_text(html, search_page(session.store.name, answers))
    if not complete:
        raise typer.Exit(2)


def _check_query(
    text: str | None,
    image: Path | None,
    like: str | None,
    queries: str | None,
    duplicates: bool,
    html: Path | None,
    mode: Mode | None,
) -> None:
    """Refuses options that do not make one query.

    Raises:
        InputError: They do not.
    """
    from hierhash.errors import InputError

    asked = [one for one in (text, image, like, queries) if one is not None]
    if duplicates:
        if asked or html is not None:
            raise InputError("--duplicates: lists items and asks nothing; leave the query away")
        return
    if like is not None and len(asked) > 1:
        raise InputError("--like: an item asks alone; leave --text, --image and --queries away")
    if not asked or (queries is not None and len(asked) > 1):
        raise InputError(
            "search: give --text or --image, or both together, or else --like or --queries"
        )
    for name, one in (("a picture", image), ("an item", like)):
        if mode not in (None, Mode.CODE) and one is not None:
            raise InputError(f"--mode {mode}: {name} is answered by its code; leave it out")


def _check_page(html: Path | None) -> None:
    """Refuses a page that could not be written, before anything is searched."""
    from hierhash.errors import InputError

    if html is not None and not html.parent.is_dir():
        raise InputError(f"{html}: there is no folder {html.parent}; choose another place")
    if html is not None and html.exists():
        raise InputError(f"{html}: exists already; choose another name or remove it")
