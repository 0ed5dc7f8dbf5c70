"""Members of zip archives: archives stay open, so that reading many small members is quick."""

from __future__ import annotations

import os
import zipfile
from functools import lru_cache
from pathlib import Path

from hierhash.errors import DataError


# The process id is part of the key: forked workers that shared one file offset would read garbage.
@lru_cache(maxsize=16)
def _opened(path: str, changed_ns: int, size: int, process: int) -> zipfile.ZipFile:
    return zipfile.ZipFile(path)


def open_archive(path: Path) -> zipfile.ZipFile:
    """The archive at ``path``, opened once per process and kept open.

    Raises:
        DataError: The file does not exist or is not a zip archive.
    """
    try:
        state = path.stat()
        return _opened(str(path), state.st_mtime_ns, state.st_size, os.getpid())
    except FileNotFoundError:
        raise DataError(f"{path}: the archive does not exist; check the path") from None
    except (zipfile.BadZipFile, OSError) as error:
        raise DataError(f"{path}: not a readable zip archive ({error}); make it again") from None


def read_member(path: Path, member: str) -> bytes:
    """The bytes of one member.

    Raises:
        DataError: The archive has no such member, or the member is damaged or encrypted.
    """
    archive = open_archive(path)
    try:
        return archive.read(member)
    except KeyError:
        raise DataError(f"{path}: has no member '{member}'; check the file name") from None
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError) as error:
        raise DataError(f"{path}: cannot read member '{member}' ({error})") from None
    except Exception as error:  # zlib.error and lzma.LZMAError have no common parent
        raise DataError(f"{path}: member '{member}' is damaged ({error})") from None
