"""Structures that find most of the nearest codes: IVF and HNSW of FAISS.

An inverted file (``ivf``) keeps codes in lists by their nearest centre and looks into a few; a
graph (``hnsw``; Malkov and Yashunin, 2020) is walked from neighbour to neighbour. How hard they
look is chosen when they are built, the least effort that finds RECALL of the nearest of a sample of
the codes themselves. They are built over distinct codes: a graph over many equal ones falls apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.nearest import nearest
from hierhash.codes.packing import Codes

RECALL, SAMPLE, FIRST = 0.99, 256, 20
LINKS, BUILDING = 16, 80
"""Of HNSW: links of a code, and how many are looked at when one is added."""
EFFORTS = {"ivf": (1, 2, 4, 8, 16, 32, 64, 128, 256), "hnsw": (32, 64, 128, 256, 512, 1024)}
LEARNT = 64
"""Codes a list that its centre is learnt from."""


@dataclass(frozen=True)
class Nearby:
    """A structure over n codes.

    Args:
        kind: ``ivf`` or ``hnsw``.
        index: The structure of FAISS.
        effort: Lists that are looked into, or codes that are kept in sight.
        recall: Share of the FIRST nearest that it found, of SAMPLE of its own codes.
    """

    kind: str
    index: Any
    effort: int = 0
    recall: float = 0.0

    @staticmethod
    def of(kind: str, codes: Codes, seed: int = 0) -> Nearby:
        """A structure over codes, and the effort it needs.

        Memory: the codes once more, and for ``hnsw`` 8 bytes a link.

        Args:
            kind: ``ivf`` or ``hnsw``.
            codes: uint8 (n, bytes).
            seed: Of the codes that are learnt from and asked by.
        """
        rng = np.random.default_rng(seed)
        index = _lists(codes, rng) if kind == "ivf" else _graph(codes)
        index.add(codes)
        asked = codes[rng.choice(len(codes), min(len(codes), SAMPLE), replace=False)]
        first = min(FIRST, len(codes))
        limit = nearest(asked, codes, first)[0][:, -1:]
        found = Nearby(kind, index)
        for effort in EFFORTS[kind]:
            found = replace(found, effort=effort)
            # Any code as near as the last of the exact answers is as good as that.
            share = float((found.nearest(asked, first)[0] <= limit).mean())
            found = replace(found, recall=share)
            if share >= RECALL:
                break
        return found

    def __len__(self) -> int:
        """Number of codes."""
        return int(self.index.ntotal)

    def nearest(self, queries: Codes, k: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Distances and places (q, k), nearest first and equal ones by place; -1 where none is.

        Args:
            queries: uint8 (q, bytes).
            k: Number of answers.
        """
        if self.kind == "ivf":
            self.index.nprobe = self.effort
        else:
            self.index.hnsw.efSearch = max(self.effort, k)
        distances, places = self.index.search(np.ascontiguousarray(queries), k)
        distances = np.where(places < 0, np.iinfo(np.int32).max, distances)
        order = np.lexsort((places, distances), axis=1)
        return (
            np.take_along_axis(distances, order, axis=1),
            np.take_along_axis(places, order, axis=1),
        )

    def save(self, path: Path) -> None:
        """Writes it to a file."""
        import faiss

        faiss.write_index_binary(self.index, str(path))

    @staticmethod
    def load(path: Path, about: dict[str, Any]) -> Nearby:
        """That of a file.

        Args:
            path: The file.
            about: Its ``kind``, ``effort`` and ``recall``.

        Raises:
            KeyError, RuntimeError, TypeError, ValueError: Something of it is damaged.
        """
        import faiss

        kind, effort = about["kind"], int(about["effort"])
        if kind not in EFFORTS or effort < 1:
            raise ValueError(f"there is no '{kind}' of effort {effort}")
        return Nearby(kind, faiss.read_index_binary(str(path)), effort, float(about["recall"]))


def _lists(codes: Codes, rng: np.random.Generator) -> Any:
    import faiss

    bits, lists = 8 * codes.shape[1], int(math.sqrt(len(codes)))
    index = faiss.IndexBinaryIVF(faiss.IndexBinaryFlat(bits), bits, lists)
    index.cp.min_points_per_centroid = 1  # few are few: no warning
    learnt = rng.choice(len(codes), min(len(codes), LEARNT * lists), replace=False)
    index.train(codes[np.sort(learnt)])
    return index


def _graph(codes: Codes) -> Any:
    import faiss

    index = faiss.IndexBinaryHNSW(8 * codes.shape[1], LINKS)
    index.hnsw.efConstruction = BUILDING
    return index
