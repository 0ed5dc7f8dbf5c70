"""A tree of folders whose names are the labels; texts lie beside the pictures as .txt files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from hierhash.data.builder import CatalogueBuilder
from hierhash.data.pictures import SUFFIXES
from hierhash.data.problems import NO_TEXT, Problem
from hierhash.data.records import Catalogue, ImageRef
from hierhash.errors import DataError
from hierhash.labels.paths import format_path


def read_folders(path: Path) -> Catalogue:
    """Read ``path/Apparel/Topwear/1163.jpg`` with its text in ``1163.txt`` beside it, if any.

    Files in ``path`` itself are unlabelled; a .txt without picture is an item of text only. Hidden
    files are passed over. The id of an item is its path below ``path`` without the suffix; the tree
    is that of the folders.

    Raises:
        DataError: Not a folder, or no picture and no .txt file in it.
    """
    from hierhash.labels.tree import LabelTree

    if not path.is_dir():
        raise DataError(f"{path}: not a folder; check the path")
    builder = CatalogueBuilder(path.name or "folders")
    labels: list[tuple[str, ...]] = []
    for folder, files in _walk(path):
        names = folder.relative_to(path).parts
        label = (format_path(names),) if names else ()
        before = len(builder)
        _add_folder(builder, path, folder, files, label)
        if names and len(builder) > before:
            labels.append(names)
    if not len(builder):
        raise DataError(f"{path}: no picture and no .txt file in this folder or below")
    tree = LabelTree.from_paths(labels, name=builder.name) if labels else None
    return builder.build(tree)


def _walk(path: Path) -> Iterator[tuple[Path, list[str]]]:
    for folder, below, files in os.walk(path):
        # Sorted, so that row numbers are the same on every file system.
        below[:] = sorted(name for name in below if not name.startswith("."))
        yield Path(folder), sorted(name for name in files if not name.startswith("."))


def _add_folder(
    builder: CatalogueBuilder, root: Path, folder: Path, files: list[str], label: tuple[str, ...]
) -> None:
    texts = {Path(name).stem: name for name in files if name.lower().endswith(".txt")}
    pictures = [name for name in files if name.lower().endswith(SUFFIXES)]
    for name in pictures:
        text = texts.pop(Path(name).stem, None)
        _add(builder, root, folder / name, ImageRef(folder / name), label, folder, text)
    for name in texts.values():
        _add(builder, root, folder / name, None, label, folder, name)
    for name in files:
        if not name.lower().endswith((*SUFFIXES, ".txt")):
            what = "neither a picture nor a .txt file"
            builder.problems.append(Problem(str(folder / name), what, "ignored", "other file"))


def _add(
    builder: CatalogueBuilder,
    root: Path,
    file: Path,
    image: ImageRef | None,
    label: tuple[str, ...],
    folder: Path,
    text_name: str | None,
) -> None:
    text = None
    if text_name is not None:
        try:
            text = (folder / text_name).read_text(encoding="utf-8-sig")
            text = " ".join(text.split())
        except (OSError, UnicodeDecodeError):
            builder.note(str(folder / text_name), "not readable as UTF-8", NO_TEXT, "bad text")
    item_id = file.relative_to(root).with_suffix("").as_posix()
    builder.add(str(file), item_id, image, text, label)
