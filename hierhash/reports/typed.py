"""Texts as people type them: names of classes, short texts, and a list that stands in no tree."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import mean

from hierhash.reports.means_table import Row, best_cell, best_of
from hierhash.reports.runs import Run, headline_names, main_bits
from hierhash.reports.section import Section, Table

COLUMNS = {
    "names t2i first": ("names", "t2i", "first"),
    "short t2i P@10": ("short", "t2i", "precision@10"),
    "short t2i shipped@10": ("short", "t2i", "shipped@10"),
    "wordings t2i first": ("queries", "t2i", "first"),
    "wordings t2m first": ("queries", "t2m", "first"),
}


def typed_section(runs: list[Run]) -> Section | None:
    """What is typed and what answers it; None where no run was asked so."""
    having = [run for run in runs if run.get("typed")]
    if not having:
        return None
    bits = main_bits(having)
    own = [run for run in having if run["bits"] == bits]
    means = {name: dict(_means(own, name)) for name in headline_names(own)}
    best = {
        column: best_of([of.get(column, float("nan")) for of in means.values()])
        for column in COLUMNS
    }
    rows: list[Row] = [
        [name, *(best_cell(of.get(column, float("nan")), best[column]) for column in COLUMNS)]
        for name, of in means.items()
    ]
    note = (
        "first: the first answer lies at or below the node that is meant. names: of the tree's "
        f"nodes{_count(own, 'names')}. short: query titles cut to one to three words"
        f"{_count(own, 'short')}; P@10 by distance, shipped@10 in the order of a search. wordings: "
        f"the final half of a list that stands in no tree{_count(own, 'queries')}. A text that "
        "says nothing to a run counts as wrong. By the category alone. Mean over seeds."
    )
    return Section(f"What people type, {bits} bits", note, [Table(["method", *COLUMNS], rows)])


def _means(runs: list[Run], name: str) -> Iterator[tuple[str, float]]:
    """The columns that all runs of a row have, with their means."""
    for column, (kind, direction, metric) in COLUMNS.items():
        values = [
            run["typed"].get(kind, {}).get(direction, {}).get(metric)
            for run in runs
            if run["name"] == name
        ]
        if values and None not in values:
            yield column, mean(values)


def _count(runs: list[Run], kind: str) -> str:
    """How many texts of a kind were asked; nothing where none were."""
    counts = {int(one["n"]) for run in runs for one in run["typed"].get(kind, {}).values()}
    return f" ({max(counts):,})" if counts else ""
