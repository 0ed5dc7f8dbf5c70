"""The store that is a schema of a PostgreSQL database, with pgvector.

Every answer is the database's own state at that moment; what is filtered is exact always, and what
is not filtered too, unless a graph was built (``accelerate``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.coded import Coded
from hierhash.codes.distances import Hamming
from hierhash.codes.packing import Codes, pack
from hierhash.errors import HierhashError, InputError, RunError
from hierhash.labels.changes import Told
from hierhash.labels.facets import CATEGORY
from hierhash.labels.paths import Path as Node
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.changing import refusal_of_known
from hierhash.retrieval.conditions import Condition
from hierhash.retrieval.exact import ExactIndex
from hierhash.retrieval.id_rows import known_rows
from hierhash.retrieval.items import Hit, Ranked, check_answers, checked_item
from hierhash.retrieval.postgres import changes, graph, making
from hierhash.retrieval.postgres.about import read_about, tree_state
from hierhash.retrieval.postgres.address import parse_address
from hierhash.retrieval.postgres.counting import counts_of_column, counts_of_tree, first_rows
from hierhash.retrieval.postgres.item_rows import HASHED, looked_up
from hierhash.retrieval.postgres.link import Link
from hierhash.retrieval.postgres.meeting import meeting
from hierhash.retrieval.postgres.migrations import bring_up, version_of
from hierhash.retrieval.postgres.nearest import COUNT, FIXED, by_graph, exact, from_bits
from hierhash.retrieval.postgres.reading import check_items, read_items, trees_of
from hierhash.retrieval.postgres.run_copy import check_parts, laid_out
from hierhash.retrieval.postgres.word_answers import by_words
from hierhash.retrieval.relabel import Relabelled
from hierhash.retrieval.rescoring import Near, best_scores, by_scores, followed
from hierhash.retrieval.run_files import facet_names


class PostgresStore:
    """A schema of coded items. See ``Store`` for what is not said here.

    Args:
        name: ``postgresql://user@host/db#index`` or ``pgserver:FOLDER#index``.

    Raises:
        RunError: There is no such index, it cannot be reached, or a later version made it.
    """

    def __init__(self, name: str) -> None:
        self._link = Link(parse_address(name))
        self._run: Path | None = None
        self.refresh()

    @classmethod
    def make(cls, name: str, index: ExactIndex) -> PostgresStore:
        """Puts an index into a database; see ``making.make``.

        Raises:
            RunError: The name is taken, the codes are not of bits, or there is no pgvector.
        """
        link = Link(parse_address(name), may_make=True)
        try:
            making.make(link, index)
        finally:
            link.close()
        return cls(name)

    @property
    def name(self) -> str:
        """The address, without a password."""
        return self._link.shown

    @property
    def manifest(self) -> Mapping[str, Any]:
        """See ``Store``."""
        return self._about.manifest

    @property
    def run(self) -> Path:
        """See ``Store``; laid out in the cache (``run_copy``)."""
        if self._run is None:
            self._run = laid_out(self._link)
        return self._run

    @property
    def distance(self) -> Hamming:
        """See ``Store``."""
        return Hamming(int(self.manifest["bits"]))

    @property
    def tree(self) -> LabelTree | None:
        """See ``Store``; as it was when this was opened, or refreshed."""
        return self._about.tree

    @property
    def moved(self) -> Mapping[Node, Node]:
        """See ``Store``."""
        return self._about.moved

    @property
    def is_accelerated(self) -> bool:
        """Whether searches without conditions go by a graph, and are nearly exact."""
        return self._has_graph

    def __len__(self) -> int:
        """Number of items."""
        return self.count()

    def refresh(self) -> None:
        """Reads again what the index says of itself: others may have filed it anew.

        Raises:
            RunError: It is not there any more.
        """
        [[there]] = self._link.execute(
            "SELECT to_regclass(quote_ident(%s) || '.about') IS NOT NULL",
            [self._link.address.schema],
        )
        if not there:
            raise RunError(
                f"{self.name}: no such index; put one there: hierhash index copy FOLDER "
                f"'{self.name}'"
            )
        if not self._link.has_vector():
            raise RunError(
                f"{self.name}: the database has no pgvector any more; give in psql: CREATE "
                "EXTENSION vector"
            )
        self._about = read_about(self._link)
        self._tree_state = tree_state(self._link)
        bring_up(self._link, 8 * self._about.width)
        self._has_graph = graph.is_built(self._link)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """See ``Store``."""
        with self._link.reading():
            state = tree_state(self._link)
            if state != self._tree_state:
                self._about, self._tree_state = read_about(self._link), state
            yield

    def search(
        self,
        query: Coded,
        k: int = 20,
        where: Sequence[Condition] = (),
        rescore: bool = True,
        skip: int = 0,
    ) -> list[Hit]:
        """See ``Store``."""
        with self._link.reading():
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
        by_score = query.query is not None and (rescore or query.codes is None)
        if not by_score and query.codes is None:
            raise ValueError("the query has neither a code nor a vector")
        with self._link.reading():
            if by_score:
                return self._by_score(query, k, where, skip)
            assert query.codes is not None  # noqa: S101 - seen to above
            [near] = self._nearest(query.codes[:1], k + skip, where)
        return Ranked(near.rows, near.distances, None).after(skip)

    def _by_score(self, query: Coded, k: int, where: Sequence[Condition], skip: int) -> Ranked:
        assert query.query is not None  # noqa: S101 - seen to by ``ranked``

        real = query.query[0]

        def fetch(code: Codes, limit: int, counts: Codes | None) -> Near:
            return exact(self._link, code, limit, where, len(real) == self._bits, counts)[0]

        distance, wanted = Hamming(len(real)), k + skip
        if self._goes_by_graph(len(real), where) and real.all():
            [first] = by_graph(self._link, pack(real[None]), FIXED)
            first = by_scores(real, distance, first)
            near = followed(first, lambda: best_scores(real, wanted, distance, fetch)[1], wanted)
            scores = distance.scores(real, near.codes)
        else:
            scores, near = best_scores(real, wanted, distance, fetch)
        apart = None
        if query.codes is not None:
            apart = distance.between(query.codes[:1], near.codes)[0]
        return Ranked(near.rows, apart, scores).after(skip)

    def nearest(
        self, queries: Codes, k: int, where: Sequence[Condition] = ()
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """See ``Store``."""
        check_answers("k", k)
        with self._link.reading():
            found = self._nearest(queries, k, where)
        if not found:
            return np.zeros((0, 0), np.int64), np.zeros((0, 0), np.int64)
        return np.stack([own.distances for own in found]), np.stack([own.rows for own in found])

    def _nearest(
        self,
        queries: Codes,
        k: int,
        where: Sequence[Condition],
    ) -> list[Near]:
        width = queries.shape[1] if queries.ndim == 2 else 0
        if not 1 <= width <= self._about.width:
            raise ValueError(f"codes of {self.manifest['bits']} bits are asked for")
        whole = width == self._about.width
        if not self._goes_by_graph(8 * width, where):
            return exact(self._link, queries, k, where, whole)
        every: list[Near] = []

        def scanned(at: int) -> Near:
            if not every:
                every.extend(exact(self._link, queries, k, ()))
            return every[at]

        return [
            followed(first, partial(scanned, at), k)
            for at, first in enumerate(by_graph(self._link, queries, FIXED))
        ]

    @property
    def _bits(self) -> int:
        return 8 * self._about.width

    def _goes_by_graph(self, bits: int, where: Sequence[Condition]) -> bool:
        return self._has_graph and not where and bits == self._bits

    def words(self, text: str, k: int, where: Sequence[Condition] = ()) -> list[tuple[int, float]]:
        """See ``Store``; the sum of the inverse document frequencies of the words it has."""
        check_answers("k", k)
        return by_words(self._link, text, k, where)

    def items(self, rows: Sequence[int]) -> list[dict[str, Any]]:
        """See ``Store``.

        Raises:
            HierhashError: Another removed one meanwhile.
        """
        found = self._link.execute(
            'SELECT "row", line FROM details WHERE "row" = ANY(%s)', [list(map(int, rows))]
        )
        items = {row: checked_item(line, f"{self.name}: row {row}") for row, line in found}
        self._check_there(rows, items)
        return [items[row] for row in rows]

    def _check_there(self, rows: Sequence[int], found: Mapping[int, Any]) -> None:
        if gone := [row for row in rows if row not in found]:
            raise HierhashError(
                f"{self.name}: the item of row {gone[0]} was removed meanwhile; search again"
            )

    def rows_of(self, ids: Sequence[str]) -> list[int]:
        """See ``Store``."""
        wanted = [looked_up(own) for own in ids]
        found = dict(self._link.execute('SELECT id, "row" FROM items WHERE id = ANY(%s)', [wanted]))
        return known_rows(self.name, ids, [found.get(own) for own in wanted])

    def stored(self, rows: Sequence[int]) -> NDArray[Any]:
        """See ``Store``.

        Raises:
            HierhashError: Another removed one meanwhile.
        """
        found = dict(
            self._link.execute(
                'SELECT "row", code::text FROM items WHERE "row" = ANY(%s)', [list(map(int, rows))]
            )
        )
        self._check_there(rows, found)
        return from_bits([found[row] for row in rows], self._about.width)

    def first(self, k: int, where: Sequence[Condition] = (), skip: int = 0) -> list[Hit]:
        """See ``Store``."""
        check_answers("k", k)
        check_answers("skip", skip)
        with self._link.reading():
            rows = first_rows(self._link, k, where, skip)
            items = self.items(rows)
        return [Hit(item, None, None, row) for item, row in zip(items, rows, strict=True)]

    def count(self, where: Sequence[Condition] = ()) -> int:
        """See ``Store``."""
        met, values = meeting(where)
        [[n]] = self._link.execute(COUNT.format(met=met), values)
        return int(n)

    def counts(self, name: str, where: Sequence[Condition] = ()) -> dict[Node, int]:
        """See ``Store``."""
        with self._link.reading():
            if name == CATEGORY or name in facet_names(self.run):
                tree = trees_of(self._about, self.run)[name]
                return counts_of_tree(self._link, name, tree, where)
            if name not in self.columns():
                raise InputError(f"no facet or column '{name}'")
            return counts_of_column(self._link, name, self.values(name), where)

    def columns(self) -> list[str]:
        """See ``Store``."""
        return sorted(name for [name] in self._link.execute("SELECT DISTINCT name FROM cells"))

    def values(self, column: str) -> list[str]:
        """See ``Store``."""
        found = self._link.execute(
            "SELECT DISTINCT value FROM cells WHERE name = %s AND value IS NOT NULL",
            [looked_up(column)],
        )
        # Of long ones only the hash is kept there.
        return sorted(value for [value] in found if not value.startswith(HASHED))

    def there(self, ids: Sequence[str]) -> list[str]:
        """Which of some ids it has."""
        return changes.those_there(self._link, ids)

    def refusal(self, ids: Sequence[str]) -> str:
        """What is said of ids that are there already."""
        return refusal_of_known(self.name, ids)

    def add(self, new: ExactIndex, replacing: bool = False) -> int:
        """See ``Store``; others who change it are waited for."""
        return changes.add(self._link, self.run, new, replacing)

    def remove(self, ids: Sequence[str]) -> int:
        """See ``Store``; others who change it are waited for."""
        return changes.remove(self._link, ids)

    def relabel(
        self, new: LabelTree, told: Mapping[Node, Told] | None = None, force: bool = False
    ) -> Relabelled:
        """See ``Store``; others who change it are waited for."""
        result = changes.relabel(self._link, self.run, new, told, force)
        self.refresh()
        return result

    def accelerate(self, wanted: bool = True) -> float | None:
        """Builds a graph of the codes for searches without conditions, or takes it away.

        They are nearly exact then: as many as were asked for, in canonical order, and some may be
        missing. Those with conditions stay exact.

        Returns:
            The share of the nearest that they find, measured on some of its own codes; None without
            a graph.

        Raises:
            HierhashError: The database refuses, or is gone.
        """
        if wanted:
            graph.build(self._link)
        else:
            graph.drop(self._link)
        self._has_graph = graph.is_built(self._link)
        return graph.recall(self._link, self._about.width) if wanted else None

    def read(self) -> ExactIndex:
        """See ``Store``.

        Raises:
            RunError: An item is not as it was written.
        """
        run = self.run
        with self._link.reading():
            about = read_about(self._link)
            return read_items(self._link, about, run, trees_of(about, run))[0]

    def info(self) -> dict[str, Any]:
        """See ``Store``."""
        about = dict(self.manifest) | {"items": len(self)}
        if self.tree is not None:
            about["tree_sha256"] = self.tree.sha256
        about |= {"tables": version_of(self._link), "graph": self.is_accelerated}
        return about | {"complete": True}

    def verify(self) -> None:
        """See ``Store``.

        Raises:
            RunError: The first thing that is wrong.
        """
        run = laid_out(self._link)
        with self._link.reading():
            check_parts(self._link)
            check_items(self._link, read_about(self._link), run)

    def close(self) -> None:
        """Closes the connection."""
        self._link.close()
