"""Sections with tables: unseen items, single items, ties, classification, the cross, costs."""

from __future__ import annotations

import math

import pandas as pd

from hierhash.reports.lines import DIRECTIONS
from hierhash.reports.runs import (
    Run,
    average_scores,
    counted,
    counted_columns,
    headline_names,
    main_bits,
    own_distance,
    tidy,
)
from hierhash.reports.section import Cell, Section, Table

Row = list[Cell | str]
WITHIN = ("i2i", "t2t")
PAIRS = {"leaf": "leaf S", "any": "any-ancestor S", "tree": "level-weighted S"}
HEADS = ("none", "leaf", "per_level", "path")


def within_section(runs: list[Run]) -> Section | None:
    """Pictures that find pictures and texts that find texts; None for older results."""
    having = [run for run in runs if set(WITHIN) & set(run["results"]["all"])]
    if not having:
        return None
    bits = main_bits(having)
    columns = [(direction, metric) for direction in WITHIN for metric in ("map_leaf", "hap")]
    note = (
        "Queries and answers of one modality: i2i pictures, t2t texts. Mean over seeds; ? where a "
        "method codes no such items. n: queries counted."
    )
    table = _means_table(having, bits, "all", "own", columns)
    return Section(f"Within one modality, {bits} bits", note, [table])


def unseen_section(runs: list[Run]) -> Section | None:
    """Scores when no training item is in the database; None where there is no such item."""
    note = (
        "The database holds only items that no method was trained on. Mean over seeds. n: queries "
        "counted; ? where older results do not tell."
    )
    return _direct_section("Database of unseen items", note, runs, "unseen", "own")


def asymmetric_section(runs: list[Run]) -> Section | None:
    """Scores of real-valued queries against codes; None where they were not measured."""
    note = (
        "Items are ordered by the product of the query's real outputs, cut to -1..1, with the "
        "codes: the score by which a search orders all items. Mean over seeds. n: queries counted."
    )
    return _direct_section("Asymmetric distance", note, runs, "all", "asymmetric")


def single_item_section(runs: list[Run]) -> Section | None:
    """Does a title find its own picture, and the right colour; None for older results."""
    metrics = dict.fromkeys(
        name
        for run in runs
        for name in run["results"]["all"]["t2i"][own_distance(run)]
        if name.startswith("pair_recall") or "_share@" in name
    )
    if not metrics:
        return None
    bits = main_bits(runs)
    columns = [(d, m) for d in DIRECTIONS for m in metrics]
    note = (
        "pair_recall@10: chance that an item finds its own other half among the database and the "
        "query items. Shares of the first ten: with the query's attribute; parent: under the "
        "parent of its leaf. "
        "/rescored: ordered by the asymmetric score. Codes made for classes are not made for this. "
        "n: queries with both halves; ? where older results do not tell."
    )
    table = _means_table(runs, bits, "all", "own", columns, counting="pairs")
    return Section(f"Single items, {bits} bits", note, [table])


def ties_section(runs: list[Run]) -> Section:
    """Tie-aware scores beside those of the canonical order, at every length."""
    frame = tidy([run for run in runs if not run["variant"]])
    frame = frame[(frame.database == "all") & (frame.order == "own")]
    means = average_scores(frame)["mean"]
    columns = [
        (direction, prefix + metric)
        for direction in DIRECTIONS
        for metric in ("map_leaf", "hap")
        for prefix in ("", "canonical/")
    ]
    rows: list[Row] = []
    for bits in sorted(set(frame.bits)):
        for name in headline_names([run for run in runs if run["bits"] == bits]):
            own = [run for run in runs if run["name"] == name and run["bits"] == bits]
            cells = [
                counted(own, direction)
                if metric == "n"
                else f"{means[bits, name, 'all', direction, 'own', metric]:.4f}"
                for direction, metric in counted_columns(columns)
            ]
            rows.append([str(bits), name, *cells])
    header = ["bits", "method"]
    for direction, metric in counted_columns(columns):
        is_canonical = metric.startswith("canonical/")
        header.append("canonical" if is_canonical else f"{direction} {metric}")
    note = (
        "Every metric of this report is the expectation over random order inside equal distances. "
        "Beside it here: the one order that an index returns (distance, then row number)."
    )
    return Section("Ties", note, [Table(header, rows, names=2)])


def classification_section(runs: list[Run]) -> Section | None:
    """What the heads predict."""
    bits = main_bits(runs)
    rows: list[Row] = []
    header: list[str] = []
    for name in headline_names(runs):
        own = [r for r in runs if r["name"] == name and r["bits"] == bits and r["classification"]]
        for side in ("image", "text"):
            found = [run["classification"][side] for run in own if side in run["classification"]]
            if not found:
                continue
            means = pd.DataFrame(found).mean()
            header = list(means.index)
            rows.append([name, side, counted(own, side), *(f"{value:.3f}" for value in means)])
    if not rows:
        return None
    note = (
        "The head on the hash layer, on the query items; confidence calibrated on validation "
        "items. Height of a mistake: levels up to the lowest common ancestor (1 = a sibling). "
        "A leaf-only head predicts inner nodes as the sum over their leaves. Mean over seeds. n: "
        "queries of the side; ? where older results do not tell."
    )
    return Section(
        f"Classification, {bits} bits", note, [Table(["method", "side", "n", *header], rows, 2)]
    )


