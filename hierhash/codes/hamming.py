"""Hamming distance between packed codes."""

from __future__ import annotations

from collections.abc import Sequence
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
    asking = [word[:, None] for word in machine_words(queries)]
    items = [word[None, :] for word in machine_words(database)]
    if not items:
        return np.zeros((len(queries), len(database)), dtype=np.uint8)
    return word_distances(asking, items)


def machine_words(codes: Codes) -> list[NDArray[Any]]:
    """The columns of packed codes as the widest machine words that fit, one array (n,) each."""
    columns: list[NDArray[Any]] = []
    start = 0
    for width, dtype in _WORDS:
        while codes.shape[1] - start >= width:
            columns.append(np.ascontiguousarray(codes[:, start : start + width]).view(dtype)[:, 0])
            start += width
    return columns


def word_distances(left: Sequence[Any], right: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Hamming distances between codes given as ``machine_words``, shapes broadcast."""
    total: NDArray[Any] = np.bitwise_count(left[0] ^ right[0])
    if sum(word.itemsize for word in right) > 31:
        total = total.astype(np.uint16)
    for mine, theirs in zip(left[1:], right[1:], strict=True):
        np.add(total, np.bitwise_count(mine ^ theirs), out=total)
    return total
