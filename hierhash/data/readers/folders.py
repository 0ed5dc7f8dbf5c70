"""A tree of folders whose names are the labels; texts lie beside the pictures as .txt files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from hierhash.data.catalogue import IGNORED, NO_IMAGE, NO_TEXT, Catalogue, CatalogueBuilder
from hierhash.data.images import SUFFIXES, ImageRef
from hierhash.errors import DataError
from hierhash.labels.paths import format_path
from hierhash.storage.inside_folder import INSIDE, REMEDY, Inside


def read_folders(path: Path, *, links: str = INSIDE) -> Catalogue:
    """Read ``path/Apparel/Topwear/1163.jpg`` with its text in ``1163.txt`` beside it, if any.

    Files in ``path`` itself are unlabelled; a .txt without picture is an item of text only. Hidden
    files are passed over. The id of an item is its path below ``path`` without the suffix; the tree
    is that of the folders. A folder of pictures without folders in it is unlabelled and has none.

    Args:
        path: The folder.
        links: ``inside``: every file lies in the folder, all links resolved, and links to folders
            are not entered; ``follow``: links lead anywhere.

    Raises:
        DataError: Not a folder, or no picture and no .txt file in it.
    """
    from hierhash.labels.tree import LabelTree

    if not path.is_dir():
        raise DataError(f"{path}: not a folder; check the path")
    reading = _Reading(path, links)
    labels: list[tuple[str, ...]] = []
    for folder, files in reading.walk():
        names = folder.relative_to(path).parts
        before = len(reading.builder)
        reading.add_folder(folder, files, (format_path(names),) if names else ())
        if names and len(reading.builder) > before:
            labels.append(names)
    if not len(reading.builder):
        raise DataError(f"{path}: no picture and no .txt file in this folder or below")
    tree = LabelTree.from_paths(labels, name=reading.builder.name) if labels else None
    return reading.builder.build(tree)


class _Reading:
    """One walk over the folders."""

    def __init__(self, root: Path, links: str) -> None:
        self.root = root
        self.inside = Inside(root, links)
        self.builder = CatalogueBuilder(root.name or "folders")

    def walk(self) -> Iterator[tuple[Path, list[str]]]:
        """Folders with their files, sorted, so that rows are the same on every file system."""
        for folder, below, files in os.walk(self.root, followlinks=self.inside.follow):
            entered = []
            for name in sorted(name for name in below if not name.startswith(".")):
                if why := self._not_entered(folder, name):
                    self.builder.note(os.path.join(folder, name), why, IGNORED, "other file")
                else:
                    entered.append(name)
            below[:] = entered
            yield Path(folder), sorted(name for name in files if not name.startswith("."))

    def _not_entered(self, folder: str, name: str) -> str | None:
        path = os.path.join(folder, name)
        if not os.path.islink(path):
            return None
        if not self.inside.follow:
            return "a link to a folder is not entered; -o links=follow enters it"
        if (os.path.realpath(folder) + os.sep).startswith(os.path.realpath(path) + os.sep):
            return "a link back to a folder that it lies in"
        return None

    def add_folder(self, folder: Path, files: list[str], label: tuple[str, ...]) -> None:
        """Add the pictures and texts of one folder."""
        texts = {Path(name).stem: name for name in files if name.lower().endswith(".txt")}
        for name in files:
            if name.lower().endswith(SUFFIXES):
                self._add(folder / name, texts.pop(Path(name).stem, None), label, picture=True)
        for name in texts.values():
            self._add(folder / name, name, label, picture=False)
        for name in files:
            if not name.lower().endswith((*SUFFIXES, ".txt")):
                what = "neither a picture nor a .txt file"
                self.builder.note(str(folder / name), what, IGNORED, "other file")

    def _add(
        self, file: Path, text_name: str | None, label: tuple[str, ...], *, picture: bool
    ) -> None:
        image = ImageRef(file, root=self.inside.bound) if picture else None
        if picture and not self.inside.holds(file):
            self.builder.note(str(file), f"leads out of the catalogue; {REMEDY}", NO_IMAGE, "link")
            image = None
        text = None if text_name is None else self._text(file.with_name(text_name))
        item_id = file.relative_to(self.root).with_suffix("").as_posix()
        self.builder.add(str(file), item_id, image, text, label)

    def _text(self, path: Path) -> str | None:
        if not self.inside.holds(path):
            self.builder.note(str(path), f"leads out of the catalogue; {REMEDY}", NO_TEXT, "link")
            return None
        try:
            return " ".join(path.read_text(encoding="utf-8-sig").split())
        except (OSError, UnicodeDecodeError):
            self.builder.note(str(path), "not readable as UTF-8", NO_TEXT, "bad text")
            return None
