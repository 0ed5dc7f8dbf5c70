"""Write any catalogue in the normal form: pictures, metadata.jsonl, tree.yaml, features."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from hierhash.data.imagefolder import IMAGE_FEATURES, TREE
from hierhash.data.records import Catalogue, ImageRef
from hierhash.errors import DataError, TreeError
from hierhash.labels.paths import format_path
from hierhash.storage.whole_folder import whole_folder

if TYPE_CHECKING:
    from hierhash.labels.tree import LabelTree

METADATA = "metadata.jsonl"
MARKER = ".hierhash-import"
_RESERVED = ("id", "file_name", "text", "labels", "label", "path")
_PER_FOLDER = 1000


def write_imagefolder(
    catalogue: Catalogue, path: Path, tree: LabelTree | None = None, *, force: bool = False
) -> None:
    """Write a checked catalogue as a folder that the imagefolder reader reads back the same.

    The folder appears only when everything is written. Picture files are copied as they are.

    Args:
        catalogue: The items; see :func:`~hierhash.data.check.check`, which removes what is bad.
        path: The new folder.
        tree: Labels are written as full paths of it, and the tree as ``tree.yaml``; default: the
            catalogue's own tree, else the labels as they are.
        force: Replace an earlier import at ``path``.

    Raises:
        DataError: ``path`` exists, or a picture cannot be read.
        HierhashError: The place cannot be written.
        TreeError: A label is not in the tree.
    """
    tree = tree or catalogue.tree
    labels = catalogue.labels if tree is None else _full_paths(catalogue, tree)
    check_target(path, force)
    with whole_folder(path, replace=force) as folder:
        _write(catalogue, labels, tree, folder)


def check_target(path: Path, force: bool) -> None:
    """Refuse a place where an import must not be written.

    Raises:
        DataError: Something is there that is not to be replaced, or there is no folder to hold it.
    """
    if not path.absolute().parent.is_dir():
        raise DataError(f"{path}: its folder does not exist; make it first")
    if not path.exists():
        return
    if not force:
        raise DataError(f"{path}: exists already; give another place or --force to replace it")
    # --force must not be able to delete a folder of something else.
    ours = path.is_dir() and ((path / MARKER).is_file() or not any(path.iterdir()))
    if not ours:
        raise DataError(
            f"{path}: no folder that this version's import made, so --force does not replace it; "
            "remove it yourself, or give another place"
        )


def refuse_own_source(source: Path, out: Path) -> None:
    """Refuse to write an import in the place of what it is read from, above it or below it.

    Raises:
        DataError: ``out`` is such a place.
    """
    here, there = source.resolve(), out.resolve()
    if source.exists() and (here == there or here in there.parents or there in here.parents):
        raise DataError(f"{out}: is the source, above it or in it; give a place of its own")


def _full_paths(catalogue: Catalogue, tree: LabelTree) -> list[tuple[str, ...]]:
    full: dict[str, str] = {}
    wrong = []
    for row, labels in enumerate(catalogue.labels):
        for label in labels:
            if label not in full:
                try:
                    full[label] = format_path(tree.resolve(label))
                except TreeError as error:
                    wrong.append(f"{catalogue.where[row]}: {error}")
    if wrong:
        raise TreeError(wrong)
    return [tuple(full[label] for label in labels) for labels in catalogue.labels]


def _write(
    catalogue: Catalogue, labels: list[tuple[str, ...]], tree: LabelTree | None, folder: Path
) -> None:
    (folder / MARKER).write_text("made by hierhash data import, which may replace this folder\n")
    with (folder / METADATA).open("w", encoding="utf-8", newline="\n") as file:
        for row, item_id in enumerate(catalogue.ids):
            image = catalogue.images[row]
            line = {
                "id": item_id,
                "file_name": None if image is None else _copy(image, folder, row),
                "text": catalogue.texts[row],
                "labels": list(labels[row]),
                **{
                    f"{name}_" if name in _RESERVED else name: column[row]
                    for name, column in catalogue.attributes.items()
                },
            }
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    if tree is not None:
        tree.to_yaml(folder / TREE)
    if catalogue.image_features is not None:
        np.save(folder / IMAGE_FEATURES, catalogue.image_features, allow_pickle=False)
    texts = catalogue.text_features
    if texts is not None and hasattr(texts, "tocsr"):
        from scipy import sparse

        sparse.save_npz(folder / "text_features.npz", texts.tocsr())
    elif texts is not None:
        np.save(folder / "text_features.npy", texts, allow_pickle=False)


def _copy(image: ImageRef, folder: Path, row: int) -> str:
    """Copy a picture under a number of its own; a thousand a folder keeps file managers quick."""
    content = image.read()
    with Image.open(io.BytesIO(content)) as opened:
        kind = (opened.format or "png").lower()
    if kind == "bmp":  # a row of pixels out of a .mat file: the same picture, smaller
        buffer = io.BytesIO()
        Image.open(io.BytesIO(content)).save(buffer, "PNG")
        content, kind = buffer.getvalue(), "png"
    suffix = {"jpeg": "jpg", "tiff": "tif", "mpo": "jpg"}.get(kind, kind)
    name = f"images/{row // _PER_FOLDER:04d}/{row:07d}.{suffix}"
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return name
