"""A source given on the command line by its place or name, read with a note on each bad row."""

from __future__ import annotations

from pathlib import Path

import typer

from hierhash.data.catalogue import Catalogue
from hierhash.data.sources import PLACELESS, detect, missing, parse_options, read
from hierhash.errors import InputError

SHOWN = 5


def open_source(
    source: str, format_: str | None = None, options: list[str] | None = None
) -> Catalogue:
    """The items of a folder, a file or a source that needs no place, such as ``sample``.

    Args:
        source: A path, or the name of a source.
        format_: The reader; by what the path looks like when None.
        options: ``NAME=VALUE`` texts for the reader.

    Raises:
        InputError: Nothing is there, or it cannot be read.
    """
    chosen = parse_options(options or [])
    path = Path(source)
    if path.exists() or format_ not in (None, source):
        return read(format_ or detect(path), path, **chosen)
    if source not in PLACELESS:
        raise InputError(missing(path, PLACELESS))
    return read(source, None, **chosen)


def read_source(
    source: str, format_: str | None = None, options: list[str] | None = None
) -> Catalogue:
    """As `open_source`, with a warning on stderr for bad rows.

    Raises:
        InputError: Nothing is there, or it cannot be read.
    """
    from hierhash.data.check import grouped

    catalogue = open_source(source, format_, options)
    for line in grouped(catalogue.problems, SHOWN):
        typer.echo(f"warning: {line}", err=True)
    return catalogue


def check_modality(modality: str | None, both: bool = False) -> None:
    """Refuses anything but ``image``, ``text`` and, where it is known, ``both`` or nothing.

    Raises:
        InputError: It is none of them.
    """
    if both and modality in ("both", None):
        return
    if modality not in ("image", "text"):
        raise InputError(f"--modality: '{modality}' is not image or text")
