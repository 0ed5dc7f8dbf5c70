"""Sections of means over seeds: unseen items, single items, one modality, both as one item."""

from __future__ import annotations

from pathlib import Path

from hierhash.reports.lines import DIRECTIONS
from hierhash.reports.markdown import markdown_table
from hierhash.reports.means_table import means_table
from hierhash.reports.runs import Run, load_results, main_bits, of_pairs, own_distance
from hierhash.reports.section import Section

WITHIN = ("i2i", "t2t")
TOGETHER = ("i2m", "t2m")
METRICS = ("map_leaf", "hap", "ndcg@100")


def within_section(runs: list[Run]) -> Section | None:
    """Pictures that find pictures and texts that find texts; None for older results."""
    note = "Queries and answers of one modality. Mean over seeds."
    tables = []
    for direction in WITHIN:
        having = [run for run in runs if direction in run["results"]["all"]]
        if having:
            columns = [(direction, metric) for metric in METRICS]
            tables.append(means_table(having, main_bits(having), columns))
    if not tables:
        return None
    return Section(f"Within one modality, {main_bits(runs)} bits", note, tables)


def together_section(runs: list[Run]) -> Section | None:
    """Queries against items coded from picture and text; None where no method has such a code."""
    note = (
        "The items of the database are coded from picture and text together, by the methods that "
        "can; the queries are pictures or texts alone. Mean over seeds."
    )
    having = [run for run in runs if any(one in run["results"]["all"] for one in TOGETHER)]
    if not having:
        return None
    bits = main_bits(having)
    columns = [(direction, metric) for direction in TOGETHER for metric in METRICS]
    table = means_table(having, bits, columns)
    return Section(f"Picture and text as one item, {bits} bits", note, [table])


def within_markdown(suite: str, results: Path) -> str:
    """Pictures that find pictures, all methods that answer, as a Markdown table; or nothing.

    Raises:
        RunError: There are no results, or a line is damaged.
    """
    runs, _ = load_results(suite, results)
    section = within_section([run for run in runs if "i2i" in run["results"]["all"]])
    return markdown_table(section.tables[0]) if section else ""


def unseen_section(runs: list[Run]) -> Section | None:
    """Scores when no training item is in the database; None where there is no such item."""
    note = "The database holds only items that no method was trained on. Mean over seeds."
    having = [run for run in runs if "i2t" in run["results"].get("unseen", {})]
    if not having:
        return None
    bits = main_bits(having)
    table = means_table(having, bits, [(d, m) for d in DIRECTIONS for m in METRICS], "unseen")
    return Section(f"Database of unseen items, {bits} bits", note, [table])


def single_item_section(runs: list[Run]) -> Section | None:
    """Does a title find its own picture, and the right colour; None for older results."""
    metrics = dict.fromkeys(
        name
        for run in runs
        for name in run["results"]["all"]["t2i"][own_distance(run)]
        if of_pairs(name)
    )
    if not metrics:
        return None
    bits = main_bits(runs)
    note = (
        "One item of the database and the query items is right, or one of its attributes. Codes "
        "made for classes are not made for this. n: queries with both halves. Mean over seeds."
    )
    table = means_table(runs, bits, [(d, m) for d in DIRECTIONS for m in metrics])
    return Section(f"Single items, {bits} bits", note, [table])
