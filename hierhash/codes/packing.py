"""The sign rule and bit packing.

sign(0) = +1 everywhere. Packed codes are ``numpy.packbits`` big-endian rows; padding bits are zero
and never counted.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint8]


def sign(outputs: NDArray[Any]) -> NDArray[np.int8]:
    """Codes of real-valued outputs: -1 or +1, zero counting as +1.

    Args:
        outputs: Any shape, real.

    Returns:
        int8 of the same shape, every entry -1 or +1.

    Raises:
        ValueError: An entry is not a number, which has no sign.

    Example:
        >>> sign(np.array([-0.5, 0.0, 2.0])).tolist()
        [-1, 1, 1]
    """
    outputs = np.asarray(outputs)
    if np.isnan(outputs).any():
        raise ValueError("outputs hold NaN, which has no sign")
    return np.where(outputs >= 0, np.int8(1), np.int8(-1))


def pack(outputs: NDArray[Any]) -> Codes:
    """Bytes of real outputs or -1/+1 codes: from shape (n, bits) to (n, ceil(bits / 8)).

    Raises:
        ValueError: The array is not two-dimensional or holds NaN.

    Example:
        >>> pack(np.array([[1, -1, -1, 1, 1, 1, 1, 1, -1, 1]])).tolist()
        [[159, 64]]
    """
    outputs = np.asarray(outputs)
    if outputs.ndim != 2:
        raise ValueError(f"codes have shape (n, bits), got {outputs.shape}")
    return np.packbits(sign(outputs) > 0, axis=1)


def unpack(codes: Codes, bits: int) -> NDArray[np.int8]:
    """The -1/+1 codes, int8 of shape (n, bits), of packed codes.

    Raises:
        ValueError: The codes' width is not that of ``bits``.

    Example:
        >>> unpack(pack(np.array([[1, -1, -1]])), bits=3).tolist()
        [[1, -1, -1]]
    """
    if codes.ndim != 2 or codes.shape[1] != packed_width(bits):
        raise ValueError(f"packed codes of {bits} bits have {packed_width(bits)} bytes a row")
    ones = np.unpackbits(codes, axis=1, count=bits).astype(np.int8)
    return np.asarray(2 * ones - 1, dtype=np.int8)


def check_codes(codes: Codes, bits: int) -> None:
    """Checks that packed codes are of a length: their width, and zeros after the last bit.

    Other codes would be compared in more bits than are told, or in fewer.

    Raises:
        ValueError: They are not.

    Example:
        >>> check_codes(np.array([[0b11110001]], dtype=np.uint8), bits=4)
        Traceback (most recent call last):
        ValueError: codes of 4 bits end with 4 zeros in their last byte; these do not
    """
    if codes.ndim != 2 or codes.shape[1] != packed_width(bits):
        raise ValueError(f"packed codes of {bits} bits have {packed_width(bits)} bytes a row")
    padding = packed_width(bits) * 8 - bits
    if padding and (codes[:, -1] & ((1 << padding) - 1)).any():
        raise ValueError(
            f"codes of {bits} bits end with {padding} zeros in their last byte; these do not"
        )


def packed_width(bits: int) -> int:
    """Bytes a packed code of ``bits`` bits takes.

    Example:
        >>> packed_width(16), packed_width(17)
        (2, 3)
    """
    return (bits + 7) // 8
