"""What texts a method learns from beside the titles: names of classes, and shortened titles.

A title says far more than what people type. So the name of every node is a text of that node, an
item without a picture; and in each epoch some titles are cut to one to three words, which are drawn
VERSIONS times beforehand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from hierhash.features.text_vectorisers import TextVectoriser
from hierhash.labels.facets import CATEGORY
from hierhash.labels.items import ItemLabels, joined
from hierhash.labels.names import node_texts
from hierhash.labels.tree import LabelTree
from hierhash.training.items import Items

VERSIONS, MOST_WORDS = 3, 3


@dataclass(frozen=True)
class Names:
    """The names of all nodes as texts.

    Args:
        texts: m texts.
        labels: By tree their labels: the node in its own tree, nothing in the others.
    """

    texts: list[str]
    labels: Mapping[str, ItemLabels]

    @staticmethod
    def of(trees: Mapping[str, LabelTree]) -> Names:
        """Those of some trees, ``category`` among them."""
        told = [(name, *one) for name, tree in trees.items() for one in node_texts(tree)]
        labels = {
            name: tree.encode([[node] if of == name else [] for of, _, node in told])
            for name, tree in trees.items()
        }
        return Names([text for _, text, _ in told], labels)


@dataclass(frozen=True)
class Lessons:
    """What is added to the training items; their features are made when they are.

    Args:
        vectoriser: Fitted.
        titles: Of the training items, "" where there is none.
        names: Names of the trees' nodes; None where they are not to be learnt.
        share: Of the texts of a batch that are shortened.
    """

    vectoriser: TextVectoriser
    titles: Sequence[str]
    names: Names | None
    share: float

    def added_to(self, train: Items) -> Items:
        """The training items with these lessons; names come last."""
        versions = range(VERSIONS) if self.share > 0 else ()
        short = [self.vectoriser.transform(shortened(self.titles, seed)) for seed in versions]
        if self.names is None:
            return replace(train, variants={"text": short}, share=self.share)
        named = self.vectoriser.transform(self.names.texts)
        m = named.shape[0]
        rows, has = {}, {}
        for modality, there in train.rows.items():
            nothing = np.zeros((m, *there.shape[1:]), dtype=there.dtype)
            rows[modality] = _joined(there, named if modality == "text" else nothing)
            has[modality] = np.append(train.has[modality], np.full(m, modality == "text"))
        return Items(
            rows,
            has,
            joined([train.labels, self.names.labels[CATEGORY]]),
            {
                name: joined([known, self.names.labels[name]])
                for name, known in train.facets.items()
            },
            {"text": [_joined(one, named) for one in short]},
            self.share,
        )


def shortened(texts: Sequence[str], seed: int = 0) -> list[str]:
    """Each text cut to one, two or three of its words, which keep their order.

    Args:
        texts: The texts; one of fewer words may stay as it is.
        seed: Of the draws.

    Example:
        >>> shortened(["Nike Men Air Black Running Shoe", "Hat"])
        ['Air Black Shoe', 'Hat']
    """
    rng = np.random.default_rng(seed)
    short = []
    for text in texts:
        words = text.split()
        count = min(int(rng.integers(1, MOST_WORDS + 1)), len(words))
        kept = np.sort(rng.permutation(len(words))[:count])
        short.append(" ".join(words[place] for place in kept))
    return short


def _joined(first: Any, second: Any) -> Any:
    if sparse.issparse(first):
        return sparse.vstack([first, second]).tocsr()
    return np.concatenate([first, second])
