"""A folder of pictures with metadata.jsonl or metadata.csv: the normal form of hierhash."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from hierhash.data.array_files import load_features
from hierhash.data.builder import CatalogueBuilder
from hierhash.data.columns import Columns
from hierhash.data.inside import INSIDE, Inside
from hierhash.data.pictures import Pictures
from hierhash.data.records import Catalogue
from hierhash.data.table import add_rows, table_rows
from hierhash.errors import DataError

METADATA = ("metadata.jsonl", "metadata.csv")
TREE = "tree.yaml"
IMAGE_FEATURES = "image_features.npy"
TEXT_FEATURES = ("text_features.npy", "text_features.npz")


def read_imagefolder(path: Path, *, links: str = INSIDE) -> Catalogue:
    """Read a folder with ``metadata.jsonl`` or ``metadata.csv``.

    Columns: ``file_name`` (relative to the folder), ``text``, one of ``labels`` / ``label`` /
    ``path``, and ``id`` (default: file_name, else the line); others become attributes.
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
    text = ("text",) if "text" in header else ()
    labels = [name for name in ("labels", "label", "path") if name in header][:1]
    if image is None and not text:
        raise DataError(f"{table}:1: neither file_name nor text among the columns; add one")
    used = {"id", "file_name", "text", *labels}
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
    from hierhash.labels.read import read_tree

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
