"""Adding leaves to a finished run: a new run folder whose codes of all else stay comparable."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from hierhash.config.hash import config_hash
from hierhash.config.schema import RunConfig
from hierhash.config.writing import dump_config, with_absolute_paths
from hierhash.data.catalogue import Catalogue
from hierhash.environment import environment
from hierhash.errors import DataError, RunError
from hierhash.labels.paths import format_path
from hierhash.labels.tree import LabelTree
from hierhash.methods.extension import refuse_leaves_without_items
from hierhash.methods.grown_tree import old_places
from hierhash.methods.method import Method
from hierhash.retrieval.risk_file import RISK
from hierhash.retrieval.run_files import finish_run, model_sha256
from hierhash.runs.indexing import catalogue_rows
from hierhash.runs.saved import SavedRun
from hierhash.runs.saving import save_state
from hierhash.storage.json_files import read_json, write_json
from hierhash.storage.whole_folder import whole_folder
from hierhash.training.items import Items

KEPT = ("splits.json", "vectoriser.json")


@dataclass(frozen=True)
class Extended:
    """What a run was extended by.

    Args:
        leaves: Path of each new leaf to the number of its items that have each modality.
        ignored: Items of no new leaf, and such as the run cannot read.
    """

    leaves: dict[str, dict[str, int]]
    ignored: int


def extend_run(
    saved: SavedRun, catalogue: Catalogue, tree: LabelTree, tree_source: str, out: Path
) -> Extended:
    """Writes a run that knows the new leaves of a tree, learnt from labelled items.

    Args:
        saved: The run; it stays as it is.
        catalogue: Items labelled in the new tree; those of no new leaf are not looked at.
        tree: The run's tree with leaves added.
        tree_source: Where it was read from: what the new config names, and messages.
        out: The folder to write; its parents are made.

    Raises:
        RunError: The run's method cannot be extended, or ``out`` exists.
        TreeError: The tree lacks a node of the run's, or a label is not in it.
        DataError: A new leaf has no item that the run can read, or a picture cannot be read.
        HierhashError: The folder cannot be written.
    """
    if out.exists():
        raise RunError(f"{out}: exists already; choose another name or remove it")
    extend = extension_of(saved)
    place = old_places(saved.tree, tree, tree_source)
    items, ignored = _new_items(saved, catalogue, tree, np.flatnonzero(place < 0))
    try:
        method: Method = extend(tree, items)
    except RunError as error:
        raise RunError(f"{saved.folder}: {error}") from error
    found = Extended(_counts(items, tree, place), ignored)
    about = {
        "run": str(saved.folder.absolute()),
        "model_sha256": model_sha256(saved.folder),
        "data": catalogue.name,
        "leaves": found.leaves,
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    with whole_folder(out) as folder:
        _write(folder, saved, method, tree, tree_source, about)
    return found


def extension_of(saved: SavedRun) -> Any:
    """The ``extend`` of a run's method.

    Raises:
        RunError: It has none, or the run has facets.
    """
    if saved.facets:
        raise RunError(
            f"{saved.folder}: a run with facets cannot learn new leaves without training; train "
            "anew with the new tree"
        )
    extend = getattr(saved.method, "extend", None)
    if extend is None:
        raise RunError(
            f"{saved.folder}: '{saved.config.method}' cannot learn new leaves without training; "
            "train anew with the new tree, or use expected_tree_codes"
        )
    return extend


def _new_items(
    saved: SavedRun, catalogue: Catalogue, tree: LabelTree, new: NDArray[np.int64]
) -> tuple[Items, int]:
    """The items of new leaves that the run can read, and the number of others."""
    labels = tree.encode(catalogue.labels, where=catalogue.where.__getitem__)
    owner, leaves, _ = labels.multi_hot_rows(tree.depth)
    chosen = np.unique(owner[np.isin(leaves, new)])
    seen = _readable(saved, catalogue)
    chosen = chosen[np.any([has[chosen] for has in seen.values()], axis=0)]
    own, labels = catalogue.subset(chosen), labels.subset(chosen)
    seen = {modality: has[chosen] for modality, has in seen.items()}
    refuse_leaves_without_items(tree, new, Items({}, seen, labels), catalogue.name)
    rows = {one: _features(saved, own, one, np.flatnonzero(seen[one])) for one in seen}
    return Items(rows, seen, labels), len(catalogue) - len(chosen)


def _readable(saved: SavedRun, catalogue: Catalogue) -> dict[str, NDArray[np.bool_]]:
    """Whether the run can read each item's picture and text; of features given to it, all."""
    image = np.array([one is not None for one in catalogue.images], dtype=np.bool_)
    # A text without a known word says nothing.
    text = np.array(
        [one is not None and saved.knows(one) for one in catalogue.texts], dtype=np.bool_
    )
    known = {
        "image": catalogue.has_image if saved.given_image_features else image,
        "text": catalogue.has_text if saved.vectoriser is None else text,
    }
    return {modality: known[modality] for modality in saved.modalities}


