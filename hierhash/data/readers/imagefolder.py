"""The normal form of hierhash, read and written: a folder of pictures with metadata.jsonl."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from hierhash.data.catalogue import Catalogue, CatalogueBuilder, Columns
from hierhash.data.images import ImageRef, Pictures
from hierhash.data.readers.table import add_rows
from hierhash.errors import DataError, TreeError
from hierhash.labels.paths import format_path
from hierhash.storage.arrays import load_features
from hierhash.storage.inside_folder import INSIDE, Inside
from hierhash.storage.tables import table_rows
from hierhash.storage.whole_folder import whole_folder

if TYPE_CHECKING:
    from hierhash.labels.tree import LabelTree


METADATA = ("metadata.jsonl", "metadata.csv")
TREE = "tree.yaml"
IMAGE_FEATURES = "image_features.npy"
TEXT_FEATURES = ("text_features.npy", "text_features.npz")


TEXTS = ("text", "title", "caption")
MARKER = ".hierhash-import"
_RESERVED = ("id", "file_name", "text", "labels", "label", "path")
_PER_FOLDER = 1000


def read_imagefolder(path: Path, *, links: str = INSIDE) -> Catalogue:
    """Read a folder with ``metadata.jsonl`` or ``metadata.csv``.

    Columns: ``file_name`` (relative to the folder), ``text`` (or ``title``, ``caption``), one of
    ``labels`` / ``label`` / ``path``, and ``id`` (default: file_name, else the line); others become
    attributes.
    ``tree.yaml`` beside it is the label tree. ``image_features.npy``, ``text_features.npy`` or
    ``text_features.npz`` (scipy.sparse) hold one row per row of the metadata.

    Args:
        path: The folder, or the metadata file in it.
        links: ``inside``: every file lies in the folder, all links resolved; ``follow``: anywhere.

    Raises:
        DataError: No metadata file, no usable column, features of another length, or a file other
            than a picture that leads out of the folder.
    """
    folder = path.parent if path.name in METADATA else path
    found = [folder / name for name in METADATA if (folder / name).is_file()]
    if not found:
        raise DataError(f"{folder}: no metadata.jsonl or metadata.csv; see docs/data.md")
    if len(found) == 2:
        raise DataError(f"{folder}: both metadata.jsonl and metadata.csv; remove one of them")
    inside = Inside(folder, links)
    header, rows = table_rows(inside.check(found[0]))
    columns = _columns(found[0], header)
    if columns.id is None and columns.image is not None:
        rows = [(line, _with_id(row)) for line, row in rows]
        columns = replace(columns, id="id")
    builder = CatalogueBuilder(folder.name or "imagefolder")
    all_rows = list(rows)
    add_rows(builder, found[0], all_rows, columns, Pictures(folder, links))
    catalogue = builder.build(_tree(folder, inside), columns)
    image, text = _features(folder, catalogue, len(all_rows), inside)
    catalogue.image_features, catalogue.text_features = image, text
    return catalogue


def _columns(table: Path, header: list[str]) -> Columns:
    image = "file_name" if "file_name" in header else None
    text = tuple([name for name in TEXTS if name in header][:1])
    labels = [name for name in ("labels", "label", "path") if name in header][:1]
    if image is None and not text:
        raise DataError(f"{table}:1: neither file_name nor text among the columns; add one")
    used = {"id", "file_name", *text, *labels}
    return Columns(
        id="id" if "id" in header else None,
        image=image,
        text=text,
        labels=tuple(labels),
        attributes=tuple(name for name in header if name and name not in used),
        header=tuple(header),
        labels_chosen=bool(labels),
        remedy="rename it to '{column}', or read the file with --format table -o {part}={names}",
    )


def _with_id(row: dict[str, Any] | str) -> dict[str, Any] | str:
    return row if isinstance(row, str) else {**row, "id": row.get("file_name") or row.get("text")}


def _tree(folder: Path, inside: Inside) -> Any:
    from hierhash.labels.tree import read_tree

    tree = folder / TREE
    return read_tree(inside.check(tree)) if tree.is_file() else None


def _features(folder: Path, catalogue: Catalogue, rows: int, inside: Inside) -> tuple[Any, Any]:
    def loaded(name: str) -> Any:
        path = folder / name
        return load_features(inside.check(path)) if path.is_file() else None

    image = loaded(IMAGE_FEATURES)
    text = next((a for name in TEXT_FEATURES if (a := loaded(name)) is not None), None)
    for name, array in (("image_features", image), ("text_features", text)):
        if array is not None and (array.shape[0] != rows or rows != len(catalogue)):
            raise DataError(
                f"{folder}/{name}: {array.shape[0]} rows of features but {len(catalogue)} good "
                f"rows of {rows} in the metadata; they must be as many"
            )
    return image, text


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
    full: dict[str, tuple[str, ...]] = {}
    wrong = []
    for row, labels in enumerate(catalogue.labels):
        for label in labels:
            if label not in full:
                try:
                    full[label] = tuple(map(format_path, tree.paths([label])))
                except TreeError as error:
                    wrong.append(f"{catalogue.where[row]}: {error}")
    if wrong:
        raise TreeError(wrong)
    return [tuple(path for label in labels for path in full[label]) for labels in catalogue.labels]


def _write(
    catalogue: Catalogue, labels: list[tuple[str, ...]], tree: LabelTree | None, folder: Path
) -> None:
    (folder / MARKER).write_text("made by hierhash data import, which may replace this folder\n")
    with (folder / METADATA[0]).open("w", encoding="utf-8", newline="\n") as file:
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
