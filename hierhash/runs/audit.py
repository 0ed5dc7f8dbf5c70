"""Labels that a run doubts: items that look like another class, or another value of a facet.

A network knows the labels it was trained on by heart, so nobody is judged by one that saw him: the
training items are parted into folds, and each fold by the run's method trained on the others; who
is alone in a class is not judged. All other items are judged by the run itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hierhash.bench.trained import fit_method
from hierhash.config.schema import RunConfig
from hierhash.data.catalogue import Catalogue
from hierhash.errors import DataError, InputError
from hierhash.labels.facets import CATEGORY
from hierhash.labels.items import ItemLabels
from hierhash.labels.paths import Path
from hierhash.labels.tree import LabelTree
from hierhash.methods.coherent import coherent_probabilities
from hierhash.methods.method import Method
from hierhash.methods.parts import parts_of
from hierhash.prepare import Prepared
from hierhash.runs.chances import known_labels, leaf_chances, trees_of
from hierhash.runs.indexing import default_modality
from hierhash.runs.saved import SavedRun
from hierhash.training.items import BOTH

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Doubt:
    """One label that is doubted.

    Args:
        row: Row of the item.
        tree: ``category`` or the facet's name.
        given: Path of its label.
        likelier: Path of the likeliest leaf.
        given_chance: Probability of what lies at or below the label, 0..1.
        likelier_chance: Of the likeliest leaf.
    """

    row: int
    tree: str
    given: Path
    likelier: Path
    given_chance: float
    likelier_chance: float

    @property
    def margin(self) -> float:
        """How much likelier the other class is, 0..1: the worst labels are doubted first by it."""
        return self.likelier_chance - self.given_chance


def audit(
    method: Method,
    config: RunConfig,
    prepared: Prepared,
    folds: int = 3,
    advance: Callable[[int], None] = lambda _: None,
) -> list[Doubt]:
    """The labels of all items that are doubted, worst first.

    Args:
        method: The run's.
        config: Its config; each fold is trained by it.
        prepared: Its data.
        folds: Parts of the training items, 2 or more; each costs a training.
        advance: Told of every fold that is done.

    Raises:
        InputError: The method does not classify.
        DataError: There are fewer training items than folds.
    """
    split = prepared.split
    if folds < 2 or len(split.train) < folds:
        raise DataError(
            f"--folds: {folds} folds of {len(split.train)} training items; choose 2 or more, "
            "and no more than there are items"
        )
    every = np.arange(len(prepared.catalogue))
    chances = _classified(method, prepared, np.setdiff1d(every, split.train))
    if not chances:
        raise InputError(f"'{config.method}' does not classify, so it doubts no label")
    dealt = _dealt(prepared.labels, split.train, config.seed)
    for fold in range(folds):
        held = np.sort(dealt[fold::folds])
        other, _ = fit_method(config, _without(prepared, held))
        for name, own in _classified(other, prepared, held).items():
            chances[name][held] = own[held]
        advance(1)
    trees = {CATEGORY: (prepared.tree, prepared.labels)} | {
        name: (facet.tree, facet.labels) for name, facet in prepared.facets.items()
    }
    return _worst_first(chances, trees)


def audit_others(saved: SavedRun, catalogue: Catalogue) -> list[Doubt]:
    """The doubted labels of items that the run was not trained on, worst first.

    Raises:
        InputError: The method does not classify, or no item can be read by it.
        TreeError: Labels are not in the run's tree.
    """
    labels = known_labels(saved, catalogue)
    chances, _ = leaf_chances(saved, catalogue, default_modality(saved))
    return _worst_first(
        chances, {name: (tree, labels[name]) for name, tree in trees_of(saved).items()}
    )


def _worst_first(
    chances: Mapping[str, Floats], trees: Mapping[str, tuple[LabelTree, ItemLabels]]
) -> list[Doubt]:
    found = [doubt for name, own in chances.items() for doubt in doubts(name, *trees[name], own)]
    return sorted(found, key=lambda one: (-one.margin, one.row, one.tree))


def doubts(name: str, tree: LabelTree, labels: ItemLabels, chances: Floats) -> list[Doubt]:
    """The doubted labels of one tree: a leaf below none of the item's is likelier than they are.

    Args:
        name: Of the tree.
        tree: The tree.
        labels: Of n items; unlabelled ones are not doubted.
        chances: (n, leaves), probabilities; rows of NaN are not judged.
    """
    found = []
    for row in np.flatnonzero(labels.labelled & ~np.isnan(chances[:, 0])).tolist():
        paths = labels.codes[labels.offsets[row] : labels.offsets[row + 1]]
        below = np.zeros(chances.shape[1], dtype=bool)
        for path in paths:
            known = path >= 0
            below |= (tree.leaf_ancestors[known] == path[known][:, None]).all(axis=0)
        best = int(chances[row].argmax())
        given, likelier = float(chances[row][below].sum()), float(chances[row][best])
        # A coarse label may be the likelier though no leaf below it is the likeliest.
        if below[best] or given >= likelier:
            continue
        depth = int((paths[0] >= 0).sum())
        found.append(
            Doubt(
                row,
                name,
                tree.path_of(depth, int(paths[0][depth - 1])),
                tree.leaves[best],
                given,
                likelier,
            )
        )
    return found


def _classified(method: Method, prepared: Prepared, rows: Rows) -> dict[str, Floats]:
    """By tree (n, leaves) probabilities, NaN but for ``rows``; by all that is known of an item."""
    found = {}
    for name, part in parts_of(method).items():
        tree = prepared.tree if name == CATEGORY else prepared.facets[name].tree
        chances = np.full((len(prepared.catalogue), len(tree.leaves)), np.nan)
        for given, own in prepared.items.given(BOTH, rows):
            read = [one for one in given if one in part.needs]
            read = read if part.fuses else read[:1]
            if not read or not len(own):
                continue
            levels = part.classify({one: prepared.items.rows[one][own] for one in read})
            if levels is None:
                return {}
            chances[own] = coherent_probabilities(levels, tree.leaf_ancestors)[-1]
        found[name] = chances
    return found


def _dealt(labels: ItemLabels, train: Rows, seed: int) -> Rows:
    """Training items in an order that deals every class to all folds alike, as far as it reaches.

    Who is alone in a class is not dealt: a training without him cannot know it.
    """
    drawn = np.random.default_rng(seed).permutation(train)
    own = [
        tuple(labels.codes[labels.offsets[row]]) if labels.labelled[row] else () for row in drawn
    ]
    counts = Counter(own)
    order = sorted(range(len(drawn)), key=lambda place: own[place])
    return np.array([drawn[place] for place in order if counts[own[place]] > 1], dtype=np.int64)


def _without(prepared: Prepared, held: Rows) -> Prepared:
    """The data with some training items kept from training."""
    train = prepared.split.train
    stay = ~np.isin(train, held)
    lessons = prepared.lessons
    if lessons is not None:
        titles = [title for title, one in zip(lessons.titles, stay, strict=True) if one]
        lessons = replace(lessons, titles=titles)
    return replace(prepared, split=replace(prepared.split, train=train[stay]), lessons=lessons)