def _features(saved: SavedRun, own: Catalogue, modality: str, rows: NDArray[np.int64]) -> Any:
    """Feature rows (n, ...) of a modality; zeros of items that lack it."""
    given = own.image_features if modality == "image" else own.text_features
    learnt = saved.given_image_features if modality == "image" else saved.vectoriser is None
    shape = saved.shapes[modality]
    if learnt and given is not None:
        if tuple(given.shape[1:]) != shape:
            raise DataError(
                f"{own.name}: {modality} features of shape {tuple(given.shape[1:])}, the run was "
                f"trained on {shape}; give features of the same kind"
            )
        return given.astype(np.float32)
    parts = [
        features[modality] for features in catalogue_rows(saved, own, [modality], rows.tolist())
    ]
    if not parts:
        return np.zeros((len(own), *shape), dtype=np.float32)
    if sparse.issparse(parts[0]):
        spread = sparse.csr_matrix(
            (np.ones(len(rows), np.float32), (rows, np.arange(len(rows)))), (len(own), len(rows))
        )
        return (spread @ sparse.vstack(parts)).tocsr()
    whole = np.zeros((len(own), *shape), dtype=np.float32)
    whole[rows] = np.concatenate(parts)
    return whole


def _counts(items: Items, tree: LabelTree, place: NDArray[np.int64]) -> dict[str, dict[str, int]]:
    owner, leaves, _ = items.labels.multi_hot_rows(tree.depth)
    return {
        format_path(tree.leaves[leaf]): {
            modality: int(has[owner[leaves == leaf]].sum()) for modality, has in items.has.items()
        }
        for leaf in np.flatnonzero(place < 0).tolist()
    }


def _write(
    folder: Path,
    saved: SavedRun,
    method: Method,
    tree: LabelTree,
    tree_source: str,
    about: dict[str, Any],
) -> None:
    """The files of a run, as ``train`` writes them; the split and the words are the old ones."""
    named = os.path.abspath(tree_source) if os.path.exists(tree_source) else tree_source
    data = saved.config.data.model_copy(update={"tree": named})
    config: RunConfig = with_absolute_paths(saved.config.model_copy(update={"data": data}))
    # Not the hash of a training on the whole tree: it is of the parent's weights and these items.
    told = json.dumps([config_hash(config), about["model_sha256"], about["leaves"]])
    own = hashlib.sha256(told.encode()).hexdigest()
    made = environment() | {"config_sha256": own, "extended_from": about}
    write_json(folder / "environment.json", made)
    (folder / "config.yaml").write_text(dump_config(config), encoding="utf-8")
    tree.to_yaml(folder / "tree.yaml")
    for name in KEPT:
        if (saved.folder / name).is_file():
            (folder / name).write_bytes((saved.folder / name).read_bytes())
    save_state(folder, method)
    # What the old leaves were answered at says nothing of the new ones.
    model = {k: v for k, v in read_json(saved.folder / "model.json").items() if k != RISK}
    write_json(folder / "model.json", model | json.loads(json.dumps(method.meta())))
    finish_run(folder)
