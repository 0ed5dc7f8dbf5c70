"""Arrays of .npy files, refused before any memory is taken when the header claims too much."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def map_array(path: Path) -> NDArray[Any]:
    """The array of a .npy file, read-only and mapped from the disk.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no .npy file, it holds Python objects, or its header claims more values
            than the file has.

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
    try:
        # A product of sizes that wraps around would slip under the size of the file.
        with np.errstate(over="raise"):
            array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ArithmeticError, TypeError, EOFError, SyntaxError) as error:
        raise ValueError("a damaged .npy file") from error
    return array
