"""Values of .mat variables as rows: labels, features, names, words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def label_rows(parts: Sequence[Any]) -> list[tuple[list[list[int]], int]]:
    """Of each part of the data, the label columns of each item and how many columns there are.

    Args:
        parts: (n, c) multi-hot each, or one column / row of n class numbers. Class numbers become
            columns in the order of all numbers of all parts, so that a class is the same column
            in every part.

    Raises:
        ValueError: Neither.

    Example:
        >>> label_rows([np.array([[1, 0, 1], [0, 0, 0]])])
        [([[0, 2], []], 3)]
        >>> label_rows([np.array([[4], [9]]), np.array([[4], [12]])])
        [([[0], [1]], 3), ([[0], [2]], 3)]
    """
    tables = [_label_table(part) for part in parts]
    numbered = [table.reshape(-1) for table in tables if 1 in table.shape]
    classes = np.unique(np.concatenate(numbered)) if numbered else np.zeros(0)
    return [
        _class_columns(table, classes) if 1 in table.shape else _multi_hot_columns(table)
        for table in tables
    ]


def _label_table(value: Any) -> NDArray[Any]:
    table = np.asarray(value.toarray() if hasattr(value, "toarray") else value)
    if table.ndim != 2 or table.dtype.kind not in "biuf" or table.size == 0:
        raise ValueError("the labels are not a table of numbers")
    if table.dtype.kind == "f" and not np.isfinite(table).all():
        raise ValueError("the labels hold NaN or infinite values; write 0 where there is no label")
    return table


def _class_columns(table: NDArray[Any], classes: NDArray[Any]) -> tuple[list[list[int]], int]:
    columns = np.searchsorted(classes, table.reshape(-1))
    return [[column] for column in columns.tolist()], len(classes)


def _multi_hot_columns(table: NDArray[Any]) -> tuple[list[list[int]], int]:
    if len(np.unique(table)) > 2:
        raise ValueError("the labels are not multi-hot (more than two different values)")
    rows: list[list[int]] = [[] for _ in range(table.shape[0])]
    # Two values are 0 and 1, or -1 and 1.
    for row, column in np.argwhere(table > 0).tolist():
        rows[row].append(column)
    return rows, int(table.shape[1])


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
