"""Text files in and out: UTF-8 only, and never half written."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from hierhash.errors import TreeError


def read_text(path: str | os.PathLike[str]) -> str:
    """A UTF-8 text file, with or without byte-order mark.

    Raises:
        TreeError: The file is missing, unreadable or not UTF-8.
    """
    try:
        return Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TreeError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    except OSError as error:
        raise TreeError(f"{path}: {error.strerror or error}; give a readable file") from None


def write_whole(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write a file under a temporary name beside it, then put it in place in one step.

    Raises:
        TreeError: The folder cannot be written.
    """
    target = Path(path)
    data = content.encode() if isinstance(content, str) else content
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            # mkstemp makes the file private; give it the rights that an ordinary new file has.
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(temporary, 0o666 & ~mask)
            os.replace(temporary, target)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise TreeError(f"{path}: {error.strerror or error}; choose a writable place") from None
