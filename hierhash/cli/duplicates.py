"""``hierhash search --duplicates``: items that are nearly the same, group by group."""

from __future__ import annotations

import json
from collections.abc import Sequence

import typer

from hierhash.cli.searching import answer_line
from hierhash.plain_text import plain
from hierhash.retrieval.conditions import Condition
from hierhash.retrieval.duplicates import duplicates
from hierhash.retrieval.filtering import Filter
from hierhash.retrieval.items import Hit
from hierhash.retrieval.store import Store
from hierhash.training.progress import counting


def print_duplicates(store: Store, where: Sequence[Condition], as_json: bool) -> None:
    """Prints the groups of nearly equal items among those that meet conditions."""
    index = store.read()
    rows = Filter(index).rows(where)
    items = [index.item(row) for row in (range(len(index)) if rows is None else rows.tolist())]
    with counting("items", len(items)) as advance:
        groups, unread = duplicates(items, advance)
    if unread:
        some = "1 picture" if unread == 1 else f"{unread} pictures"
        typer.echo(f"note: {some} could not be read; these items are compared by words", err=True)
    if as_json:
        typer.echo(json.dumps([[items[place]["id"] for place in own] for own in groups]))
        return
    for own in groups:
        for place, one in enumerate(own, start=1):
            typer.echo(plain(answer_line(place, Hit(items[one], None, None))))
        typer.echo()
    parts = "1 group" if len(groups) == 1 else f"{len(groups)} groups"
    some = f"{sum(map(len, groups))} of {len(items)} items in {parts}"
    typer.echo(f"{some}, nearly the same" if groups else f"none of {len(items)} items is twice")
