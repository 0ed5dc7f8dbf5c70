"""Predictions of a run: of one text or picture, or of all items of a source as a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.data.catalogue import Catalogue
from hierhash.data.images import ImageRef
from hierhash.errors import InputError
from hierhash.labels.facets import CATEGORY
from hierhash.labels.paths import format_path
from hierhash.methods.coherent import coherent_probabilities
from hierhash.methods.method import Posteriors
from hierhash.retrieval.named import looked_up, named_nodes, plain_name
from hierhash.retrieval.risk_file import kind_of_text, read_controls
from hierhash.runs.coding_run import CodingRun
from hierhash.runs.indexing import catalogue_rows, rows_with
from hierhash.storage.csv_lines import safe_cell
from hierhash.storage.whole_file import write_text


def check_classifies(saved: CodingRun) -> None:
    """Refuses a run that classifies nothing, before long work.

    Raises:
        InputError: Its method does not classify.
    """
    modality = saved.modalities[0]
    _posteriors(saved, modality, np.zeros((0, *saved.shapes[modality]), dtype=np.float32))


def _posteriors(saved: CodingRun, modality: str, rows: Any) -> Posteriors:
    """Class probabilities of items.

    Raises:
        InputError: The run's method does not classify.
    """
    chances = saved.method.classify({modality: rows})
    if chances is None:
        raise InputError(
            f"{saved.folder}: '{saved.method_name}' gives no class chances to predict by; "
            "train a method that does, such as expected_tree_codes"
        )
    return chances


def predict_one(saved: CodingRun, modality: str, one: str, risk: float) -> dict[str, Any]:
    """What a text, or the picture in a file, is predicted as.

    Returns:
        ``levels``: class and confidence at each level; ``answer``: where the run had validation
        items enough to promise the risk, the names on the way to the deepest node that is wrong
        at most so often; none where not even a top node is. A name of a node is that node.
        ``notes``: what of a text was not taken as it stands, if anything.

    Raises:
        DataError: No word of the text is known, or the picture cannot be read.
    """
    if modality == "text":
        saved.check_text(one)
        rows = saved.text_rows([one])
    else:
        rows = saved.image_rows([ImageRef(Path(one)).open()])
    chances = _posteriors(saved, modality, rows)
    names = named_nodes(saved.tree) if modality == "text" else {}
    if names:
        ancestors = saved.tree.leaf_ancestors
        own = coherent_probabilities(chances, ancestors)[-1]
        [leaves] = looked_up(own, [one], names, ancestors)
        chances = [np.bincount(level, leaves)[None].astype(np.float32) for level in ancestors]
    [path], [sure] = _predicted(saved, chances)
    notes = {"notes": saved.notes(one)} if modality == "text" and saved.notes(one) else {}
    told: dict[str, Any] = {
        **notes,
        "levels": [
            {"level": level, "class": node[-1], "confidence": float(confidence)}
            for level, (node, confidence) in enumerate(zip(path, sure, strict=True), start=1)
        ],
    }
    threshold = _threshold(saved, kind_of_text(one) if modality == "text" else modality, risk)
    if (named := names.get(plain_name(one))) is not None:
        told["answer"] = list(named.node)
    elif threshold is not None:
        depth = int((sure >= threshold).sum())
        told["answer"] = list(path[depth - 1]) if depth else []
    return told


def _threshold(saved: CodingRun, modality: str, risk: float) -> float | None:
    """The confidence that an answer needs; None where the run cannot promise such a risk."""
    control = read_controls(saved.folder).get(CATEGORY, {}).get(modality)
    return control.threshold(risk) if control is not None and control.can_keep(risk) else None


def predict_rows(saved: CodingRun, modality: str, rows: Any) -> list[list[tuple[str, float]]]:
    """For each feature row the class and its confidence at every level, coarsest first.

    Raises:
        InputError: The run's method does not classify.
    """
    paths, confidences = _predicted(saved, _posteriors(saved, modality, rows))
    return [
        [(path[-1], float(one)) for path, one in zip(own, sure, strict=True)]
        for own, sure in zip(paths, confidences, strict=True)
    ]


def predict_source(
    saved: CodingRun, catalogue: Catalogue, modality: str, out: Path, risk: float
) -> int:
    """Writes one CSV row an item: its id, the path and confidence of each level, and the answer.

    An item without the modality, or with a text that says nothing to the run, has empty cells.

    ``answer`` is the path of the deepest node that is wrong at most so often, empty where none is;
    only of a run with validation items enough to promise the risk.

    Returns:
        The number of items that were predicted.

    Raises:
        InputError: No item has the modality, or a picture cannot be read.
        HierhashError: The file cannot be written.
    """
    rows = [
        row
        for row in rows_with(catalogue, modality)
        if modality != "text" or saved.knows(catalogue.texts[row] or "")
    ]
    if not rows:
        raise InputError(f"{catalogue.name}: no text says anything to the run; nothing to predict")
    blocks = [
        _posteriors(saved, modality, features[modality])
        for features in catalogue_rows(saved, catalogue, [modality], rows)
    ]
    predicted = _predicted(saved, [np.concatenate(own) for own in zip(*blocks, strict=True)])
    kinds = [
        kind_of_text(catalogue.texts[row] or "") if modality == "text" else modality for row in rows
    ]
    needed = {kind: _threshold(saved, kind, risk) for kind in {modality, *kinds}}
    thresholds = [needed[kind] for kind in kinds] if needed[modality] is not None else None
    write_text(out, _as_csv(catalogue.ids, rows, *predicted, thresholds))
    return len(rows)


def _predicted(
    saved: CodingRun, chances: Posteriors
) -> tuple[list[list[tuple[str, ...]]], NDArray[np.float64]]:
    """The node of each level above the likeliest leaf of each item, and its confidence, (n, L)."""
    ancestors = saved.tree.leaf_ancestors
    coherent = coherent_probabilities(chances, ancestors)
    classes = ancestors[:, coherent[-1].argmax(axis=1)]
    items = np.arange(len(chances[-1]))
    confidences = [chance[items, own] for chance, own in zip(coherent, classes, strict=True)]
    paths = [
        [saved.tree.path_of(level, int(own)) for level, own in enumerate(column, start=1)]
        for column in classes.T
    ]
    return paths, np.minimum(np.stack(confidences, axis=1), 1.0)


def _as_csv(
    ids: Sequence[str],
    rows: list[int],
    paths: list[list[tuple[str, ...]]],
    confidences: NDArray[np.float64],
    thresholds: list[float | None] | None,
) -> str:
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    depth = confidences.shape[1]
    columns = [(f"level_{level}", f"confidence_{level}") for level in range(1, depth + 1)]
    answer = [] if thresholds is None else ["answer"]
    table.writerow(["id", *(name for pair in columns for name in pair), *answer])
    places = {row: place for place, row in enumerate(rows)}
    for row, item in enumerate(ids):
        cells = [safe_cell(item)]
        if row not in places:
            table.writerow(cells + [""] * (2 * confidences.shape[1] + len(answer)))
            continue
        own, sure = paths[places[row]], confidences[places[row]]
        for path, confidence in zip(own, sure, strict=True):
            cells += [safe_cell(format_path(path)), f"{min(confidence, 0.9999):.4f}"]
        if thresholds is not None:
            needed = thresholds[places[row]]
            depth = 0 if needed is None else int((sure >= needed).sum())
            cells.append(safe_cell(format_path(own[depth - 1])) if depth else "")
        table.writerow(cells)
    return written.getvalue()
