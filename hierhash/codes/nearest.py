"""The k nearest codes of many queries in canonical order, (distance, row), by FAISS.

A part of the codes is gathered and scanned, which is faster than FAISS's own selectors and gives as
many answers as there are. FAISS promises no order of equal distances; a test holds it to this one.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.packing import Codes

WORTH_FAISS = 100_000
"""Comparisons below which numpy is done before FAISS is imported."""


def nearest(
    queries: Codes, codes: Codes, k: int, rows: NDArray[np.integer[Any]] | None = None
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The nearest codes to each query, nearest first and equal ones by row.

    Memory: the answers, and the codes of ``rows``.

    Args:
        queries: uint8 (q, bytes).
        codes: uint8 (n, bytes).
        k: Number of answers; all there are where they are fewer.
        rows: Which codes may answer, rising; None for all.

    Returns:
        Distances int32 (q, m) and rows int64 (q, m), m being k or what there is.

    Raises:
        ValueError: The widths differ.

    Example:
        >>> codes = np.array([[0b1111_0000], [0b1111_0001], [0b1111_0000]], np.uint8)
        >>> distances, rows = nearest(codes[:1], codes, 3)
        >>> distances.tolist(), rows.tolist()
        ([[0, 0, 1]], [[0, 2, 1]])
    """
    if queries.shape[1] != codes.shape[1]:
        raise ValueError(f"codes of {queries.shape[1]} and {codes.shape[1]} bytes have no distance")
    held = np.ascontiguousarray(codes if rows is None else codes[rows])
    m = min(k, len(held))
    if not m or not len(queries):
        empty = np.zeros((len(queries), m), dtype=np.int64)
        return empty.astype(np.int32), empty
    import faiss

    # One query is done before a second thread is awake.
    faiss.omp_set_num_threads(1 if len(queries) == 1 else len(os.sched_getaffinity(0)))
    distances, places = faiss.knn_hamming(np.ascontiguousarray(queries), held, m)
    return distances, places if rows is None else np.asarray(rows, dtype=np.int64)[places]
