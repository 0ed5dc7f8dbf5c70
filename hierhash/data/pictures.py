"""Finds the pictures that rows name, in a folder or in a zip archive."""

from __future__ import annotations

import os
from pathlib import Path

from hierhash.data.archives import open_archive
from hierhash.data.records import ImageRef
from hierhash.errors import DataError

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff")


class Pictures:
    """A folder of pictures or a zip archive of them.

    Args:
        root: The folder or the archive.
        inside: Refuse names that lead out of the folder.

    Raises:
        DataError: ``root`` is neither.
    """

    def __init__(self, root: Path, *, inside: bool = False) -> None:
        self.root = root
        self.inside = inside
        self._members: frozenset[str] | None = None
        if root.is_file():
            self._members = frozenset(open_archive(root).namelist())
        elif not root.is_dir():
            raise DataError(f"{root}: no such folder or zip archive of images; check the path")

    def find(self, name: str) -> ImageRef | None:
        """The picture of that name, or None when there is none."""
        if self._members is not None:
            return ImageRef(self.root, name) if name in self._members else None
        path = self.root / name
        if self.inside and (os.path.isabs(name) or ".." in Path(name).parts):
            return None
        # os.path.isfile says False also for names that are too long or hold odd characters.
        return ImageRef(path) if os.path.isfile(path) else None
