"""Codes whose centres follow other level weights: what a heavier leaf brings, and what it costs."""

from __future__ import annotations

from typing import Any

from hierhash.reports.lines import DIRECTIONS
from hierhash.reports.means_table import Row, best_cell, mean_of
from hierhash.reports.runs import Run, counted, counted_columns
from hierhash.reports.section import Section, Table

COLUMNS = [(direction, metric) for direction in DIRECTIONS for metric in ("map_leaf", "hap")]
ByWeight = dict[str, dict[int, Run]]  # leaf weight, seed


def centre_weights_section(runs: list[Run]) -> Section | None:
    """Scores by leaf weight, length by length; None where no method was fitted with several."""
    rows: list[Row] = []
    for bits in sorted({run["bits"] for run in runs}):
        for method in dict.fromkeys(run["method"] for run in runs):
            rows += _rows(method, bits, _by_weight(runs, method, bits))
    if not rows:
        return None
    note = (
        "Level weights that the products of the class codes follow: that of the leaf, the levels "
        "above share the rest; of two weights, that of 16 bits and that of 64. Mean over the "
        "training seeds that all weights have; the best of each length is bold."
    )
    header = ["bits", "method", "leaf weight", "seeds"]
    header += [f"{direction} {metric}" for direction, metric in counted_columns(COLUMNS)]
    table = Table(header, rows, names=2, grouped=True)
    return Section("Level weights of the centres", note, [table])


def _by_weight(runs: list[Run], method: str, bits: int) -> ByWeight:
    """Runs of nested codes by leaf weight and seed; of equal ones the headline row's."""
    found: ByWeight = {}
    for run in sorted(runs, key=lambda run: run["variant"] == ""):  # the headline row comes last
        told = run["settings"]
        if (run["method"], run["bits"]) == (method, bits) and told.get("nested") is True:
            weight = leaf_weight(told.get("centre_weights"))
            if told.get("first_weights") is not None:
                weight = f"{leaf_weight(told['first_weights'])} to {weight}"
            found.setdefault(weight, {})[run["seed"]] = run
    return found


def _rows(method: str, bits: int, found: ByWeight) -> list[Row]:
    """A row for each weight, over the seeds that all have; none for one weight alone."""
    seeds = set.intersection(*map(set, found.values())) if len(found) > 1 else set()
    if not seeds:
        return []
    kept = {weight: [found[weight][seed] for seed in sorted(seeds)] for weight in sorted(found)}
    best = {at: max(mean_of(own, *at) for own in kept.values()) for at in COLUMNS}
    rows: list[Row] = []
    for weight, own in kept.items():
        cells: Row = [
            counted(own, at[0]) if at[1] == "n" else best_cell(mean_of(own, *at), best[at])
            for at in counted_columns(COLUMNS)
        ]
        rows.append([str(bits), method, weight, str(len(seeds)), *cells])
    return rows


def leaf_weight(scheme: Any) -> str:
    """The share of the leaf in level weights as a result line tells them, or the scheme's words.

    Example:
        >>> leaf_weight({"scheme": "leaf_heavy", "leaf": 0.4}), leaf_weight([1, 1, 2])
        ('0.4', '0.5')
        >>> leaf_weight("uniform"), leaf_weight(None)
        ('uniform', 'of the tree')
    """
    if isinstance(scheme, dict) and isinstance(scheme.get("leaf"), int | float):
        return f"{scheme['leaf']:g}"
    if isinstance(scheme, list) and sum(scheme):
        return f"{scheme[-1] / sum(scheme):g}"
    if isinstance(scheme, dict):
        return " ".join(str(value) for value in scheme.values())
    return "of the tree" if scheme is None else str(scheme)
