"""What commands that encode items take, and say of items that could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hierhash.plain_text import plain

if TYPE_CHECKING:
    from hierhash.runs.encoding import Encoded

SHOWN = 5
Modality = Annotated[
    str | None,
    typer.Option(
        help="What of the items is coded: image, text, or both together; default: both where the "
        "method can, else image."
    ),
]
Shard = Annotated[int, typer.Option(min=1, help="Items after which the disk has them.")]


def notes_of(found: Encoded, folder: Path) -> Iterator[str]:
    """What is said of items that could not be read."""
    for line in found.rejected[:SHOWN]:
        twice = line["why"].startswith(line["where"])
        yield plain(f"warning: {'' if twice else line['where'] + ': '}{line['why']}")
    if found.rejected:
        what = "item was" if len(found.rejected) == 1 else "items were"
        yield f"warning: {len(found.rejected)} {what} left out; see {folder / 'rejected.jsonl'}"
