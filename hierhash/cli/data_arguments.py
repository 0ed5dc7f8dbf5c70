"""Arguments that every verb of ``hierhash data`` takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from hierhash.labels.tree import LabelTree

Source = Annotated[
    str,
    typer.Argument(
        help="Folder or file, or one of: sample, fashion, emoji (under $HIERHASH_DATA)."
    ),
]
Format = Annotated[
    str | None, typer.Option("--format", help="Reader to use, when the path does not show it.")
]
TreeFile = Annotated[
    Path | None,
    typer.Option("--tree", help="Label tree that the labels must be in (any form)."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Option = Annotated[
    list[str] | None,
    typer.Option("--option", "-o", help="Option of the reader: NAME=VALUE, e.g. text=title."),
]
MaxPixels = Annotated[int, typer.Option(help="Refuse larger pictures.", min=1)]


def tree_of(path: Path | None) -> LabelTree | None:
    """The tree of ``--tree``, or None when it is not given."""
    if path is None:
        return None
    from hierhash.labels.tree import load_tree

    return load_tree(path)
