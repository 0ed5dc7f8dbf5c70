"""A source given on the command line by its place or name, read with a note on each bad row."""

from __future__ import annotations

from pathlib import Path

import typer

from hierhash.data.records import Catalogue
from hierhash.data.sources import detect, read
from hierhash.errors import InputError


def read_source(source: str) -> Catalogue:
    """The items of a folder, a file or a source that needs no place, such as ``sample``.

    Raises:
        InputError: Nothing is there, or it cannot be read.
    """
    path = Path(source)
    catalogue = read(detect(path), path) if path.exists() else read(source)
    for problem in catalogue.problems:
        typer.echo(f"warning: {problem}", err=True)
    return catalogue


def check_modality(modality: str) -> None:
    """Refuses anything but ``image`` and ``text``.

    Raises:
        InputError: It is neither.
    """
    if modality not in ("image", "text"):
        raise InputError(f"--modality: '{modality}' is not image or text")
