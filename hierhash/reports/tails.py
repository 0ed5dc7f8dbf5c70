"""Leaf mAP for head, middle and tail leaves: thirds of the leaves by training items."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hierhash.metrics.retrieval_suite import macro_mean
from hierhash.reports import charts
from hierhash.reports.lines import DIRECTIONS
from hierhash.reports.per_query import per_query, seed_average
from hierhash.reports.runs import Run, drawn_names, headline_names, main_bits
from hierhash.reports.section import Cell, Chart, Section, Table
from hierhash.reports.words import sentence

PARTS = ("head", "middle", "tail")


def tail_section(results: Path, runs: list[Run]) -> Section | None:
    """Macro leaf mAP of each third, by method; None without per-query scores."""
    bits = main_bits(runs)
    first = per_query(results, runs[0])
    if "i2t/train_items" not in first or not first["i2t/train_items"].any():
        return None  # nothing was kept, or the queries are of leaves that training never saw
    drawn = []
    rows: list[list[Cell | str]] = []
    for direction in DIRECTIONS:
        leaf, items = first[f"{direction}/leaf"], first[f"{direction}/train_items"]
        parts = thirds(leaf, items)
        values: dict[str, dict[str, float]] = {}
        for name in headline_names(runs):
            scores = seed_average(results, runs, name, bits, f"{direction}/map_leaf")
            if scores is not None:
                values[name] = {
                    part: macro_mean(scores[inside], leaf[inside])
                    for part, inside in zip(PARTS, parts, strict=True)
                }
                cells = [
                    Cell(
                        "–" if np.isnan(value) else f"{value:.3f}",
                        spread=f"n={int(np.sum(~np.isnan(scores[inside])))}",
                    )
                    for value, inside in zip(values[name].values(), parts, strict=True)
                ]
                rows.append([direction, name, *cells])
        if values:
            n = int(sum(np.sum(inside) for inside in parts))
            shown = {name: values[name] for name in drawn_names(runs) if name in values}
            chart = charts.bars(shown, f"{direction} map_leaf_macro")
            drawn.append(
                Chart(chart, f"{sentence(direction)}: macro leaf mAP by third, {n} queries.")
            )
    sizes = [
        f"{part} {items[inside].min()} to {items[inside].max()}"
        for part, inside in zip(PARTS, parts, strict=True)
        if inside.any()
    ]
    note = (
        "Thirds of the leaves that have queries, by their training items ("
        + ", ".join(sizes)
        + "); every leaf counts the same. Mean over seeds."
    )
    header = ["direction", "method", *(f"{part} leaves" for part in PARTS)]
    table = Table(header, rows, names=2, grouped=True)
    return Section(
        f"Head, middle and tail leaves, {bits} bits",
        note,
        [table],
        drawn,
        methods=drawn_names(runs),
        terms=["map_leaf_macro", *DIRECTIONS],
    )


def thirds(leaf: np.ndarray, items: np.ndarray) -> list[np.ndarray]:
    """Which queries are of a leaf in the largest, the middle and the smallest third.

    Args:
        leaf: (q,), each query's leaf, -1 where unknown (in no third).
        items: (q,), training items of that leaf.

    Returns:
        Three bool (q,) masks.

    Example:
        >>> parts = thirds(np.array([0, 1, 2, 2, -1]), np.array([9, 1, 5, 5, 0]))
        >>> [part.tolist().count(True) for part in parts]
        [1, 2, 1]
    """
    leaves, first = np.unique(leaf[leaf >= 0], return_index=True)
    order = np.argsort(-items[leaf >= 0][first], kind="stable")
    return [np.isin(leaf, leaves[part]) for part in np.array_split(order, 3)]
