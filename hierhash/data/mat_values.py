"""Values of .mat variables as rows: labels, features, names, words, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hierhash.data.matfile import MatFile, pixel_axes
from hierhash.data.records import ImageRef


def label_rows(value: Any) -> tuple[list[list[int]], int]:
    """Numbers of each item's label columns, and how many columns there are.

    Args:
        value: (n, c) multi-hot, or one column / row of n class numbers.

    Raises:
        ValueError: Neither.

    Example:
        >>> label_rows(np.array([[1, 0, 1], [0, 0, 0]])), label_rows(np.array([[4], [9]]))
        (([[0, 2], []], 3), ([[0], [1]], 2))
    """
    array = np.asarray(value.toarray() if hasattr(value, "toarray") else value)
    if array.ndim != 2 or array.dtype.kind not in "biuf" or array.size == 0:
        raise ValueError("the labels are not a table of numbers")
    if 1 in array.shape:
        _, codes = np.unique(array.reshape(-1), return_inverse=True)
        return [[int(code)] for code in codes.reshape(-1)], int(codes.max()) + 1
    if len(np.unique(array)) > 2:
        raise ValueError("the labels are not multi-hot (more than two different values)")
    # Two values are 0 and 1, or -1 and 1.
    on = array > 0
    rows: list[list[int]] = [[] for _ in range(array.shape[0])]
    for row, column in np.argwhere(on).tolist():
        rows[row].append(column)
    return rows, int(array.shape[1])


def row_features(value: Any, n: int) -> Any:
    """Features as (n, d): a dense array, or a CSR matrix when the file holds them sparse.

    Raises:
        ValueError: Neither axis is n, or the values are not finite numbers.
    """
    if hasattr(value, "tocsr"):
        matrix = value.tocsr()
        if matrix.shape[0] != n:
            matrix = value.T.tocsr()
    else:
        matrix = np.asarray(value)
        if matrix.ndim != 2 or matrix.dtype.kind not in "biuf":
            raise ValueError("features are not a table of numbers")
        matrix = matrix if matrix.shape[0] == n else matrix.T
    if matrix.shape[0] != n:
        raise ValueError(f"{n} items by the labels but features of shape {value.shape}")
    values = matrix.data if hasattr(matrix, "tocsr") else matrix
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise ValueError("features hold NaN or infinite values")
    return matrix


def strings(value: Any, n: int) -> list[str]:
    """Read n texts out of a cell array or of a padded character table.

    Raises:
        ValueError: Not n texts.
    """
    texts = [_string(cell) for cell in np.asarray(value).reshape(-1)]
    if len(texts) != n:
        raise ValueError(f"{n} items by the labels but {len(texts)} texts or names")
    return texts


def _string(cell: Any) -> str:
    while isinstance(cell, np.ndarray):
        # A cell may hold several texts (five captions of one picture): they are joined.
        if cell.size != 1:
            return " ".join(_string(part) for part in cell.reshape(-1))
        cell = cell.reshape(-1)[0]
    return str(cell).strip()


def words(features: Any, vocabulary: Sequence[str] | Path) -> list[str | None]:
    """Readable texts from bags of words: the words whose column is not zero.

    Raises:
        ValueError: The vocabulary does not have one word a column.
    """
    if isinstance(vocabulary, Path):
        vocabulary = vocabulary.read_text(encoding="utf-8").split()
    if len(vocabulary) != features.shape[1]:
        raise ValueError(f"{len(vocabulary)} words for {features.shape[1]} columns of tags")
    rows, columns = features.nonzero()
    found: list[list[str]] = [[] for _ in range(features.shape[0])]
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        found[row].append(vocabulary[column])
    return [" ".join(row) or None for row in found]


def pictures(file: MatFile, name: str, n: int) -> list[ImageRef | None]:
    """References to the n pictures of a pixel array; nothing is read yet."""
    item_axis, channel_axis = pixel_axes(file.shapes[name], n)
    return [ImageRef(file.path, f"{name}/{row}/{item_axis}/{channel_axis}") for row in range(n)]
