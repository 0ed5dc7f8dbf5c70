"""What finds the nearest codes without looking at all items, kept beside an index.

Each distinct code is looked at once, however many items have it: exact, and best where codes are
few (``distinct``). Where they are many, a structure of FAISS finds most of the nearest of them
(``ivf``, ``hnsw``; see ``nearby``). Accelerators serve searches without conditions; with conditions
the codes that meet them are scanned, which is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.distinct import DistinctCodes
from hierhash.codes.packing import Codes
from hierhash.errors import InputError, RunError
from hierhash.retrieval.nearby import Nearby

Kind = Literal["distinct", "ivf", "hnsw"]
KINDS: tuple[Kind, ...] = ("distinct", "ivf", "hnsw")
DISTINCT, NEARBY = "distinct.npz", "nearby.faiss"
FEWEST = 1000
"""Items that need none."""


@dataclass(frozen=True)
class Accelerator:
    """A structure over the codes of n items.

    Args:
        groups: The items by their codes.
        nearby: Finds the nearest of the distinct codes; None looks at each of them.
    """

    groups: DistinctCodes
    nearby: Nearby | None = None

    @staticmethod
    def of(kind: str, codes: Codes) -> Accelerator:
        """Makes one over codes, uint8 (n, bytes).

        Raises:
            InputError: They are too few to need one.
        """
        if len(codes) < FEWEST:
            raise InputError(f"{len(codes)} items need no accelerator; {FEWEST:,} and more do")
        groups = DistinctCodes.of(codes)
        return Accelerator(groups, None if kind == "distinct" else Nearby.of(kind, groups.codes))

    def __len__(self) -> int:
        """Number of items."""
        return len(self.groups.rows)

    @property
    def kind(self) -> str:
        """``distinct``, ``ivf`` or ``hnsw``."""
        return "distinct" if self.nearby is None else self.nearby.kind

    def nearest(self, queries: Codes, k: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Distances and places (q, m), nearest first and equal ones by place; -1 where none is.

        Args:
            queries: uint8 (q, bytes).
            k: Number of answers; all there are where they are fewer.
        """
        finder = None if self.nearby is None else self.nearby.nearest
        return self.groups.nearest(queries, k, finder)

    def about(self) -> dict[str, Any]:
        """What an index's manifest says of it."""
        told = {"kind": self.kind, "items": len(self), "codes": len(self.groups.codes)}
        if self.nearby is None:
            return told | {"recall": 1.0}
        return told | {"effort": self.nearby.effort, "recall": round(self.nearby.recall, 4)}

    def save(self, folder: Path) -> tuple[str, ...]:
        """Writes it into a folder; gives the names of its files."""
        own = self.groups
        np.savez(folder / DISTINCT, codes=own.codes, rows=own.rows, offsets=own.offsets)
        if self.nearby is None:
            return (DISTINCT,)
        self.nearby.save(folder / NEARBY)
        return DISTINCT, NEARBY

    @staticmethod
    def load(folder: Path, about: dict[str, Any]) -> Accelerator:
        """That of an index.

        Args:
            folder: The index; the hashes of its files were compared before.
            about: What its manifest says of it.

        Raises:
            RunError: A file is damaged, or they do not fit.
        """
        try:
            with np.load(folder / DISTINCT, allow_pickle=False) as stored:
                groups = DistinctCodes(stored["codes"], stored["rows"], stored["offsets"])
            kind = about["kind"]
            nearby = None if kind == "distinct" else Nearby.load(folder / NEARBY, about)
            found = Accelerator(groups, nearby)
            good = len(found) == about["items"] and (not nearby or len(nearby) == len(groups.codes))
        except (OSError, RuntimeError, KeyError, TypeError, ValueError, BadZipFile):
            good = False
        if not good:
            raise RunError(f"{folder}: its accelerator is damaged; build the index again")
        return found
