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
Engine = Annotated[
    str,
    typer.Option(
        help="What computes features of pictures: torch, onnx (ONNX Runtime), or auto: for many "
        "pictures the faster one, by a short measurement."
    ),
]


def _a_folder(out: Path) -> Path:
    """Refuses the name of a database, of which a path would be made, a password in it."""
    from hierhash.errors import InputError

    if str(out).startswith(("postgresql:", "postgres:", "pgserver:")):
        raise InputError(
            "a folder is written here; put it into a database with hierhash index copy FOLDER NAME"
        )
    return out


Out = Annotated[
    Path,
    typer.Argument(help="Folder to write: codes, items and a manifest.", callback=_a_folder),
]
Shard = Annotated[int, typer.Option(min=1, help="Items after which the disk has them.")]


def notes_of(found: Encoded, folder: Path | None) -> Iterator[str]:
    """What is said of items that could not be read; all of it where no folder lists them."""
    for line in found.rejected[: None if folder is None else SHOWN]:
        twice = line["why"].startswith(line["where"])
        yield plain(f"warning: {'' if twice else line['where'] + ': '}{line['why']}")
    out = sum(not line.get("kept") for line in found.rejected)
    kept = len(found.rejected) - out
    if found.rejected:
        what = f"{out} item{'' if out == 1 else 's'} left out" if out else ""
        less = f"{kept} kept without a label or a picture" if kept else ""
        told = ", ".join(part for part in (what, less) if part)
        see = "" if folder is None else f"; see {folder / 'rejected.jsonl'}"
        yield f"warning: {told}{see}"
