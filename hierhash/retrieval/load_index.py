"""Reading an index from its folder, in this version's form or in that of hierhash 0.1.0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.coarse_to_fine import CoarseToFine
from hierhash.codes.distances import Distance, distance_of
from hierhash.codes.tabled import TabledHamming
from hierhash.codes.weighted_hamming import WeightedHamming
from hierhash.errors import RunError
from hierhash.labels.facets import CATEGORY
from hierhash.labels.items import ItemLabels, joined
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.accelerated import Accelerated
from hierhash.retrieval.accelerator import Accelerator
from hierhash.retrieval.additions import (
    CHANGES,
    PART,
    PARTS,
    REMEDY,
    Part,
    read_changes,
    removed_rows,
)
from hierhash.retrieval.exact import ACCELERATOR, FORMAT, MANIFEST, MOVED, RUN, TREE, ExactIndex
from hierhash.retrieval.items import checked_item, code_problem
from hierhash.retrieval.run_files import check_files, check_run, facet_names, model_sha256
from hierhash.storage.arrays import map_array
from hierhash.storage.checksums import damaged_files, sha256_of
from hierhash.storage.json_files import read_json

MOST_BITS = 1 << 22
"""Far more than any item has; those of float vectors are counted, too."""

# What the codes of a coding are compared by.
DISTANCES = {
    "signs": "hamming",
    "expected": "hamming",
    "hyperplanes": "hamming",
    "posterior": "dot",
    "class": "tree",
}
READ_AGAIN = 5


def load_index(folder: Path) -> ExactIndex:
    """Reads an index with what was added and removed, and makes sure that it is as it was written.

    An index of hierhash 0.1.0 has no hashes and names the place of its run.

    Raises:
        RunError: It is no index, a file is missing or damaged, or they do not fit each other.
    """
    return load_rows(folder)[0]


def load_rows(folder: Path) -> tuple[ExactIndex, NDArray[np.int64]]:
    """As ``load_index``, with the row of each of its items (``additions``), rising.

    Where another process writes the index whole meanwhile, it is read once more.

    Raises:
        RunError: As ``load_index``.
    """
    for _ in range(READ_AGAIN):
        before = _state(folder)
        try:
            found = _load(folder)
        except RunError:
            if _state(folder) == before:
                raise
            continue
        if _state(folder)[0] == before[0]:
            return found
    raise RunError(f"{folder}: another process writes it again and again; try again later")


def _state(folder: Path) -> list[bytes]:
    """What of an index changes with it."""
    names = (MANIFEST, CHANGES)
    return [path.read_bytes() if (path := folder / one).is_file() else b"" for one in names]


def _load(folder: Path) -> tuple[ExactIndex, NDArray[np.int64]]:
    manifest = _manifest(folder)
    if "format" not in manifest:
        first = _of_first_version(folder, manifest)
        return first, np.arange(len(first))
    check_files(folder, FORMAT, REMEDY)
    run = folder / RUN
    check_run(run)
    _check_weights(folder, manifest, run)
    base = _items(folder, folder, manifest, run)
    changes = read_changes(folder)
    every = [base, *(_part(folder, part, manifest, run) for part in changes.parts)]
    index = base if len(every) == 1 else _joined(every)
    removed = removed_rows(folder, changes, len(index))
    index = replace(index, **_filed(folder, manifest))
    live = np.setdiff1d(np.arange(len(index)), removed, assume_unique=True)
    index = index.subset(live) if len(removed) else index
    if about := manifest.get(ACCELERATOR):
        index = replace(index, accelerated=Accelerated(Accelerator.load(folder, about), live))
    return index, live


def _filed(folder: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    """The tree that the items are filed in since they were relabelled, if they were."""
    if TREE not in manifest["files"]:
        return {}
    try:
        told = [(tuple(one), tuple(two)) for one, two in read_json(folder / MOVED)]
    except (TypeError, ValueError) as error:
        raise RunError(f"{folder / MOVED}: damaged; {REMEDY}") from error
    return {"tree": LabelTree.from_yaml(folder / TREE), "moved": dict(told)}


def _items(place: Path, folder: Path, manifest: dict[str, Any], run: Path) -> ExactIndex:
    """The items of an index or of one of its parts."""
    codes = _array(place / "codes.npy")
    try:
        with np.load(place / "labels.npz", allow_pickle=False) as stored:
            labels = ItemLabels(stored["codes"], stored["offsets"])
            facets = {
                name: ItemLabels(stored[f"{name}.codes"], stored[f"{name}.offsets"])
                for name in facet_names(run)
            }
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise RunError(f"{place}/labels.npz: damaged; {REMEDY}") from error
    return _fitting(place, folder, codes, _lines(place), labels, manifest, run, facets)


def _part(folder: Path, part: Part, manifest: dict[str, Any], run: Path) -> ExactIndex:
    place = folder / PARTS / part.name
    try:
        good = sha256_of(place / PART) == part.sha256
    except OSError as error:
        raise RunError(f"{place / PART}: missing; {REMEDY}") from error
    if not good:
        raise RunError(f"{place / PART}: damaged, or changed by hand; {REMEDY}")
    told = read_json(place / PART)
    if wrong := damaged_files(place, told["files"]):
        raise RunError([f"{problem}; {REMEDY}" for problem in wrong])
    own = {"engine": told["engine"]} if "engine" in told else {}
    return _items(place, folder, manifest | own, run)


def _joined(every: Sequence[ExactIndex]) -> ExactIndex:
    return replace(
        every[0],
        manifest=every[0].manifest | _engines(every),
        codes=np.concatenate([one.codes for one in every]),
        lines=[line for one in every for line in one.lines],
        labels=joined([one.labels for one in every]),
        facets={name: joined([one.facets[name] for one in every]) for name in every[0].facets},
    )


def _engines(every: Sequence[ExactIndex]) -> dict[str, str]:
    """The engines that features of pictures were computed by, in the order of the parts."""
    known = [one for part in every for one in part.manifest.get("engine", "").split(", ") if one]
    return {"engine": ", ".join(dict.fromkeys(known))} if known else {}


def _of_first_version(folder: Path, manifest: dict[str, Any]) -> ExactIndex:
    if not isinstance(manifest.get("run"), str):
        raise RunError(f"{folder}/{MANIFEST}: lacks one of bits, model_sha256, run; {REMEDY}")
    run = Path(manifest["run"])
    if not run.is_dir():
        raise RunError(
            f"{folder}: made by hierhash 0.1.0, it needs its run at {run}, which is gone; put the "
            f"run back, or {REMEDY}"
        )
    check_run(run)
    _check_weights(folder, manifest, run)
    lines = _lines(folder)
    tree = LabelTree.from_yaml(run / "tree.yaml")
    items = [
        checked_item(line, f"{folder}/items.jsonl:{row}") for row, line in enumerate(lines, start=1)
    ]
    paths = [[tuple(path) for path in item["paths"]] for item in items]
    labels = tree.encode(paths, where=lambda row: f"{folder}/items.jsonl:{row + 1}")
    codes = _array(folder / "codes.npy")
    # What a copy of it is to say, and not where its run was.
    told = {key: value for key, value in manifest.items() if key != "run"}
    told |= {"distance": "hamming", "segments": {CATEGORY: manifest["bits"]}}
    return _fitting(folder, folder, codes, lines, labels, told, run)


def _manifest(folder: Path) -> dict[str, Any]:
    if not folder.is_dir():
        raise RunError(f"{folder}: no such index; build one with hierhash index build")
    if not (folder / "codes.npy").is_file() and (folder / "config.yaml").is_file():
        raise RunError(
            f"{folder}: a run, not an index; build one: hierhash index build {folder} NEW_INDEX"
        )
    if not (folder / MANIFEST).is_file():
        raise RunError(f"{folder}: not an index, or {MANIFEST} is gone; {REMEDY}")
    manifest = read_json(folder / MANIFEST)
    good = (
        isinstance(manifest, dict)
        and isinstance(manifest.get("bits"), int)
        and 1 <= manifest["bits"] <= MOST_BITS
        and isinstance(manifest.get("model_sha256"), str)
    )
    if not good:
        raise RunError(f"{folder}/{MANIFEST}: lacks one of bits, model_sha256; {REMEDY}")
    return dict(manifest)


def _check_weights(folder: Path, manifest: dict[str, Any], run: Path) -> None:
    if model_sha256(run) != manifest["model_sha256"]:
        raise RunError(f"{folder}: made with other weights than those of {run}; {REMEDY}")


def _array(path: Path) -> NDArray[Any]:
    try:
        return np.array(map_array(path))
    except (OSError, ValueError) as error:
        raise RunError(f"{path}: missing, or not an array; {REMEDY}") from error


def _lines(folder: Path) -> list[bytes]:
    try:
        content = (folder / "items.jsonl").read_bytes()
    except OSError as error:
        raise RunError(f"{folder}/items.jsonl: missing; {REMEDY}") from error
    return [line for line in content.split(b"\n") if line]


def _fitting(
    place: Path,
    folder: Path,
    codes: NDArray[Any],
    lines: list[bytes],
    labels: ItemLabels,
    manifest: dict[str, Any],
    run: Path,
    facets: Mapping[str, ItemLabels] = MappingProxyType({}),
) -> ExactIndex:
    distance = _distance(folder, manifest, run)
    problem = code_problem(codes, distance)
    if problem:
        raise RunError(f"{place}/codes.npy: {problem}; {REMEDY}")
    if any(n != len(codes) for n in (len(lines), labels.n, *(one.n for one in facets.values()))):
        raise RunError(
            f"{place}: {len(codes)} codes, {len(lines)} items and {labels.n} labels do not fit; "
            f"{REMEDY}"
        )
    return ExactIndex(codes, lines, labels, manifest, run, distance, facets)


def _distance(folder: Path, manifest: dict[str, Any], run: Path) -> Distance:
    """How its codes are compared; an index that does not say holds codes of bits."""
    name, bits = str(manifest.get("distance", "hamming")), manifest["bits"]
    about = read_json(run / "model.json")
    about = about if isinstance(about, dict) else {}
    coding = about.get("coding")
    own = coding.get("name", "signs") if isinstance(coding, dict) else "signs"
    # Of a method that alone codes texts, which says so with a null, any distance may be.
    own = "" if "coding" in about and coding is None else own
    usual = DISTANCES.get(own, name)
    if name != usual and (usual, name) != ("hamming", "weighted"):
        raise RunError(
            f"{folder}/{MANIFEST}: distance '{name}', and its run codes by '{own}'; {REMEDY}"
        )
    try:
        if name == "weighted":
            return WeightedHamming.of(manifest.get("weights"), bits)
        if name == "polysemous":
            return TabledHamming(bits)
        if name == "coarse_to_fine":
            return CoarseToFine(bits // 8)
        return distance_of(
            name, bits, lambda: LabelTree.from_yaml(run / "tree.yaml").leaf_ancestors
        )
    except ValueError as error:
        raise RunError(f"{folder}/{MANIFEST}: distance: {error}; {REMEDY}") from error
