"""Finds the pictures that rows name, in a folder or in a zip archive."""

from __future__ import annotations

import os
from pathlib import Path

from hierhash.data.archives import open_archive
from hierhash.data.inside import INSIDE, REMEDY, Inside
from hierhash.data.records import ImageRef
from hierhash.errors import DataError

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff")


class Pictures:
    """A folder of pictures or a zip archive of them.

    Args:
        root: The folder or the archive.
        links: ``inside``: what leads out of the folder is not found; ``follow``: it is.

    Raises:
        DataError: ``root`` is neither.
    """

    def __init__(self, root: Path, links: str = INSIDE) -> None:
        self.root = root
        self._inside = Inside(root, links)
        self._members: frozenset[str] | None = None
        if root.is_file():
            self._members = frozenset(open_archive(root).namelist())
        elif not root.is_dir():
            raise DataError(f"{root}: no such folder or zip archive of images; check the path")

    def find(self, name: str) -> ImageRef | str:
        """The picture of that name, or why there is none."""
        missing = f"image '{name}' does not exist in {self.root}"
        if self._members is not None:
            return ImageRef(self.root, name) if name in self._members else missing
        if "\0" in name:
            return f"image {name!r} is no name of a file"
        path = self.root / name
        if not self._inside.holds(path):
            return f"image '{name}' leads out of the catalogue {self.root}; {REMEDY}"
        # os.path.isfile says False also for names that are too long or hold odd characters.
        return ImageRef(path, root=self._inside.bound) if os.path.isfile(path) else missing
