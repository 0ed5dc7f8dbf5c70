"""A folder that one process at a time may change."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hierhash.errors import RunError
from hierhash.storage.whole_file import cannot_write


@contextmanager
def locked(folder: Path, doing: str) -> Iterator[None]:
    """Holds a folder for the length of the block; it is made if it is missing.

    The lock is on the folder itself and ends with the process, so nothing is left behind.

    Args:
        folder: The folder.
        doing: What the holder does, for the message: ``trains into``.

    Raises:
        RunError: Another process holds it.
        HierhashError: The folder cannot be made or opened.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as home, locked(Path(home), "trains into"):
        ...     with locked(Path(home), "trains into"):
        ...         pass
        Traceback (most recent call last):
        hierhash.errors.RunError: ...: another process trains into this folder; wait for it, or ...
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise cannot_write(folder, error) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RunError(
                f"{folder}: another process {doing} this folder; wait for it, or choose another"
            ) from error
        yield
    finally:
        os.close(handle)
