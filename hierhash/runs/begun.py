"""What an encoding is begun with, on the disk until it ends: it goes on with the same alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.data.catalogue import Catalogue
from hierhash.errors import RunError
from hierhash.features.engine import AUTO, TORCH
from hierhash.retrieval.changing import UNFINISHED
from hierhash.retrieval.run_files import model_sha256
from hierhash.runs.bulk_features import BulkFeatures
from hierhash.runs.coding_run import CodingRun
from hierhash.runs.indexing import index_of
from hierhash.storage.json_files import read_json


def about_of(
    saved: CodingRun, catalogue: Catalogue, modality: str, rows: Sequence[int]
) -> dict[str, str]:
    """What an encoding is of.

    Args:
        saved: The run.
        catalogue: Where the items are from.
        modality: What of each is coded.
        rows: Their numbers.
    """
    ids = hashlib.sha256("\n".join(catalogue.ids[row] for row in rows).encode()).hexdigest()
    return {"ids_sha256": ids, "modality": modality, "model": model_sha256(saved.folder)}


def engine_begun(folder: Path, about: dict[str, str], asked: str) -> str:
    """The engine an encoding was begun with; a folder of anything else is refused.

    One that was begun before there were engines was begun with torch.

    Args:
        folder: Where it was begun.
        about: What the one that is to go on is of.
        asked: The engine that is asked for.

    Raises:
        RunError: There is another thing in the folder, or the encoding of something else, or it was
            begun with another engine.
    """
    begun = folder / UNFINISHED
    if not begun.is_file():
        raise RunError(f"{folder}: exists already; choose another name or remove it")
    known = read_json(begun)
    engine = known.pop("engine", TORCH) if isinstance(known, dict) else TORCH
    if known != about:
        raise RunError(
            f"{folder}: was begun with another run, modality or other items; give the same again, "
            "or another name"
        )
    if asked not in (AUTO, engine):
        raise RunError(
            f"{folder}: was begun with --engine {engine}; give that, or auto, or another name"
        )
    return str(engine)


def begin(
    bulk: BulkFeatures, catalogue: Catalogue, folder: Path, modality: str, about: dict[str, str]
) -> None:
    """Writes an empty index that says what will be in it.

    Raises:
        HierhashError: It cannot be written.
    """
    saved = bulk.saved
    empty = index_of(saved, modality, _nothing(saved, modality), catalogue, [])
    empty = replace(empty, manifest=empty.manifest | bulk.told)
    engine = {} if bulk.engine is None else {"engine": bulk.engine.name}
    empty.save(folder, beside={UNFINISHED: about | engine})


def _nothing(saved: CodingRun, modality: str) -> NDArray[Any]:
    """Codes of no items."""
    given = ["image", "text"] if modality == "both" else [modality]
    rows = {one: np.zeros((0, *saved.shapes[one]), dtype=np.float32) for one in given}
    return np.asarray(saved.method.encode(rows, "database").stored)
