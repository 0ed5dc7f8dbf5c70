"""Text files in: UTF-8 only."""

from __future__ import annotations

import os
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
