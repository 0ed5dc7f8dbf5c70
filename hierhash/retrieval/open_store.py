"""A store by the name that a user gives: a folder, or a database."""

from __future__ import annotations

from pathlib import Path

from hierhash.retrieval.folder_store import FolderStore
from hierhash.retrieval.store import Store


def open_store(name: str) -> Store:
    """Opens a store.

    Args:
        name: A folder.

    Raises:
        RunError: There is none, or it is damaged.
    """
    return FolderStore(Path(name))
