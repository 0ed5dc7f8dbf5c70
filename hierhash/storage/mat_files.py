"""MATLAB files of both kinds (v5 through scipy, v7.3 through h5py) behind one small class.

Arrays are given in MATLAB's own order of axes, whichever the kind of file.
"""

from __future__ import annotations

import io
import math
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hierhash.errors import DataError
from hierhash.storage.arrays import MOST_TIGHTLY_PACKED
from hierhash.storage.hdf5_guard import check_dataset, refuse_external_links


class MatFile:
    """Variables of a .mat file.

    Args:
        path: The file.

    Raises:
        DataError: The file is missing or is no .mat file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._h5: Any = None
        self.shapes: dict[str, tuple[int, ...]] = {}
        if not path.is_file():
            raise DataError(f"{path}: the file does not exist; check the path")
        try:
            self._list()
        except DataError:
            raise
        except Exception as error:  # scipy and h5py raise many kinds on damaged files
            raise DataError(f"{path}: not a readable .mat file ({error}); save it again") from None

    def _list(self) -> None:
        with self.path.open("rb") as file:
            head = file.read(520)
        # A v7.3 file is HDF5 behind a header of 512 bytes; Python writes HDF5 without the header.
        if b"\x89HDF\r\n\x1a\n" in (head[:8], head[512:520]):
            self._h5 = _h5py(self.path).File(self.path, "r")
            refuse_external_links(self.path, self._h5)
            for name, item in self._h5.items():
                if not name.startswith("#"):
                    self.shapes[name] = self._h5_shape(item)
        else:
            from scipy import io as scipy_io

            most = self.path.stat().st_size * MOST_TIGHTLY_PACKED
            for name, shape, kind in scipy_io.whosmat(str(self.path)):
                values = sum(shape) if kind == "sparse" else math.prod(shape)
                if values > most:
                    raise DataError(
                        f"{self.path}: '{name}' has the shape {tuple(shape)}, more than the file "
                        "can hold; save it again"
                    )
                self.shapes[name] = tuple(shape)

    def _h5_shape(self, item: Any) -> tuple[int, ...]:
        if not hasattr(item, "shape"):
            rows = int(item.attrs.get("MATLAB_sparse", 0))
            columns = len(item["jc"]) - 1 if "jc" in item else 0
            if not 0 <= rows <= self.path.stat().st_size * MOST_TIGHTLY_PACKED:
                raise DataError(
                    f"{self.path}: '{item.name}' has {rows:,} rows, more than the file can hold; "
                    "save it again"
                )
            return rows, columns
        shape = tuple(int(size) for size in item.shape)
        return tuple(reversed(shape)) if from_matlab(item) else shape

    def load(self, name: str) -> Any:
        """A variable as an array, a scipy.sparse matrix, or an object array of texts."""
        try:
            if self._h5 is not None:
                return self._load_h5(self._h5[name])
            from scipy import io as scipy_io

            return scipy_io.loadmat(str(self.path), variable_names=[name])[name]
        except DataError:
            raise
        except Exception as error:
            raise DataError(f"{self.path}: cannot read variable '{name}' ({error})") from None

    def _load_h5(self, item: Any) -> Any:
        if not hasattr(item, "shape"):
            from scipy import sparse

            data = tuple(self._values(item[part]) for part in ("data", "ir", "jc"))
            matrix = sparse.csc_matrix(data, shape=self._h5_shape(item))
            matrix.check_format(full_check=True)  # scipy looks at no index by itself
            return matrix
        if item.dtype.kind == "O":  # a cell array: references to arrays of character numbers
            cells = [self._h5[reference] for reference in self._values(item).T.reshape(-1)]
            texts = ["".join(map(chr, self._values(cell).reshape(-1))) for cell in cells]
            return np.array(texts, dtype=object)
        array = self._values(item)
        return array.T if from_matlab(item) else array

    def _values(self, item: Any) -> NDArray[Any]:
        """All values of a dataset, which lie in this file and fit into it."""
        check_dataset(self.path, item)
        return np.asarray(item)

    def rows_of(self, name: str, axis: int, row: int) -> NDArray[Any]:
        """One slice of a large array, without reading the rest where the file allows it."""
        if self._h5 is None:
            return np.asarray(np.take(_loaded(str(self.path), name), row, axis=axis))
        item = self._h5[name]
        check_dataset(self.path, item)
        index: list[Any] = [slice(None)] * len(item.shape)
        index[len(index) - 1 - axis if from_matlab(item) else axis] = row
        array = np.asarray(item[tuple(index)])
        return array.T if from_matlab(item) else array


def from_matlab(item: Any) -> bool:
    """True for an array that MATLAB wrote, whose axes HDF5 holds in reverse."""
    return "MATLAB_class" in item.attrs


def pixel_axes(shape: tuple[int, ...], n: int) -> tuple[int, int]:
    """Axis of the items and axis of the channels in an array of n pictures.

    Raises:
        ValueError: The shape is not that of n pictures.

    Example:
        >>> pixel_axes((224, 224, 3, 500), 500), pixel_axes((500, 3, 224, 224), 500)
        ((3, 2), (0, 1))
    """
    if len(shape) == 4:
        for item_axis, channel_axis in ((3, 2), (0, 3), (0, 1)):
            if shape[item_axis] == n and shape[channel_axis] in (1, 3):
                return item_axis, channel_axis
    raise ValueError(f"an array of shape {shape} does not hold {n} pictures")


def pixel_row(path: Path, member: str) -> bytes:
    """A picture out of an array, as an uncompressed BMP file.

    Args:
        path: The .mat file.
        member: ``FIELD/ROW/ITEM_AXIS/CHANNEL_AXIS`` as the reader wrote it.

    Raises:
        DataError: The file or the variable cannot be read.
    """
    name, row, item_axis, channel_axis = member.rsplit("/", 3)
    try:
        array = open_mat(path).rows_of(name, int(item_axis), int(row))
    except (KeyError, IndexError, OSError, ValueError) as error:
        raise DataError(f"{path}::{member}: cannot read the image ({error})") from None
    channel = int(channel_axis) - (int(channel_axis) > int(item_axis))
    pixels = np.moveaxis(array, channel, -1)
    if pixels.dtype != np.uint8:
        scale = 255.0 if float(pixels.max(initial=0)) <= 1.0 else 1.0
        pixels = np.clip(np.rint(pixels * scale), 0, 255).astype(np.uint8)
    pixels = np.repeat(pixels, 3, axis=-1) if pixels.shape[-1] == 1 else pixels
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, "BMP")
    return buffer.getvalue()


def open_mat(path: Path) -> MatFile:
    """The file, opened once per process and kept open."""
    try:
        return _open(str(path), path.stat().st_mtime_ns, os.getpid())
    except OSError:
        raise DataError(f"{path}: the file does not exist; check the path") from None


@lru_cache(maxsize=8)
def _open(path: str, changed_ns: int, process: int) -> MatFile:
    return MatFile(Path(path))


@lru_cache(maxsize=1)
def _loaded(path: str, name: str) -> Any:
    """A v5 file cannot be read in part: the last array read is kept."""
    return MatFile(Path(path)).load(name)


def _h5py(path: Path) -> Any:
    try:
        import h5py
    except ImportError:
        raise DataError(f"{path}: v7.3 files need h5py: pip install 'hierhash[tables]'") from None
    return h5py
