"""A folder that one process at a time may change."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hierhash.errors import RunError
from hierhash.storage.whole_file import cannot_write

_HELD = (errno.EWOULDBLOCK, errno.EACCES)
TRIES = 100


@contextmanager
def locked(folder: Path, doing: str) -> Iterator[None]:
    """Holds a folder for the length of the block; it is made if it is missing.

    The lock is on the folder itself and ends with the process, so nothing is left behind; a folder
    that was made for it and stayed empty is removed again. On a file system that knows no locks
    (some network drives) the block runs without one.

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
    made = not folder.exists()
    handle = _held(folder, doing)
    try:
        yield
    finally:
        if made:
            with suppress(OSError):  # it holds something
                folder.rmdir()
        os.close(handle)


def _held(folder: Path, doing: str) -> int:
    """An open handle of the folder with the lock on it."""
    tries = 0
    while True:
        tries += 1
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(folder, os.O_RDONLY)
        except FileNotFoundError as error:
            # Another holder may have just removed it; a place as /proc takes no folder at all.
            if folder.parent.is_dir() and tries < TRIES:
                continue
            raise cannot_write(folder, error) from error
        except OSError as error:
            raise cannot_write(folder, error) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _HELD:
                os.close(handle)
                raise RunError(
                    f"{folder}: another process {doing} this folder; wait for it, or choose another"
                ) from error
            return handle
        # Its maker may have removed the folder, and another stands there now.
        with suppress(OSError):
            if os.path.samestat(os.fstat(handle), os.stat(folder)):
                return handle
        os.close(handle)
