"""Hamming distance between packed codes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.packing import Codes

_WORDS = ((8, np.uint64), (4, np.uint32), (2, np.uint16), (1, np.uint8))


def hamming_distances(queries: Codes, database: Codes) -> NDArray[Any]:
    """All Hamming distances between two sets of packed codes.

    Padding bits are zero in both and so add nothing. Memory is that of the answer and two
    temporaries of its shape: give queries in chunks where the database is large.

    Args:
        queries: uint8 of shape (q, bytes).
        database: uint8 of shape (n, bytes).

    Returns:
        Shape (q, n), in bits; uint8, or uint16 for codes of more than 31 bytes.

    Raises:
        ValueError: The widths differ.

    Example:
        >>> a = np.array([[0b1111_0000]], dtype=np.uint8)
        >>> b = np.array([[0b1111_0000], [0b0000_1111]], dtype=np.uint8)
        >>> hamming_distances(a, b).tolist()
        [[0, 8]]
    """
    if queries.shape[1] != database.shape[1]:
        raise ValueError(
            f"codes of {queries.shape[1]} and {database.shape[1]} bytes have no distance"
        )
    dtype = np.uint8 if queries.shape[1] <= 31 else np.uint16
    total: NDArray[Any] | None = None
    for mine, theirs in zip(_words(queries), _words(database), strict=True):
        part = np.bitwise_count(mine[:, None] ^ theirs[None, :])
        total = part.astype(dtype, copy=False) if total is None else np.add(total, part, out=total)
    if total is None:
        return np.zeros((len(queries), len(database)), dtype=dtype)
    return total


def _words(codes: Codes) -> list[NDArray[Any]]:
    """The columns of a code matrix as the widest machine words that fit."""
    columns: list[NDArray[Any]] = []
    start = 0
    for width, dtype in _WORDS:
        while codes.shape[1] - start >= width:
            columns.append(np.ascontiguousarray(codes[:, start : start + width]).view(dtype)[:, 0])
            start += width
    return columns