def cross_section(runs: list[Run]) -> Section | None:
    """Training similarity by head: what each brings; None without the variants."""
    bits = main_bits(runs)
    adamw = [
        run
        for run in runs
        if run["bits"] == bits
        and {"pairs", "head"} <= set(run["settings"])
        and run["settings"].get("optimiser") == "adamw"
    ]
    if not any(run["variant"] for run in adamw):
        return None
    found: dict[tuple[str, str], list[Run]] = {}
    for run in adamw:
        key = (run["settings"]["pairs"], run["settings"]["head"])
        if run["variant"] in ("", f"{key[0]}+{key[1]}"):  # not a variant of another kind
            found.setdefault(key, []).append(run)
    columns = [(d, m) for d in DIRECTIONS for m in ("map_leaf", "hap", "ndcg@100")]
    rows: list[Row] = []
    numbers = {
        key: [_mean_of(own, direction, metric) for direction, metric in columns]
        for key, own in found.items()
    }
    best = [max(column) for column in zip(*numbers.values(), strict=True)]
    for pairs in PAIRS:
        for head in HEADS:
            if (pairs, head) in numbers:
                cells = [
                    _best_cell(value, top)
                    for value, top in zip(numbers[pairs, head], best, strict=True)
                ]
                own = found[pairs, head]
                tried = str(own[0]["settings"].get("trials", ""))
                n = [counted(own, direction) for direction in DIRECTIONS]
                first, second = cells[: len(cells) // 2], cells[len(cells) // 2 :]
                start = [PAIRS[pairs], head, str(len(own)), tried]
                rows.append([*start, n[0], *first, n[1], *second])
    names = (f"{d} {m}" for d, m in counted_columns(columns))
    header = ["similarity", "head", "seeds", "trials", *names]
    note = (
        "The same network, optimiser and epochs; settings of each row are the best on validation "
        "items of so many trials. n: queries that are counted."
    )
    return Section(f"Similarity by head, {bits} bits", note, [Table(header, rows, 2)])


def cost_section(runs: list[Run]) -> Section:
    """Time, memory and size."""
    bits = main_bits(runs)
    rows: list[Row] = []
    header: list[str] = []
    for name in headline_names(runs):
        own = [run["cost"] for run in runs if run["name"] == name and run["bits"] == bits]
        if own:
            medians = pd.DataFrame(own).median()
            header = list(medians.index)
            rows.append([name, *(f"{value:,.0f}" for value in medians)])
    note = (
        "Median over seeds, on the machine told below, several runs at a time: compare rows, not "
        "machines. peak_rss_mb is that of the whole process, the prepared data set included."
    )
    return Section(f"Cost, {bits} bits", note, [Table(["method", *header], rows)])


def _direct_section(
    title: str, note: str, runs: list[Run], database: str, order: str
) -> Section | None:
    """Both directions by one distance, at the main length among the runs that have it."""
    having = [run for run in runs if _has(run, database, order)]
    if not having:
        return None
    bits = main_bits(having)
    columns = [(d, m) for d in DIRECTIONS for m in ("map_leaf", "hap", "ndcg@100")]
    table = _means_table(having, bits, database, order, columns)
    return Section(f"{title}, {bits} bits", note, [table])


def _has(run: Run, database: str, order: str) -> bool:
    distance = own_distance(run) if order == "own" else order
    return distance in run["results"].get(database, {}).get("i2t", {})


def _means_table(
    runs: list[Run],
    bits: int,
    database: str,
    order: str,
    columns: list[tuple[str, str]],
    counting: str = "",
) -> Table:
    own = [run for run in runs if run["bits"] == bits]
    means = average_scores(tidy(own))["mean"]
    numbers = {
        name: [float(means.get((bits, name, database, d, order, m), math.nan)) for d, m in columns]
        for name in headline_names(own)
    }
    best = [
        max((value for value in column if not math.isnan(value)), default=math.nan)
        for column in zip(*numbers.values(), strict=True)
    ]
    rows: list[Row] = []
    for name, values in numbers.items():
        mine = [run for run in own if run["name"] == name]
        cells: Row = []
        for (direction, _), value, top in zip(columns, values, best, strict=True):
            if len(cells) % (len(columns) // len(DIRECTIONS) + 1) == 0:
                cells.append(counted(mine, counting or direction, database))
            cells.append(_best_cell(value, top))
        rows.append([name, *cells])
    return Table(["method", *(f"{d} {m}" for d, m in counted_columns(columns))], rows)


def _mean_of(runs: list[Run], direction: str, metric: str) -> float:
    values: list[float] = [
        run["results"]["all"][direction][own_distance(run)][metric] for run in runs
    ]
    return sum(values) / len(values)


def _best_cell(value: float, best: float) -> Cell:
    """Bold if it prints like the best of its column; ? where it was not measured."""
    if math.isnan(value):
        return Cell("?")
    return Cell(f"{value:.3f}", round(value, 3) >= round(best, 3))
