"""The asymmetric score: a real-valued query against binary codes, <clip(f, -1, 1), b>.

Cut to -1..1, no single bit decides (the query weighting of SHOH). Eight bits at a time come from a
table of 256 sums, so a code is never unpacked.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.packing import Codes, unpack

# (8, 256): the -1/+1 bits of every byte.
_SIGNS = unpack(np.arange(256, dtype=np.uint8)[:, None], 8).T.astype(np.float64)


def asymmetric_scores(output: NDArray[np.float32], codes: Codes) -> NDArray[np.float32]:
    """The score of every code for one query; larger is nearer.

    Memory: 12 bytes an item.

    Args:
        output: float32 (K,), the query's real outputs.
        codes: uint8 (n, bytes), packed codes of K bits.

    Returns:
        float32 (n,).

    Raises:
        ValueError: The codes are not of K bits.

    Example:
        >>> codes = np.array([[0b1000_0000], [0b0000_0001]], dtype=np.uint8)
        >>> asymmetric_scores(np.array([1, 0, 0, 0, 0, 0, 0, -3], np.float32), codes).tolist()
        [2.0, -2.0]
    """
    scores = np.zeros(len(codes), dtype=np.float32)
    for table, column in zip(byte_tables(output, codes.shape[1]), codes.T, strict=True):
        scores += table[column]
    return scores


def byte_tables(output: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """What each value of each byte of a code adds to a score, float32 (width, 256).

    Args:
        output: float32 (K,), the query's real outputs.
        width: Bytes of a code of K bits.

    Raises:
        ValueError: Codes of so many bytes are not of K bits.
    """
    if not 8 * (width - 1) < len(output) <= 8 * width:
        raise ValueError(f"{width} bytes a code do not hold {len(output)} bits")
    # Sums of eight in double precision: rounded once, they are the same numbers everywhere.
    weights = np.zeros((width, 8), dtype=np.float64)  # padding bits weigh nothing
    weights.reshape(-1)[: len(output)] = np.clip(output, -1.0, 1.0)
    return (weights @ _SIGNS).astype(np.float32)
