"""The store that is a folder, searched in memory: the default.

It answers from what the folder held when it was opened, or when this object last changed it.
Memory: that of ``ExactIndex``, and the words of the items once they are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.coded import Coded
from hierhash.codes.distances import Distance, Hamming
from hierhash.codes.packing import Codes
from hierhash.errors import RunError
from hierhash.labels.changes import Told
from hierhash.labels.facets import CATEGORY
from hierhash.labels.paths import Path as Node
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.accelerated import Accelerated
from hierhash.retrieval.accelerator import Accelerator
from hierhash.retrieval.additions import read_changes
from hierhash.retrieval.by_score import FEWER, WHOLE
from hierhash.retrieval.changing import UNFINISHED, add_items, remove_items
from hierhash.retrieval.conditions import Below, Condition
from hierhash.retrieval.exact import ExactIndex
from hierhash.retrieval.filtering import Filter
from hierhash.retrieval.id_rows import IdRows, known_rows
from hierhash.retrieval.items import Hit, Ranked, check_answers
from hierhash.retrieval.load_index import load_index
from hierhash.retrieval.relabel import Relabelled, relabel
from hierhash.retrieval.words_search import WordsSearch, said_of


class FolderStore:
    """A folder of coded items. See ``Store`` for what is not said here.

    Args:
        folder: The folder.

    Raises:
        RunError: It is no index, a file is missing or damaged, or they do not fit each other.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.index = load_index(folder)

    @property
    def name(self) -> str:
        """The folder."""
        return str(self.folder)

    @property
    def manifest(self) -> Mapping[str, Any]:
        """See ``Store``."""
        return self.index.manifest

    @property
    def run(self) -> Path:
        """See ``Store``."""
        return self.index.run

    @property
    def distance(self) -> Distance:
        """See ``Store``."""
        return self.index.distance

    @property
    def tree(self) -> LabelTree | None:
        """See ``Store``."""
        return self.index.tree

    @property
    def moved(self) -> Mapping[Node, Node]:
        """See ``Store``."""
        return self.index.moved

    @property
    def is_complete(self) -> bool:
        """Whether the encoding that writes it has ended."""
        return not (self.folder / UNFINISHED).is_file()

    def __len__(self) -> int:
        """Number of items."""
        return len(self.index)

    @cached_property
    def _filter(self) -> Filter:
        return Filter(self.index)

    @cached_property
    def _ids(self) -> IdRows:
        index = self.index
        return IdRows((index.id_of(row) for row in range(len(index))), index.id_of)

    @cached_property
    def _words(self) -> WordsSearch:
        index = self.index
        filed = {name: self._filter.filed(name) for name in (CATEGORY, *index.facets)}
        return WordsSearch((said_of(index.item(row)) for row in range(len(index))), filed)

    def reading(self) -> AbstractContextManager[None]:
        """See ``Store``: the index in memory does not change."""
        return nullcontext()

    def search(
        self,
        query: Coded,
        k: int = 20,
        where: Sequence[Condition] = (),
        rescore: bool = True,
        skip: int = 0,
    ) -> list[Hit]:
        """See ``Store``."""
        found = self.ranked(query, k, where, rescore, skip)
        return found.hits(self.items(found.rows.tolist()))

    def ranked(
        self,
        query: Coded,
        k: int = 20,
        where: Sequence[Condition] = (),
        rescore: bool = True,
        skip: int = 0,
    ) -> Ranked:
        """See ``Store``."""
        check_answers("k", k)
        check_answers("skip", skip)
        found = self.index.ranked(query, k + skip, self._filter.rows(where), rescore)
        return found.after(skip)

    def nearest(
        self, queries: Codes, k: int, where: Sequence[Condition] = ()
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """See ``Store``."""
        return self.index.nearest(queries, k, self._filter.rows(where))

    def words(self, text: str, k: int, where: Sequence[Condition] = ()) -> list[tuple[int, float]]:
        """See ``Store``; BM25."""
        below = [one for one in where if isinstance(one, Below)]
        rows = self._filter.rows([one for one in where if not isinstance(one, Below)])
        return self._words.search(text, k, rows, below)

    def items(self, rows: Sequence[int]) -> list[dict[str, Any]]:
        """See ``Store``."""
        return [self.index.item(row) for row in rows]

    def rows_of(self, ids: Sequence[str]) -> list[int]:
        """See ``Store``."""
        return known_rows(self.name, ids, self._ids.find(ids))

    def stored(self, rows: Sequence[int]) -> NDArray[Any]:
        """See ``Store``."""
        found: NDArray[Any] = self.index.codes[np.asarray(rows, dtype=np.int64)]
        return found

    def first(self, k: int, where: Sequence[Condition] = (), skip: int = 0) -> list[Hit]:
        """See ``Store``."""
        check_answers("k", k)
        check_answers("skip", skip)
        rows = self._filter.rows(where)
        n = len(self.index) if rows is None else len(rows)
        places = range(min(skip, n), min(skip + k, n))
        found = list(places) if rows is None else rows[places.start : places.stop].tolist()
        return [Hit(self.index.item(row), None, None, row) for row in found]

    def count(self, where: Sequence[Condition] = ()) -> int:
        """See ``Store``."""
        rows = self._filter.rows(where)
        return len(self.index) if rows is None else len(rows)

    def counts(self, name: str, where: Sequence[Condition] = ()) -> dict[Node, int]:
        """See ``Store``."""
        return self._filter.counts(name, where)

    def columns(self) -> list[str]:
        """See ``Store``."""
        return self._filter.columns()

    def values(self, column: str) -> list[str]:
        """See ``Store``."""
        return self._filter.values(column)

    def add(self, new: ExactIndex, replacing: bool = False) -> int:
        """See ``Store``; one process at a time changes the folder."""
        replaced = add_items(self.folder, new, replacing)
        self.refresh()
        return replaced

    def remove(self, ids: Sequence[str]) -> int:
        """See ``Store``; one process at a time changes the folder."""
        left = remove_items(self.folder, ids)
        self.refresh()
        return left

    def relabel(
        self, new: LabelTree, told: Mapping[Node, Told] | None = None, force: bool = False
    ) -> Relabelled:
        """See ``Store``; the old folder stays until that is done."""
        result = relabel(self.folder, new, told, force)
        self.refresh()
        return result

    def refresh(self) -> None:
        """Reads the folder again: what others changed is there then.

        Raises:
            RunError: It is damaged.
        """
        self.index = load_index(self.folder)
        for made in ("_filter", "_ids", "_words"):
            self.__dict__.pop(made, None)

    def warm(self) -> None:
        """Makes what the first queries would make: threads may share it then.

        Codes that many items share are grouped in memory, so that each is compared once; answers
        stay what they are.
        """
        n = len(self.index)
        if isinstance(self.distance, Hamming) and self.index.accelerated is None and n > WHOLE:
            made = Accelerator.of("distinct", self.index.codes)
            if FEWER * len(made.groups.codes) <= n:
                accelerated = Accelerated(made, np.arange(n))
                self.index = replace(self.index, accelerated=accelerated)
        self.columns()
        self.rows_of([])
        self.words("a", 1)
        for name in (CATEGORY, *self.index.facets):
            self.counts(name)

    def read(self) -> ExactIndex:
        """See ``Store``."""
        return self.index

    def info(self) -> dict[str, Any]:
        """See ``Store``."""
        about = dict(self.manifest) | {"items": len(self)}
        if self.tree is not None:
            about["tree_sha256"] = self.tree.sha256
        about["parts"] = len(read_changes(self.folder).parts)
        return about | {"complete": self.is_complete}

    def verify(self) -> None:
        """See ``Store``."""
        index = load_index(self.folder)
        if not self.is_complete:
            raise RunError(
                f"{self.folder}: its encoding has not ended, it holds {len(index)} items; give the "
                "same hierhash encode again"
            )
        for row in range(len(index)):
            index.item(row)

    def close(self) -> None:
        """Nothing is held open."""
