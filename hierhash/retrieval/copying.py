"""A store as another one: how a database is filled at first, and how one is backed up."""

from __future__ import annotations

from hierhash.errors import RunError
from hierhash.retrieval.open_store import make_store, open_store
from hierhash.retrieval.store import Store


def copy_store(source: str, to: str) -> Store:
    """Copies a store with its run, whole or not at all; rows are counted anew.

    Memory: all items, as ``read`` takes.

    Args:
        source: A store, as ``open_store`` takes it.
        to: The new one.

    Returns:
        The new one, open.

    Raises:
        RunError: The source is damaged or not complete, or the new name is taken.
        HierhashError: The new one cannot be written.
    """
    store = open_store(source)
    try:
        if not store.info()["complete"]:
            raise RunError(f"{store.name}: its encoding has not ended; give the same encode again")
        return make_store(to, store.read())
    finally:
        store.close()
