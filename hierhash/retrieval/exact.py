"""The exact in-memory index: packed codes, a row of metadata for each, canonical order.

On disk it is a folder of ``codes.npy``, ``items.jsonl`` and ``manifest.json``, made whole or not at
all. Memory: bits / 8 bytes an item and its metadata; a query adds one byte an item.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.hamming import hamming_distances
from hierhash.codes.packing import Codes, pack, unpack
from hierhash.errors import RunError
from hierhash.storage.whole_folder import whole_folder

OVERSAMPLE = 10


@dataclass(frozen=True)
class Hit:
    """One answer.

    Args:
        item: The item's metadata: id, text, path.
        distance: Hamming distance in bits.
        score: The asymmetric score it was ordered by; None in canonical order.
    """

    item: dict[str, Any]
    distance: int
    score: float | None


@dataclass(frozen=True)
class ExactIndex:
    """Codes of n items and what is known of each.

    Args:
        codes: uint8 (n, bytes).
        items: One mapping an item, with ``id``, ``text`` and ``paths`` (lists of names).
        manifest: ``bits``, ``modality``, ``model_sha256``, ``tree_sha256``, ``run``.
    """

    codes: Codes
    items: list[dict[str, Any]]
    manifest: dict[str, Any]

    def search(
        self,
        output: NDArray[np.float32],
        k: int = 20,
        under: tuple[str, ...] = (),
        rescore: bool = True,
    ) -> list[Hit]:
        """The nearest items.

        Hamming distance finds the candidates, in canonical order (distance, row). With ``rescore``
        the first 10 k of them are ordered by the asymmetric score <clip(f, -1, 1), b>.

        Args:
            output: float32 (K,), the query's real outputs.
            k: Number of answers.
            under: Only items below this node.
            rescore: Order candidates by the asymmetric score.
        """
        rows = np.arange(len(self.codes))
        if under:
            inside = [any(tuple(p[: len(under)]) == under for p in i["paths"]) for i in self.items]
            rows = rows[np.array(inside, dtype=bool)]
        if not len(rows):
            return []
        distances = hamming_distances(pack(output[None]), self.codes[rows])[0]
        order = np.argsort(distances, kind="stable")
        if not rescore:
            return [Hit(self.items[rows[i]], int(distances[i]), None) for i in order[:k]]
        near = order[: OVERSAMPLE * k]
        signs = unpack(self.codes[rows[near]], self.manifest["bits"]).astype(np.float32)
        scores = signs @ np.clip(output, -1.0, 1.0)
        best = np.argsort(-scores, kind="stable")[:k]
        return [
            Hit(self.items[rows[near[i]]], int(distances[near[i]]), float(scores[i])) for i in best
        ]

    def save(self, folder: Path) -> None:
        """Writes the index to a new folder.

        Raises:
            RunError: The folder exists.
            HierhashError: It cannot be written.
        """
        if folder.exists():
            raise RunError(f"{folder}: exists already; choose another name or remove it")
        with whole_folder(folder) as unfinished:
            np.save(unfinished / "codes.npy", self.codes)
            lines = [json.dumps(item, ensure_ascii=False) + "\n" for item in self.items]
            (unfinished / "items.jsonl").write_text("".join(lines), encoding="utf-8")
            manifest = self.manifest | {"items": len(self.items), "order": "big-endian packbits"}
            (unfinished / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")

    @classmethod
    def load(cls, folder: Path) -> ExactIndex:
        """Reads an index.

        Raises:
            RunError: A file is missing, damaged, or they do not fit each other.
        """
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            codes = np.load(folder / "codes.npy", allow_pickle=False)
            text = (folder / "items.jsonl").read_text(encoding="utf-8")
            # Not splitlines: a text may hold a line separator (U+2028) of its own.
            items = [json.loads(line) for line in text.split("\n") if line]
        except (OSError, ValueError, EOFError) as error:
            raise RunError(
                f"{folder}: not an index, or damaged ({error}); build it again"
            ) from error
        problem = _misfit(codes, items, manifest)
        if problem:
            raise RunError(f"{folder}: {problem}; build it again")
        return cls(codes, items, manifest)


def _misfit(codes: NDArray[Any], items: list[Any], manifest: Any) -> str:
    """What does not fit in the files of an index; nothing when all do."""
    kinds = {"bits": int, "run": str, "model_sha256": str}
    if not isinstance(manifest, dict) or not all(
        isinstance(manifest.get(name), kind) for name, kind in kinds.items()
    ):
        return f"manifest.json lacks one of {', '.join(kinds)}"
    width = -(-manifest["bits"] // 8)
    if codes.dtype != np.uint8 or codes.shape[1:] != (width,):
        return f"codes.npy does not hold codes of {manifest['bits']} bits ({width} bytes each)"
    if len(items) != len(codes):
        return f"{len(codes)} codes but {len(items)} items"
    for line, item in enumerate(items, start=1):
        if not isinstance(item, dict) or not {"id", "text", "paths"} <= set(item):
            return f"items.jsonl:{line} lacks one of id, text, paths"
    return ""
