"""Opens an index for a server: all that queries need is made before the first of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hierhash.answering.about import about_index, generation_of, reads
from hierhash.answering.session import Session
from hierhash.errors import DataError, RunError
from hierhash.retrieval.folder_store import FolderStore
from hierhash.retrieval.open_store import is_database, open_store

State = tuple[Any, ...]
TRIED = 5
PARTS = ("", "run", "parts")


@dataclass(frozen=True)
class OpenedIndex:
    """An index that is ready to answer.

    Args:
        session: Of its store.
        about: What is told of it.
        state: Of its files, when they were read; None of a database, which answers from what it
            holds at any moment.
    """

    session: Session
    about: Mapping[str, Any]
    state: State | None

    @property
    def changes(self) -> bool:
        """Whether its store answers from a state that others may change meanwhile."""
        return self.state is None

    @property
    def generation(self) -> str:
        """A word that changes with what it holds."""
        return str(self.about["generation"])

    @property
    def places(self) -> dict[str, str]:
        """Names of the server's files that clients are not told, and what stands for them."""
        store = self.session.store
        return {str(store.run): "the run", store.name: "the index"}


def open_index(name: str, read: Callable[[], None] = lambda: None) -> OpenedIndex:
    """Opens an index.

    Args:
        name: As of ``open_store``; where a link leads is what is opened.
        read: Called when what is large was read, and before networks are.

    Raises:
        RunError: There is none, or it is damaged.
    """
    if is_database(name):
        read()
        return _ready(Session(open_store(name)), name.rpartition("#")[2] or name, None)
    called = Path(name).name or Path(name).resolve().name
    for _ in range(TRIED):
        before = state_of(name)
        place = os.path.realpath(name) if os.path.isdir(name) else name
        try:
            store = open_store(place)
            if isinstance(store, FolderStore):
                store.warm()
            read()
            found = _ready(Session(store), called, before)
        except RunError:
            if state_of(name) == before:
                raise
            continue
        if state_of(name) == before:
            return found
    raise RunError(f"{name}: another process writes it again and again; try again later")


def _ready(session: Session, called: str, state: State | None) -> OpenedIndex:
    """Makes what is made once: the reader of texts and the run."""
    own = {"generation": generation_of(session.store), "reads": reads(session)}
    about = about_index(session, called) | own
    if "image" in about["reads"]:
        _ = session.saved
    if "text" in about["reads"]:
        with suppress(DataError):  # a word that nobody knows is read by its meaning, if by any
            session.answer_text("zqxjk", session.wish(1))
    return OpenedIndex(session, about, state)


def state_of(name: str) -> State | None:
    """What changes with the files of an index, or with the folder that a link leads to.

    Files that are being written have names that begin with a dot, and do not count.

    Returns:
        The state; None where there is no folder.
    """
    try:
        place = os.path.realpath(name)
        return (place, *sorted(one for part in PARTS for one in _files(place, part)))
    except OSError:
        return None


def _files(place: str, part: str) -> list[tuple[Any, ...]]:
    folder = os.path.join(place, part)
    if part and not os.path.isdir(folder):
        return []
    found = []
    with os.scandir(folder) as entries:
        for one in entries:
            if not one.name.startswith("."):
                known = one.stat(follow_symlinks=False)
                # The time of a folder changes with files that are being written in it.
                told = () if one.is_dir() else (known.st_size, known.st_mtime_ns)
                found.append((part, one.name, known.st_ino, *told))
    return found
