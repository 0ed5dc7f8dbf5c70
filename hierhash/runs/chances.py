"""What a run thinks of the items of any catalogue, tree by tree, and what is known of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.data.catalogue import Catalogue
from hierhash.errors import InputError
from hierhash.labels.facets import CATEGORY
from hierhash.labels.items import ItemLabels
from hierhash.labels.tree import LabelTree
from hierhash.methods.coherent import coherent_probabilities
from hierhash.methods.parts import parts_of
from hierhash.retrieval.risk_file import kind_of_text
from hierhash.runs.coding_run import CodingRun
from hierhash.runs.indexing import BATCH, catalogue_rows, groups_of, known_facets
from hierhash.training.items import BOTH

Floats = NDArray[np.float64]


def trees_of(saved: CodingRun) -> dict[str, LabelTree]:
    """The category's tree and those of the facets, by name."""
    return {CATEGORY: saved.tree, **saved.facets}


def known_labels(saved: CodingRun, catalogue: Catalogue) -> dict[str, ItemLabels]:
    """By tree the labels of all items; a facet whose column is not there is not known of any.

    Raises:
        TreeError: Labels are not in the run's tree.
    """
    category = saved.tree.encode(catalogue.labels, where=lambda row: catalogue.where[row])
    return {CATEGORY: category, **known_facets(saved, catalogue, list(range(len(catalogue))))}


def leaf_chances(
    saved: CodingRun, catalogue: Catalogue, modality: str
) -> tuple[dict[str, Floats], NDArray[Any]]:
    """Probabilities of the leaves, and what of each item they were read from.

    Args:
        saved: The run.
        catalogue: Of n items.
        modality: ``image``, ``text`` or ``both``, all that an item has.

    Returns:
        By tree (n, leaves), NaN in rows of items without the modality, or whose text says nothing
        (8 bytes a cell, all that grows with n); and (n,) whose control of risk holds, or "".

    Raises:
        InputError: The run's method does not classify.
        DataError: No item has the modality, or a picture cannot be read.
    """
    groups = groups_of(saved, catalogue, modality)
    parts, read = parts_of(saved.method), np.full(len(catalogue), "", dtype=object)
    found = {
        name: np.full((len(catalogue), len(tree.leaves)), np.nan)
        for name, tree in trees_of(saved).items()
    }
    for given, rows in groups:
        start = 0
        if given == ["text"]:
            rows = [row for row in rows if saved.knows(catalogue.texts[row] or "")]
        for row in rows:
            own_kind = kind_of_text(catalogue.texts[row] or "") if given == ["text"] else given[0]
            read[row] = BOTH if len(given) > 1 else own_kind
        for features in catalogue_rows(saved, catalogue, given, rows):
            own = rows[start : start + BATCH]
            start += len(own)
            for name, part in parts.items():
                levels = part.classify(features)
                if levels is None:
                    raise InputError(
                        f"{saved.folder}: '{saved.method_name}' gives no class chances to predict "
                        "by; train a method that does, such as expected_tree_codes"
                    )
                ancestors = trees_of(saved)[name].leaf_ancestors
                found[name][own] = coherent_probabilities(levels, ancestors)[-1]
    return found, read
