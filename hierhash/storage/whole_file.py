"""Writing a file whole or not at all, so that it lasts through a crash and a power cut.

A file is written under a name of its own (``.NAME.hierhash-RANDOM.tmp``), brought to the disk and
put in place in one step. The temporary file is locked while it is written: what a killed process
left behind has no lock, and the next write of the same file removes it.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

from hierhash.errors import HierhashError, InputError

# The user named the place; a full disk or a broken one is no mistake of theirs.
WRONG_PLACE = (FileNotFoundError, FileExistsError, NotADirectoryError, IsADirectoryError)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A stream to write to; its content stands at ``path`` when the block ends well.

    Args:
        path: Where the file will be; a file there stays as it is until the new one is complete.

    Yields:
        A binary stream of a temporary file in the same folder.

    Raises:
        HierhashError: The file cannot be written.

    Example:
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with whole_file(Path(folder, "a.txt")) as stream:
        ...         _ = stream.write(b"all of it")
        ...     Path(folder, "a.txt").read_text()
        'all of it'
    """
    stream = None
    try:
        stream = _open_temporary(path)
        with stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
            os.replace(stream.name, path)
            sync(path.parent)
    except BaseException as error:
        if stream is not None:
            # Once it is in place, there is no such name any more.
            with suppress(OSError):
                os.unlink(stream.name)
        if isinstance(error, OSError):
            raise cannot_write(path, error) from error
        raise


def _open_temporary(path: Path) -> BinaryIO:
    remove_leftovers(path)
    while True:
        handle, name = tempfile.mkstemp(".tmp", temporary_prefix(path), path.parent)
        with suppress(OSError):  # a file system that knows no locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        # Another process may have taken the file for a leftover before it was locked.
        if os.fstat(handle).st_nlink:
            os.chmod(name, 0o666 & ~current_umask())
            # The name stays that of the file, which os.replace and os.unlink need.
            return open(name, "wb", opener=partial(_given, handle))
        os.close(handle)


def _given(handle: int, _name: str, _flags: int) -> int:
    return handle


def remove_leftovers(path: Path) -> None:
    """Removes temporary files and folders of ``path`` that no living process holds."""
    ours = re.compile(re.escape(temporary_prefix(path)) + r"[a-z0-9_]{8}\.tmp")
    with suppress(OSError):
        for left in path.parent.iterdir():
            if ours.fullmatch(left.name):
                _remove_unless_held(left)


def temporary_prefix(path: Path) -> str:
    """How the name of a temporary file or folder begins; no user's file is called so."""
    return f".{path.name}.hierhash-"


def _remove_unless_held(left: Path) -> None:
    with suppress(OSError):
        handle = os.open(left, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()
        finally:
            os.close(handle)


def sync(path: Path) -> None:
    """Brings a file, or the names in a folder, to the disk, so that it outlasts a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def current_umask() -> int:
    """The rights that new files of this process lack; the temporary ones start private."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_text(path: Path, text: str) -> None:
    """Writes UTF-8 text, whole or not at all.

    Raises:
        HierhashError: The file cannot be written.
    """
    with whole_file(path) as stream:
        stream.write(text.encode("utf-8"))


def cannot_write(path: Path, error: OSError) -> HierhashError:
    """What the user is told when a place cannot be written.

    Example:
        >>> str(cannot_write(Path("run/x.json"), OSError(28, "No space left on device")))
        'run/x.json: cannot be written (No space left on device); free room or choose another place'
    """
    reason = error.strerror or error
    if isinstance(error, WRONG_PLACE):
        return InputError(f"{path}: cannot be written ({reason}); choose another place")
    return HierhashError(f"{path}: cannot be written ({reason}); free room or choose another place")
