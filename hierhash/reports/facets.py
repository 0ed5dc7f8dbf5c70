"""Leaf and facets together: by the whole code, by searches that filter, and each facet alone."""

from __future__ import annotations

from hierhash.reports.lines import DIRECTIONS
from hierhash.reports.means_table import means_table
from hierhash.reports.runs import Run, main_bits, own_distance
from hierhash.reports.section import Section

TOGETHER = ("joint@10", "shipped@10", "predicted@10")


def facets_section(runs: list[Run]) -> Section | None:
    """What a suite with facets says of leaf and facets together; None for others."""
    having = [run for run in runs if "segments" in run]
    if not having:
        return None
    bits = main_bits(having)
    names = list(dict.fromkeys(name for run in having for name in run.get("columns", ())))
    shown = {
        metric
        for run in having
        for direction in DIRECTIONS
        for metric in run["results"]["all"][direction][own_distance(run)]
    }
    metrics = [one for one in (*TOGETHER, *(f"{name}_map" for name in names)) if one in shown]
    columns = [(direction, metric) for direction in DIRECTIONS for metric in metrics]
    note = (
        "The share of the first ten that have the query's leaf and its value of every facet. "
        "joint@10: by the distance of the whole code. shipped@10: in the order of a search, among "
        "items whose known value is the understood one. predicted@10: by the category's score, "
        "among items whose likeliest value, a byte beside its segment, is the query's. NAME_map: "
        "mean average precision of a facet's values by its own segment. Over the "
        f"{_counted(having)} queries whose values are all known, of those that n counts. Mean over "
        "seeds."
    )
    return Section(
        f"Leaf and facets together{_lengths(having)}", note, [means_table(having, bits, columns)]
    )


def _counted(runs: list[Run]) -> str:
    """The largest number of queries that joint@10 is over."""
    counts = [
        run["results"]["all"][direction][own_distance(run)].get("joint_n", 0)
        for run in runs
        for direction in DIRECTIONS
    ]
    return f"{max(counts):,.0f}"


def _lengths(runs: list[Run]) -> str:
    """The segments of the code, where all runs have the same."""
    told = {", ".join(f"{name} {bits}" for name, bits in run["segments"].items()) for run in runs}
    told.discard("")
    return f" (bits: {told.pop()})" if len(told) == 1 else ""
