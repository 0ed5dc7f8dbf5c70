"""What a foreign HDF5 file may not do: show other files, or ask for memory it cannot fill."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from hierhash.errors import DataError
from hierhash.storage.arrays import MOST_TIGHTLY_PACKED


def refuse_external_links(path: Path, file: Any) -> None:
    """Stop at a link to another file; links are listed, none is followed.

    Args:
        path: The file's name, for the message.
        file: The open ``h5py.File``.

    Raises:
        DataError: There is a link to another file, anywhere in it.
    """
    import h5py

    known = (h5py.h5l.TYPE_HARD, h5py.h5l.TYPE_SOFT)
    foreign: list[str] = []

    def look(name: bytes, info: Any) -> None:
        if info.type not in known:
            foreign.append(name.decode("utf-8", "replace"))

    file.id.links.visit(look, info=True)
    if foreign:
        raise DataError(
            f"{path}: '{foreign[0]}' is a link to another file, which a .mat file may not hold; "
            "save the data in one file"
        )


def check_dataset(path: Path, item: Any) -> None:
    """Stop before a dataset is read that keeps its values elsewhere or claims too many.

    Raises:
        DataError: External storage, a virtual dataset, or more bytes than the file can hold.
    """
    name = item.name or "a cell"
    if item.external or item.is_virtual:
        raise DataError(
            f"{path}: '{name}' keeps its values in another file, which is not read; save the data "
            "in one file"
        )
    asked = 0 if item.shape is None else math.prod(item.shape) * item.dtype.itemsize
    packed = item.chunks is not None
    if asked > path.stat().st_size * (MOST_TIGHTLY_PACKED if packed else 1):
        raise DataError(
            f"{path}: '{name}' asks for {asked:,} bytes, more than the file can hold; save it again"
        )
