"""Arrays of .npy and .npz files, refused before memory is taken when a header claims too much."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from hierhash.errors import DataError

MOST_TIGHTLY_PACKED = 1032
"""Deflate packs no more than 1,032 bytes into one: what claims more is not in the file."""
MOST_COLUMNS = 10_000_000


def map_array(path: Path) -> NDArray[Any]:
    """The array of a .npy file, read-only and mapped from the disk.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no .npy file, is damaged, holds Python objects, or its header claims more
            values than the file has.

    Example:
        >>> import tempfile
        >>> with tempfile.NamedTemporaryFile(suffix=".npy") as file:
        ...     np.save(file.name, np.arange(3))
        ...     map_array(Path(file.name)).tolist()
        [0, 1, 2]
    """
    with open(path, "rb") as stream:
        if stream.read(6) != b"\x93NUMPY":
            raise ValueError("not a .npy file")
        stream.seek(0)
        try:
            _check_header(stream, path.stat().st_size)
            array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
        except (ArithmeticError, TypeError, EOFError, SyntaxError) as error:
            raise ValueError("a damaged .npy file") from error
    return array


class HeaderError(ValueError):
    """A header asks for more values than there are bytes for."""


def _check_header(file: BinaryIO | Any, size: int) -> None:
    """Compare what the header of a .npy file asks for with the bytes that are there."""
    version = np.lib.format.read_magic(file)
    read = (
        np.lib.format.read_array_header_1_0
        if version == (1, 0)
        else np.lib.format.read_array_header_2_0
    )
    shape, _, dtype = read(file)
    asked = math.prod(shape) * dtype.itemsize
    held = size - file.tell()
    if min(shape, default=0) < 0 or (asked > held and not dtype.hasobject):
        raise HeaderError(f"its header asks for {asked:,} bytes but {held:,} are there")


def load_features(path: Path) -> Any:
    """A two-dimensional array of numbers, mapped from a .npy file, or a CSR matrix from a .npz.

    Raises:
        DataError: Not such an array, or a header that asks for more than the file holds.
    """
    try:
        array = _sparse(path) if path.suffix == ".npz" else map_array(path)
    except DataError:
        raise
    except HeaderError as error:
        raise DataError(f"{path}: {error}; save it again") from None
    except Exception as error:  # numpy, zipfile and scipy raise many kinds on damaged files
        raise DataError(f"{path}: not a readable array ({error}); save it again") from None
    if array.ndim != 2 or array.dtype.kind not in "fiu":
        raise DataError(
            f"{path}: an array of {array.ndim} dimensions and type {array.dtype}; features are "
            "numbers, one row an item"
        )
    return array


def _sparse(path: Path) -> Any:
    from scipy import sparse

    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            name = f"{path}::{member.filename}"
            if member.file_size > MOST_TIGHTLY_PACKED * member.compress_size:
                raise DataError(
                    f"{name}: claims {member.file_size:,} bytes that the file cannot hold"
                )
            with archive.open(member) as file:
                try:
                    _check_header(file, member.file_size)
                except HeaderError as error:
                    raise DataError(f"{name}: {error}; save it again") from None
    found = sparse.load_npz(path)
    if found.format not in ("csr", "csc", "coo"):
        raise DataError(f"{path}: a sparse matrix of format {found.format}; save it as csr")
    _check_indices(path, found)
    return sparse.csr_matrix(found)


def _check_indices(path: Path, matrix: Any) -> None:
    """Indices out of range are not looked at by scipy, and would read or write foreign memory."""
    if max(matrix.shape) > MOST_COLUMNS:
        raise DataError(
            f"{path}: a shape of {matrix.shape}, beyond {MOST_COLUMNS:,} columns or rows"
        )
    if matrix.format == "coo":
        return  # scipy looks at these itself
    inner = matrix.shape[1] if matrix.format == "csr" else matrix.shape[0]
    starts = matrix.indptr
    rising = starts[0] == 0 and (np.diff(starts) >= 0).all() and starts[-1] <= len(matrix.indices)
    if not rising or len(matrix.indices) != len(matrix.data):
        raise DataError(f"{path}: the starts of its rows do not fit its values; save it again")
    wrong = np.flatnonzero((matrix.indices < 0) | (matrix.indices >= inner))
    if len(wrong):
        row = int(np.searchsorted(starts, wrong[0], side="right"))
        what = "row" if matrix.format == "csr" else "column"
        raise DataError(
            f"{path}: {what} {row} holds the index {matrix.indices[wrong[0]]}, but there are only "
            f"{inner} ({len(wrong)} such values); save it again"
        )
