"""What the short names of a report mean: the one source of legends, tooltips and captions."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hierhash.methods.registry import presets, summary
from hierhash.reports.section import Cell, Table

DIRECTIONS = {
    "i2t": "pictures look for texts",
    "t2i": "texts look for pictures",
    "i2i": "pictures look for pictures",
    "t2t": "texts look for texts",
    "i2m": "pictures look for items coded from picture and text together",
    "t2m": "texts look for items coded from picture and text together",
}

METHODS = {
    "expected_tree_codes": "tree-aware, our own: the code of an item is the expected code of its "
    "class, and prefixes of a code are codes",
    "hierarchical_dcmh": "tree-aware: similarity by level of the tree, a classifier of every level "
    "on the code",
    "dcmh_multitask_flat": "flat: the same network with leaf similarity and a leaf classifier",
    "dcmh_tuned": "flat: DCMH on the same network, without a classifier",
    "dcmh_leaf": "flat: DCMH with the official network, settings chosen on validation",
    "dcmh_any": "dcmh_leaf with every shared ancestor taken for the same class",
    "dcmh_published": "flat: DCMH with the published settings, which are not tuned",
    "soft_contrast": "flat: supervised contrast over all training items",
    "posterior_float": "not a hash: the chances of all classes as floats, the ceiling",
    "posterior_hyperplanes": "the same chances, cut into bits by random hyperplanes",
    "classifier_code": "not a hash: the number of the likeliest leaf",
    "itq": "pictures alone, trained without labels",
}
"""What the usual methods are; words before a colon tell their kind."""


def described(name: str) -> str:
    """What a method is, or its own first words; nothing where it is not installed.

    Example:
        >>> described("itq")
        'pictures alone, trained without labels'
    """
    if name in METHODS or name not in presets():
        return METHODS.get(name, "")
    return summary(name)


_NAMES = DIRECTIONS | {
    "n": "queries that the score is over",
    "bits": "length of the code; the main length for a method that has one size only",
    "seeds": "trainings that the mean is over",
    "trials": "settings tried on validation items",
    "epochs": "passes over the training items",
    "bytes": "what an index stores for one item",
    "seconds": "wall-clock time of one training, not CPU time; median over seeds",
    "map_leaf": "mean average precision where only the query's leaf counts",
    "map_leaf_macro": "map_leaf as a mean over leaves, so that rare ones count as much",
    "hap": "hierarchical average precision: the mean of those of all levels of the tree, which "
    "tells what comes back when the leaf is missed",
    "ndcg@100": "discounted gain 2^level - 1 of the first 100, as a share of the best possible",
    "canonical": "the score before it in the one order that an index returns: distance, then row",
    "similarity": "which training pairs are similar",
    "head leaves": "the third of the leaves with the most training items",
    "middle leaves": "the next third",
    "tail leaves": "the third with the fewest",
    "leaf weight": "share of the leaf in the level weights",
    "head": "classifier on the code: per_level one for each level, path one that walks the tree",
    "side": "which half of an item is classified",
    "right": "the leaf is right",
    "sibling": "wrong leaf, right parent",
    "cousin": "wrong parent, right grandparent",
    "farther": "anything else",
    "joint@10": "share of the first ten with the query's leaf and its value of every facet",
    "shipped@10": "the same in the order of a search, among items of the understood values",
    "predicted@10": "the same by the category's score, among items of the query's likeliest values",
    "height": "levels up to the common ancestor: 1 sibling, 2 cousin",
    "share": "of the true leaf's queries",
    "exact_path": "share with every level right",
    "consistency": "share whose levels lie on one path of the tree",
    "hp": "hierarchical precision: share of the predicted path that is true",
    "hr": "hierarchical recall: share of the true path that is predicted",
    "hf1": "harmonic mean of hp and hr",
    "lca_height_of_mistakes": "mean levels up to the common ancestor, mistakes alone; 1 is a "
    "sibling",
    "ece": "expected calibration error: how far confidence is from the share that is right",
    "train_seconds": "wall-clock time of one training, not CPU time",
    "peak_rss_mb": "peak memory of the whole process, the prepared data included",
    "encode_items_per_second": "items coded in a second",
    "bytes_per_item": "what an index stores for one item",
    "recall": "share of all relevant items that are among those returned",
    "precision": "share of the returned items that are relevant",
    "mAP": "mean average precision",
}

_PATTERNS = (
    (r"map_level_(\d+)", "mean average precision where the same node of level {0} counts"),
    (r"accuracy_level_(\d+)", "share with the right node of level {0}, 1 the coarsest"),
    (r"pair_recall@(\d+)", "chance that an item finds its own other half in the first {0}"),
    (r"parent_share@(\d+)", "share of the first {0} under the parent of the query's leaf"),
    (r"(\S+)_share@(\d+)", "share of the first {1} with the query's {0}"),
)

_MARKS = {
    "±": "standard deviation over seeds",
    "▼": "significantly below {} (paired bootstrap over seeds and queries, 95 %)",
    "▲": "significantly above {}",
    "[": "95 % interval of the difference",
    "?": "not measured, or not told by older results",
}

Legend = list[tuple[str, str]]


def meaning(name: str) -> str:
    """What a short name means, or nothing.

    Example:
        >>> meaning("hr"), meaning("colour_share@10/rescored"), meaning("?!")
        ('hierarchical recall: share of the true path that is predicted',
         "share of the first 10 with the query's colour, ordered by the asymmetric score", '')
    """
    base, _, suffix = name.partition("/")
    found = _NAMES.get(base, "")
    for pattern, words in _PATTERNS:
        match = re.fullmatch(pattern, base)
        if match and not found:
            found = words.format(*match.groups())
    return f"{found}, ordered by the asymmetric score" if found and suffix == "rescored" else found


def tooltip(header: str) -> str:
    """What a column is, for the tooltip of its header.

    Example:
        >>> tooltip("t2i hp")
        'texts look for pictures; hierarchical precision: share of the predicted path that is true'
    """
    return meaning(header) or "; ".join(text for text in map(meaning, header.split()) if text)


def sentence(direction: str) -> str:
    """A direction in words, to begin a sentence.

    Example:
        >>> sentence("t2i")
        'Texts look for pictures'
    """
    return DIRECTIONS[direction].capitalize()


def legend(names: Iterable[str]) -> Legend:
    """The names among some words that have a meaning, each once, with it.

    Example:
        >>> legend(["i2t hp", "t2i hp", "method"])[2]
        ('t2i', 'texts look for pictures')
    """
    words = dict.fromkeys(
        word for name in names for word in ([name] if meaning(name) else name.split())
    )
    return [(word, meaning(word)) for word in words if meaning(word)]


def table_legend(table: Table, reference: str) -> Legend:
    """The names in a table's header and the marks in its cells, with their meanings.

    Args:
        table: The table.
        reference: The row that its marks compare the others with.

    Example:
        >>> [name for name, _ in table_legend(Table(["hp"], [[Cell("1", spread="±0.1 ▼")]]), "a")]
        ['hp', '±', '▼']
    """
    cells = [cell for row in table.rows for cell in row if isinstance(cell, Cell)]
    said = {mark for cell in cells for mark in _MARKS if mark in f"{cell.text}{cell.spread}"}
    if any(cell == "?" for row in table.rows for cell in row):
        said.add("?")
    shown = [
        ("[ ]" if mark == "[" else mark, text.format(reference))
        for mark, text in _MARKS.items()
        if mark in said
    ]
    directions = dict.fromkeys(str(row[0]) for row in table.rows if row[0] in DIRECTIONS)
    return legend([*table.header, *directions]) + shown
