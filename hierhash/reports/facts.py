"""Sections of means over seeds: unseen items, asymmetric distance, single items, one modality."""

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
    return _by_direction("Within one modality", note, runs, WITHIN)


def together_section(runs: list[Run]) -> Section | None:
    """Queries against items coded from picture and text; None where no method has such a code."""
    note = (
        "The items of the database are coded from picture and text together, by the methods that "
        "can; the queries are pictures or texts alone. Mean over seeds."
    )
    return _by_direction("Picture and text as one item", note, runs, TOGETHER)


def _by_direction(
    title: str, note: str, runs: list[Run], directions: tuple[str, ...]
) -> Section | None:
    """A table for each direction, of the methods that answer it."""
    tables = []
    for direction in directions:
        having = [run for run in runs if direction in run["results"]["all"]]
        if having:
            columns = [(direction, metric) for metric in METRICS]
            tables.append(means_table(having, main_bits(having), columns))
    return Section(f"{title}, {main_bits(runs)} bits", note, tables) if tables else None


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
    return _direct_section("Database of unseen items", note, runs, "unseen", "own")


def asymmetric_section(runs: list[Run]) -> Section | None:
    """Scores of real-valued queries against codes; None where they were not measured."""
    note = (
        "Items are ordered by the product of the query's real outputs, cut to -1..1, with the "
        "codes: the score by which a search orders all items. Mean over seeds."
    )
    return _direct_section("Asymmetric distance", note, runs, "all", "asymmetric")


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


def _direct_section(
    title: str, note: str, runs: list[Run], database: str, order: str
) -> Section | None:
    """Both directions by one distance, at the main length among the runs that have it."""
    having = [run for run in runs if _has(run, database, order)]
    if not having:
        return None
    bits = main_bits(having)
    columns = [(d, m) for d in DIRECTIONS for m in METRICS]
    table = means_table(having, bits, columns, database, order)
    return Section(f"{title}, {bits} bits", note, [table])


def _has(run: Run, database: str, order: str) -> bool:
    distance = own_distance(run) if order == "own" else order
    return distance in run["results"].get(database, {}).get("i2t", {})
