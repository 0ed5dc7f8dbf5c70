"""A folder of pictures with metadata.jsonl or metadata.csv: the normal form of hierhash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hierhash.data.builder import CatalogueBuilder
from hierhash.data.columns import Columns
from hierhash.data.pictures import Pictures
from hierhash.data.records import Catalogue
from hierhash.data.table import add_rows, table_rows
from hierhash.errors import DataError

METADATA = ("metadata.jsonl", "metadata.csv")
TREE = "tree.yaml"
IMAGE_FEATURES = "image_features.npy"
TEXT_FEATURES = ("text_features.npy", "text_features.npz")


def read_imagefolder(path: Path) -> Catalogue:
    """Read a folder with ``metadata.jsonl`` or ``metadata.csv``.

    Columns: ``file_name`` (relative to the folder), ``text``, one of ``labels`` / ``label`` /
    ``path``, and ``id`` (default: file_name, else the line); others become attributes.
    ``tree.yaml`` beside it is the label tree. ``image_features.npy``, ``text_features.npy`` or
    ``text_features.npz`` (scipy.sparse) hold one row per row of the metadata.

    Args:
        path: The folder, or the metadata file in it.

    Raises:
        DataError: No metadata file, no usable column, features of another length.
    """
    folder = path.parent if path.name in METADATA else path
    found = [folder / name for name in METADATA if (folder / name).is_file()]
    if not found:
        raise DataError(f"{folder}: no metadata.jsonl or metadata.csv; see docs/data.md")
    if len(found) == 2:
        raise DataError(f"{folder}: both metadata.jsonl and metadata.csv; remove one of them")
    header, rows = table_rows(found[0])
    columns = _columns(found[0], header)
    if columns.id is None and columns.image is not None:
        rows = [(line, _with_id(row)) for line, row in rows]
        columns = Columns("id", columns.image, columns.text, columns.labels, columns.attributes)
    builder = CatalogueBuilder(folder.name or "imagefolder")
    all_rows = list(rows)
    add_rows(builder, found[0], all_rows, columns, Pictures(folder, inside=True))
    catalogue = builder.build(_tree(folder))
    catalogue.image_features, catalogue.text_features = _features(folder, catalogue, len(all_rows))
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
    )


def _with_id(row: dict[str, Any] | str) -> dict[str, Any] | str:
    return row if isinstance(row, str) else {**row, "id": row.get("file_name") or row.get("text")}


def _tree(folder: Path) -> Any:
    from hierhash.labels.tree import LabelTree

    return LabelTree.from_yaml(folder / TREE) if (folder / TREE).is_file() else None


def _features(folder: Path, catalogue: Catalogue, rows: int) -> tuple[Any, Any]:
    image = _array(folder / IMAGE_FEATURES)
    text = next((a for name in TEXT_FEATURES if (a := _array(folder / name)) is not None), None)
    for name, array in (("image_features", image), ("text_features", text)):
        if array is not None and (array.shape[0] != rows or rows != len(catalogue)):
            raise DataError(
                f"{folder}/{name}: {array.shape[0]} rows of features but {len(catalogue)} good "
                f"rows of {rows} in the metadata; they must be as many"
            )
    return image, text


def _array(path: Path) -> Any:
    if not path.is_file():
        return None
    try:
        if path.suffix == ".npz":
            from scipy import sparse

            return sparse.csr_matrix(sparse.load_npz(path))
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception as error:
        raise DataError(f"{path}: not a readable array ({error}); save it again") from None
    if array.ndim != 2 or array.dtype.kind not in "fiu":
        raise DataError(
            f"{path}: an array of {array.ndim} dimensions and type {array.dtype}; features are "
            "numbers, one row an item"
        )
    return array
