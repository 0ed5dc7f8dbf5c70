"""Write folders all or nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hierhash.errors import DataError


@contextmanager
def new_folder(path: Path, *, force: bool, marker: str) -> Iterator[Path]:
    """Fill a new folder under a temporary name; it appears at ``path`` only when all went well.

    Args:
        path: Where the folder will be.
        force: Replace a folder that is there, if it is empty or holds the file ``marker``.
        marker: Name of a file that shows that the old folder is one of ours.

    Yields:
        The temporary folder to fill.

    Raises:
        DataError: Something is at ``path`` already, or the place cannot be written.
    """
    check_target(path, force, marker)
    try:
        temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.absolute().parent))
    except OSError as error:
        raise DataError(f"{path}: cannot make the folder ({error.strerror})") from None
    try:
        filling = temporary / "new"
        filling.mkdir()
        yield filling
        if path.exists():
            os.replace(path, temporary / "old")
        os.replace(filling, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def check_target(path: Path, force: bool, marker: str) -> None:
    """Refuse a place where a new folder must not be written; arguments as for `new_folder`.

    Raises:
        DataError: Something is there that is not to be replaced, or there is no folder to hold it.
    """
    if not path.absolute().parent.is_dir():
        raise DataError(f"{path}: its folder does not exist; make it first")
    if not path.exists():
        return
    if not force:
        raise DataError(f"{path}: exists already; give another place or --force to replace it")
    # --force must not be able to delete a folder of something else.
    ours = path.is_dir() and ((path / marker).is_file() or not any(path.iterdir()))
    if not ours:
        raise DataError(f"{path}: not a folder with {marker}, so --force does not replace it")
