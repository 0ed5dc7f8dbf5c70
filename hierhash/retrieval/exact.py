"""The exact in-memory index: codes, a row of metadata for each, canonical order.

On disk it is a folder of ``codes.npy``, ``labels.npz``, ``items.jsonl``, ``manifest.json`` and a
copy of the run that made it, so that it can be moved and searched anywhere; it is made whole or not
at all. Memory: the code of an item (bits / 8 bytes, or 4 bytes a number of a float vector), its
metadata and its labels; a query adds 12 bytes an item.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path as File
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.coded import Coded
from hierhash.codes.distances import Distance, Hamming
from hierhash.codes.distinct import DistinctCodes
from hierhash.codes.nearest import WORTH_FAISS, nearest
from hierhash.codes.packing import Codes
from hierhash.errors import RunError
from hierhash.labels.items import ItemLabels
from hierhash.labels.paths import Path
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.accelerated import Accelerated, followed
from hierhash.retrieval.accelerator import FEWEST, Accelerator
from hierhash.retrieval.by_score import first, first_by_score
from hierhash.retrieval.items import Hit, Ranked, check_answers, checked_item
from hierhash.retrieval.run_files import MANIFEST as RUN_MANIFEST
from hierhash.retrieval.run_files import run_files
from hierhash.storage.checksums import checksums
from hierhash.storage.json_files import write_json
from hierhash.storage.whole_folder import whole_folder

MANIFEST = "manifest.json"
FORMAT = "hierhash-index-2"
RUN = "run"
TREE, MOVED = "tree.yaml", "moved.json"
ACCELERATOR = "accelerator"
"""What the manifest says of the accelerator; nothing where there is none."""
_OWN = ("codes.npy", "labels.npz", "items.jsonl")


@dataclass(frozen=True)
class ExactIndex:
    """Codes of n items and what is known of each.

    Args:
        codes: uint8 (n, bytes), or float32 (n, width) of a method that keeps vectors.
        lines: n lines of JSON, each an object with ``id``, ``text``, ``paths`` (lists of names),
            ``image`` and, where the catalogue has columns, ``attributes``.
        labels: Labels of the n items in the run's tree.
        manifest: ``bits``, ``modality``, ``model_sha256``, ``tree_sha256``, and once it is saved
            ``format``, ``items`` and ``files``.
        run: The run folder that answers its queries.
        distance: How a query meets the codes.
        facets: Labels of the items in the trees of the run's facets, by name.
        tree: What the items are filed in, where that is not the run's tree any more.
        moved: Where the nodes of the run's tree are in ``tree``; none of those that are gone.
        accelerated: What finds the nearest without looking at all items.
    """

    codes: NDArray[Any]
    lines: Sequence[bytes]
    labels: ItemLabels
    manifest: dict[str, Any] = field(repr=False)
    run: File
    distance: Distance
    facets: Mapping[str, ItemLabels] = field(default_factory=dict, repr=False)
    tree: LabelTree | None = field(default=None, repr=False)
    moved: Mapping[Path, Path] = field(default_factory=dict, repr=False)
    accelerated: Accelerated | None = field(default=None, repr=False)

    def __len__(self) -> int:
        """Number of items."""
        return len(self.codes)

    @cached_property
    def ids(self) -> list[str]:
        """The id of every item."""
        return [self.id_of(row) for row in range(len(self))]

    def id_of(self, row: int) -> str:
        """The id of an item."""
        return str(self.item(row)["id"])

    def item(self, row: int) -> dict[str, Any]:
        """The metadata of an item.

        Raises:
            RunError: Its line is damaged.
        """
        return checked_item(self.lines[row], f"items.jsonl:{row + 1}")

    def search(
        self,
        query: Coded,
        k: int = 20,
        under: NDArray[np.integer] | None = None,
        rescore: bool = True,
    ) -> list[Hit]:
        """The nearest items.

        With ``rescore`` items are ordered by the score of the distance (for codes of bits
        <clip(f, -1, 1), b>, which the asymmetric metrics measure; see ``first_by_score`` for many
        items), otherwise by the whole-number distance where there is one. Equal ones keep the
        order of their rows.

        Args:
            query: One item, as a query of the index's run; with fewer bits than the codes have it
                is compared with their first bits.
            k: Number of answers.
            under: Rows that may answer, rising; None for all (see ``rows_under``).
            rescore: Order by the score.

        Raises:
            InputError: ``k`` is no number of answers.
        """
        found = self.ranked(query, k, under, rescore)
        return found.hits([self.item(row) for row in found.rows.tolist()])

    def ranked(
        self,
        query: Coded,
        k: int = 20,
        under: NDArray[np.integer] | None = None,
        rescore: bool = True,
    ) -> Ranked:
        """As ``search``, without what is known of the items."""
        check_answers("k", k)
        if query.codes is not None and query.codes.shape[1] < self.codes.shape[1]:
            return self.prefix(query.codes.shape[1]).ranked(query, k, under, rescore)
        if query.query is not None and (rescore or query.codes is None):
            return self._by_score(query, k, under)
        if query.codes is None:
            raise ValueError("the query has neither a code nor a vector")
        distances, rows = self.nearest(query.codes[:1], k, under)
        return Ranked(rows[0], distances[0], None)

    def _by_score(self, query: Coded, k: int, under: NDArray[np.integer] | None) -> Ranked:
        rows, scores = first_by_score(query, self, k, under)
        if query.codes is None:
            return Ranked(rows, None, scores)
        return Ranked(rows, self.distance.between(query.codes[:1], self.codes[rows])[0], scores)

    def nearest(
        self, queries: Codes, k: int, under: NDArray[np.integer] | None = None
    ) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """The nearest items to many queries at once, in canonical order (distance, row).

        Args:
            queries: uint8 (q, bytes), codes as queries; of fewer bytes than the codes they are
                compared with their first.
            k: Number of answers; all there are where they are fewer.
            under: Rows that may answer, rising; None for all.

        Returns:
            Whole-number distances (q, m) and rows (q, m).
        """
        if queries.shape[1] < self.codes.shape[1]:
            return self.prefix(queries.shape[1]).nearest(queries, k, under)
        check_answers("k", k)
        if not len(queries):
            return np.zeros((0, 0), np.int64), np.zeros((0, 0), np.int64)
        if self.accelerated is not None and under is None:
            found = self.accelerated.nearest(queries, self.codes, k)
            if found is not None and found[1].shape[1] < min(k, len(self)):
                return followed(found, self._scanned(queries, k, None), k)
            if found is not None:
                return found
        return self._scanned(queries, k, under)

    def _scanned(
        self, queries: Codes, k: int, under: NDArray[np.integer] | None
    ) -> tuple[NDArray[Any], NDArray[np.int64]]:
        compared = len(queries) * len(self if under is None else under)
        if isinstance(self.distance, Hamming) and compared >= WORTH_FAISS:
            return nearest(queries, self.codes, k, under)
        codes = self.codes if under is None else self.codes[under]
        distances = self.distance.between(queries, codes)
        places = np.stack([first(own, k) for own in distances])
        rows = places if under is None else np.asarray(under, dtype=np.int64)[places]
        return np.take_along_axis(distances, places, axis=1), rows

    def _write_tree(self, folder: File) -> tuple[str, ...]:
        """Writes the tree of relabelled items, and where the run's nodes are in it."""
        if self.tree is None:
            return ()
        self.tree.to_yaml(folder / TREE)
        write_json(folder / MOVED, [[list(one), list(two)] for one, two in self.moved.items()])
        return TREE, MOVED

    def _write_accelerator(self, folder: File) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Writes the accelerator, made anew where items came or went."""
        if self.accelerated is None:
            return {}, ()
        own = self.accelerated.accelerator
        if not np.array_equal(self.accelerated.live, np.arange(len(own))):
            if len(self) < FEWEST:
                return {}, ()
            own = Accelerator.of(own.kind, self.codes)
        return own.about(), own.save(folder)

    def subset(self, rows: NDArray[np.integer]) -> ExactIndex:
        """The index of some of its items, in the order of ``rows``."""
        return replace(
            self,
            codes=self.codes[rows],
            lines=[self.lines[row] for row in rows.tolist()],
            labels=self.labels.subset(rows),
            accelerated=None,
            facets={name: own.subset(rows) for name, own in self.facets.items()},
        )

    def prefix(self, width: int) -> ExactIndex:
        """The index of the first bytes of its codes of bits.

        Raises:
            ValueError: They are no codes of bits.
        """
        if not isinstance(self.distance, Hamming):
            raise ValueError(f"a {self.distance.name} has no first bits")
        codes = np.ascontiguousarray(self.codes[:, :width])
        return replace(self, codes=codes, distance=Hamming(8 * width), accelerated=None)

    @property
    def groups(self) -> DistinctCodes | None:
        """The items by equal codes, where an accelerator of all of them has that."""
        own = self.accelerated
        return own.accelerator.groups if own is not None and own.is_whole else None

    @property
    def may_miss(self) -> bool:
        """Whether ``nearest`` may miss some where all items may answer."""
        return self.accelerated is not None and self.accelerated.accelerator.nearby is not None

    def rows_under(self, level: int, code: int) -> NDArray[np.int64]:
        """Rows of the items below a node, rising: class ``code`` of ``level`` (1 is the top)."""
        items, classes, _ = self.labels.multi_hot_rows(level)
        rows: NDArray[np.int64] = items[classes == code]
        return rows

    def save(
        self,
        folder: File,
        replacing: bool = False,
        keeping: Sequence[str] = (),
        beside: Mapping[str, Any] | None = None,
    ) -> None:
        """Writes the index, with a copy of its run, to a new folder.

        Args:
            folder: The folder.
            replacing: Take the place of an index that is there, in one step.
            keeping: Other files of that index, which stay where there are some.
            beside: Other files, as JSON.

        Raises:
            RunError: The folder exists.
            HierhashError: It cannot be written.
        """
        if folder.exists() and not replacing:
            raise RunError(f"{folder}: exists already; choose another name or remove it")
        with whole_folder(folder, replace=replacing) as unfinished:
            write_items(unfinished, self)
            (unfinished / RUN).mkdir()
            for name in (*run_files(self.run), RUN_MANIFEST):
                if (self.run / name).is_file():
                    shutil.copyfile(self.run / name, unfinished / RUN / name)
            for name in keeping:
                if (folder / name).is_file():
                    shutil.copyfile(folder / name, unfinished / name)
            for name, content in (beside or {}).items():
                write_json(unfinished / name, content)
            about, nearby = self._write_accelerator(unfinished)
            own = (*_OWN, *self._write_tree(unfinished), *nearby)
            files = checksums(unfinished, own)
            own_words = {key: told for key, told in self.manifest.items() if key != ACCELERATOR}
            manifest = {"format": FORMAT, **own_words, "items": len(self), "files": files}
            manifest |= {ACCELERATOR: about} if about else {}
            write_json(unfinished / MANIFEST, manifest)


def write_items(folder: File, index: ExactIndex) -> tuple[str, ...]:
    """Writes codes, labels and metadata into a folder; gives the names of the files."""
    np.save(folder / "codes.npy", index.codes)
    np.savez(folder / "labels.npz", **_label_arrays(index.labels, index.facets))
    (folder / "items.jsonl").write_bytes(b"".join(b"%s\n" % one for one in index.lines))
    return _OWN


def _label_arrays(labels: ItemLabels, facets: Mapping[str, ItemLabels]) -> dict[str, Any]:
    arrays: dict[str, Any] = {"codes": labels.codes, "offsets": labels.offsets}
    for name, own in facets.items():
        arrays |= {f"{name}.codes": own.codes, f"{name}.offsets": own.offsets}
    return arrays
