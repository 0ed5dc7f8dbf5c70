"""Writing a folder whole or not at all, also in the place of an older one."""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hierhash.storage.whole_file import (
    cannot_write,
    current_umask,
    remove_leftovers,
    sync,
    temporary_prefix,
)

MANY = 100
_HERE, _EXCHANGE = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of Linux


@contextmanager
def whole_folder(path: Path, *, replace: bool = False) -> Iterator[Path]:
    """A temporary folder to fill; it stands at ``path`` when the block ends well.

    A folder that is replaced changes places with the new one in a single step, where the file
    system can do it (Linux); elsewhere a kill between two renames leaves the old one beside it
    under ``.NAME.hierhash-RANDOM.old``. Of a link the folder that it leads to is replaced.

    Args:
        path: Where the folder will be; its parent must exist.
        replace: Take the place of a folder that is there.

    Yields:
        The folder to fill, beside ``path``.

    Raises:
        HierhashError: The folder cannot be written, or something is there and ``replace`` is false.

    Example:
        >>> with tempfile.TemporaryDirectory() as home:
        ...     with whole_folder(Path(home, "index")) as folder:
        ...         _ = (folder / "a").write_text("1")
        ...     os.listdir(home)
        ['index']
    """
    held = None
    path = Path(os.path.realpath(path))
    try:
        temporary, held = _make_temporary(path)
        yield temporary
        _sync_all(temporary)
        if not replace and os.path.lexists(path):
            raise FileExistsError(17, "exists already")
        if replace and path.exists():
            _exchange(temporary, path)
        else:
            os.rename(temporary, path)
        sync(path.parent)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        if held is not None:
            # What is left under the temporary name is unfinished, or what was replaced.
            shutil.rmtree(temporary, ignore_errors=True)
            os.close(held)


def _make_temporary(path: Path) -> tuple[Path, int]:
    remove_leftovers(path)
    while True:
        temporary = Path(tempfile.mkdtemp(".tmp", temporary_prefix(path), path.parent))
        with suppress(FileNotFoundError):  # taken for a leftover before it was locked
            held = os.open(temporary, os.O_RDONLY)
            with suppress(OSError):  # a file system that knows no locks
                fcntl.flock(held, fcntl.LOCK_EX)
            if os.path.isdir(temporary):
                os.chmod(temporary, 0o777 & ~current_umask())
                return temporary, held
            os.close(held)


def _sync_all(folder: Path) -> None:
    paths = [folder, *folder.rglob("*")]
    if len(paths) > MANY:
        os.sync()  # one wait for the whole disk is shorter than thousands of waits
        return
    for path in paths:
        sync(path)


def _exchange(new: Path, old: Path) -> None:
    """Two folders change places: in one step where the system can, else in two."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    if rename and not rename(_HERE, os.fsencode(new), _HERE, os.fsencode(old), _EXCHANGE):
        return
    aside = new.with_suffix(".old")
    os.rename(old, aside)
    os.rename(new, old)
    shutil.rmtree(aside, ignore_errors=True)
