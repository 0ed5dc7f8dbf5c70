"""A store by the name that a user gives: a folder, or a database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hierhash.errors import RunError
from hierhash.retrieval.exact import ExactIndex
from hierhash.retrieval.folder_store import FolderStore
from hierhash.retrieval.postgres.address import is_database as is_database
from hierhash.retrieval.store import Store

if TYPE_CHECKING:
    from hierhash.retrieval.postgres.store import PostgresStore


def open_store(name: str) -> Store:
    """Opens a store.

    Args:
        name: A folder, ``postgresql://user@host/db#index`` or ``pgserver:FOLDER#index``.

    Raises:
        RunError: There is none, or it is damaged.
    """
    if is_database(name):
        return open_database(name)
    _check_kind(name)
    return FolderStore(Path(name))


def _check_kind(name: str) -> None:
    kind, parted, _ = name.partition("://")
    if parted:
        raise RunError(
            f"{kind}://: there is no such kind of index; it is a folder, postgresql:// or pgserver:"
        )


def make_store(name: str, index: ExactIndex) -> Store:
    """Makes a store of some items, whole or not at all.

    Args:
        name: As of ``open_store``.
        index: The items, with their run.

    Raises:
        RunError: The name is taken, or the store cannot keep such codes.
        HierhashError: It cannot be written.
    """
    if is_database(name):
        return _postgres().make(name, index)
    _check_kind(name)
    index.save(Path(name))
    return FolderStore(Path(name))


def open_database(name: str) -> PostgresStore:
    """Opens a store that is a database.

    Args:
        name: As of ``open_store``.

    Raises:
        RunError: There is none, it cannot be reached, or psycopg is missing.
    """
    return _postgres()(name)


def _postgres() -> type[PostgresStore]:
    try:
        from hierhash.retrieval.postgres.store import PostgresStore
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("psycopg"):
            raise
        raise RunError(
            "an index in PostgreSQL needs psycopg: pip install 'hierhash[postgres]'"
        ) from error
    return PostgresStore
