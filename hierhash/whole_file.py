"""Writing a file whole or not at all, with one clear line when there is no room or no right."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hierhash.errors import HierhashError, InputError

# The user named the place; a full disk or a broken one is no mistake of theirs.
WRONG_PLACE = (FileNotFoundError, FileExistsError, NotADirectoryError, IsADirectoryError)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary name to write to, put in place when all went well and removed otherwise.

    Args:
        path: Where the file will be; a file there stays as it is until the new one is complete.

    Yields:
        The temporary name, in the same folder.

    Raises:
        HierhashError: The file cannot be written.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield unfinished
        os.replace(unfinished, path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        # The place may be no folder at all, which has been said by now.
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Writes UTF-8 text, whole or not at all.

    Raises:
        HierhashError: The file cannot be written.
    """
    with whole_file(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")


def cannot_write(path: Path, error: OSError) -> HierhashError:
    """What the user is told when a place cannot be written.

    Example:
        >>> str(cannot_write(Path("run/x.json"), OSError(28, "No space left on device")))
        'run/x.json: cannot be written (No space left on device); free room or choose another place'
    """
    reason = error.strerror or error
    kind = InputError if isinstance(error, WRONG_PLACE) else HierhashError
    return kind(f"{path}: cannot be written ({reason}); free room or choose another place")
