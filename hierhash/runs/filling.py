"""Proposals for what a catalogue leaves open: missing labels, coarse ones, values of facets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path as File

import numpy as np
from numpy.typing import NDArray

from hierhash.data.catalogue import Catalogue
from hierhash.labels.facets import CATEGORY
from hierhash.labels.items import ItemLabels
from hierhash.labels.paths import Path, format_path
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.risk_file import read_controls
from hierhash.retrieval.understood import CLEAR
from hierhash.runs.chances import known_labels, leaf_chances, trees_of
from hierhash.runs.coding_run import CodingRun
from hierhash.runs.indexing import default_modality
from hierhash.storage.csv_lines import format_csv, safe_cell
from hierhash.storage.whole_file import write_text

COLUMNS = ["id", "tree", "known", "proposed", "confidence"]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Proposal:
    """A node that an item may be given.

    Args:
        row: Row of the item.
        tree: ``category`` or the facet's name.
        known: Path that it has, () where it has none.
        proposed: Path below that.
        confidence: Probability of what lies at or below the proposed node, 0..1.
    """

    row: int
    tree: str
    known: Path
    proposed: Path
    confidence: float


def fill(saved: CodingRun, catalogue: Catalogue, modality: str, risk: float) -> list[Proposal]:
    """Proposals for items without a label, with one on an inner node, or with an empty facet.

    Each is the deepest node that is wrong at most as often as the risk says, among items like the
    run's validation items; where those are too few to promise it, the deepest that is likelier than
    all else. Only nodes below what is known are proposed. Items with several labels are left alone.

    Args:
        saved: The run.
        catalogue: The items.
        modality: What of them is read: ``image``, ``text`` or ``both``.
        risk: Share of wrong proposals that is accepted, 0..1.

    Raises:
        InputError: The method does not classify, or no item has the modality.
        TreeError: Labels are not in the run's tree.
    """
    labels = known_labels(saved, catalogue)
    chances, read = leaf_chances(saved, catalogue, modality)
    controls, found = read_controls(saved.folder), []
    for name, tree in trees_of(saved).items():
        needed = np.full(len(catalogue), CLEAR)
        for kind, control in controls.get(name, {}).items():
            if control.can_keep(risk):
                needed[read == kind] = control.threshold(risk)
        open_ = ~np.isnan(chances[name][:, 0]) & (labels[name].counts <= 1)
        if name != CATEGORY:
            open_ &= ~_has_cell(saved, catalogue, name)
        found += proposals(name, tree, labels[name], chances[name], needed, open_)
    return sorted(found, key=lambda one: one.row)


def write_proposals(
    saved: CodingRun, catalogue: Catalogue, modality: str | None, risk: float, out: File
) -> int:
    """Writes the proposals as CSV (id, tree, known, proposed, confidence); returns their number.

    Raises:
        InputError: See ``fill``; or the run's method does not read both at once.
        HierhashError: The file cannot be written.
    """
    modality = modality or default_modality(saved)
    saved.check_modality(modality)
    found = fill(saved, catalogue, modality, risk)
    rows = [
        [
            safe_cell(catalogue.ids[one.row]),
            one.tree,
            safe_cell(format_path(one.known)) if one.known else "",
            safe_cell(format_path(one.proposed)),
            f"{min(one.confidence, 0.9999):.4f}",
        ]
        for one in found
    ]
    write_text(out, format_csv(COLUMNS, rows))
    return len(found)


def proposals(
    name: str,
    tree: LabelTree,
    labels: ItemLabels,
    chances: Floats,
    needed: Floats,
    open_: NDArray[np.bool_],
) -> list[Proposal]:
    """Proposals of one tree.

    Args:
        name: Of the tree.
        tree: The tree.
        labels: Of n items, at most one each of those that are open.
        chances: (n, leaves), probabilities.
        needed: (n,), the probability that a proposed node needs.
        open_: (n,), the items that are looked at.
    """
    found = []
    for row in np.flatnonzero(open_).tolist():
        code = labels.codes[labels.offsets[row] : labels.offsets[row + 1]]
        known = code[0] >= 0 if len(code) else np.zeros(tree.depth, dtype=bool)
        given = code[0][known] if len(code) else np.zeros(0, dtype=np.int64)
        below = (tree.leaf_ancestors[known] == given[:, None]).all(axis=0)
        own = chances[row] * below
        if below.sum() < 2:
            continue
        nodes = tree.leaf_ancestors[:, int(own.argmax())]
        sure = [
            min(float(own[level == node].sum()), 1.0)
            for level, node in zip(tree.leaf_ancestors, nodes, strict=True)
        ]
        depth = int((np.array(sure) >= needed[row]).sum())
        path = tree.path_of(depth, int(nodes[depth - 1])) if depth else ()
        before = tree.path_of(len(given), int(given[-1])) if len(given) else ()
        if len(path) > len(before):
            found.append(Proposal(row, name, before, path, sure[depth - 1]))
    return found


def _has_cell(saved: CodingRun, catalogue: Catalogue, facet: str) -> NDArray[np.bool_]:
    """Whether the catalogue says anything of a facet, be it a value that the run lacks."""
    column = catalogue.attributes.get(saved.facet_columns[facet])
    cells = [""] * len(catalogue) if column is None else column
    return np.array([bool(cell.strip()) for cell in cells], dtype=bool)
