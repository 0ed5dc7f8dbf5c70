"""The arena: bytes an item against answers, for everything that a suite ran.

A row is a system at a size; one whose real queries score its codes stands twice, the second time as
``NAME (real query)``. A row is on the front if no other of as many bytes or fewer is as good in
both map_leaf and hap, each the mean of the directions, and better somewhere. What is said of our
method leaves its own variants and its other form out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Any

from hierhash.reports import charts
from hierhash.reports.lines import DIRECTIONS
from hierhash.reports.reference import FORMS, reference
from hierhash.reports.runs import Run, asks_real, counted, counted_columns, own_distance
from hierhash.reports.section import Cell, Chart, Section, Table

GROUPS = {
    DIRECTIONS: "Across pictures and texts",
    ("i2i",): "Pictures look for pictures",
    ("t2t",): "Texts look for texts, and so for items by their titles",
}
METRICS = ("map_leaf", "hap")
MOST_BYTES = 32
"""Up to here our own method should be on the front; beyond, floats are."""
DEEPEST = 0.25
"""How far below the best a chart reaches."""


@dataclass(frozen=True)
class Row:
    """A system at a size.

    Args:
        name: Method, variant, and whether queries are real.
        bytes: What an index stores of an item.
        scores: Direction and metric to the mean over seeds.
        more: Further scores by the heads of their columns, where they were measured.
        counted: Direction to the number of queries.
        cost: Processor time by the heads of its columns, as text; ``~`` before wall-clock time.
        seeds: How many trainings.
        floats: Whether items are kept as float vectors: a ceiling, and no code.
    """

    name: str
    bytes: int
    scores: dict[tuple[str, str], float]
    more: dict[str, str]
    counted: dict[str, str]
    cost: dict[str, str]
    seeds: int
    floats: bool

    def summary(self, metric: str) -> float:
        """The mean of a metric over the directions."""
        return mean(value for (_, own), value in self.scores.items() if own == metric)

    @property
    def plain(self) -> str:
        """Method and variant."""
        return self.name.removesuffix(" (real query)")

    @property
    def is_real(self) -> bool:
        """Whether its queries are real, and items codes."""
        return self.name.endswith("(real query)")


def rows_of(runs: list[Run], directions: Sequence[str]) -> list[Row]:
    """The rows that answer in some directions, the smallest first."""
    groups: dict[tuple[str, int], list[Run]] = {}
    for run in runs:
        if all(one in run["results"]["all"] for one in directions):
            groups.setdefault((run["name"], _bytes(run)), []).append(run)
    found = [row for own in groups.values() for row in _rows(own, directions)]
    return sorted(found, key=lambda row: (row.bytes, -row.summary("map_leaf")))


def _rows(runs: list[Run], directions: Sequence[str]) -> Iterator[Row]:
    order = own_distance(runs[0])
    own_ending = " (real query)" if asks_real(runs[0]) else ""
    for one, ending in ((order, own_ending), ("asymmetric", " (real query)")):
        by_run = [[run["results"]["all"][way].get(one) for way in directions] for run in runs]
        if all(None not in own for own in by_run):
            yield Row(
                f"{runs[0]['name']}{ending}",
                _bytes(runs[0]),
                {
                    (way, metric): mean(own[place][metric] for own in by_run)
                    for place, way in enumerate(directions)
                    for metric in METRICS
                },
                _more(runs) if one == order else {},
                {way: counted(runs, way) for way in directions},
                _cost(runs, one == order),
                len(runs),
                order in ("dot", "coarse_to_fine"),
            )


def _bytes(run: Run) -> int:
    return int(run["cost"].get("bytes_per_item", -(-run["stored_bits"] // 8)))


def _more(runs: list[Run]) -> dict[str, str]:
    """joint@10 of leaf and facets, and held-out wordings whose first answer is right."""
    found: dict[str, list[Any]] = {}
    for run in runs:
        for way in DIRECTIONS:
            own = run["results"]["all"].get(way, {}).get(own_distance(run), {})
            n = int(own.get("joint_n", 0))
            found.setdefault(f"{way} joint@10 (n={n:,})", []).append(own.get("joint@10"))
        asked = run.get("typed", {}).get("queries", {}).get("t2i", {})
        found.setdefault(f"wordings (n={int(asked.get('n', 0)):,})", []).append(asked.get("first"))
    return {head: f"{mean(own):.3f}" for head, own in found.items() if None not in own}


def _cost(runs: list[Run], own_order: bool) -> dict[str, str]:
    """Medians over seeds; searches were timed in a method's own order alone."""

    def of(cpu: str, wall: str, turn: float = 0.0) -> str:
        own = [run["cost"][cpu] for run in runs if cpu in run["cost"]]
        if len(own) == len(runs):
            return f"{median(own):,.3g}"
        told = [run["cost"][wall] for run in runs if wall in run["cost"]]
        if not told:
            return ""
        return f"~{turn / median(told) if turn else median(told):,.3g}"

    return {
        "train s": of("train_cpu_seconds", "train_seconds"),
        "encode ms / 1,000": of("encode_cpu_ms_per_1000", "encode_items_per_second", 1e6),
        "search ms": of("search_cpu_ms", "") if own_order else "",
    }


def front(rows: Sequence[Row]) -> list[Row]:
    """The rows that no other one beats, the smallest first."""
    return [row for row in rows if not beaten_by(row, rows)]


def beaten_by(row: Row, rows: Sequence[Row]) -> list[Row]:
    """Rows of as many bytes or fewer, as good in both metrics, and better in something."""

    def key(one: Row) -> tuple[float, ...]:
        return (-one.bytes, *(one.summary(metric) for metric in METRICS))

    own = key(row)
    return [
        one
        for one in rows
        if key(one) != own and all(a >= b for a, b in zip(key(one), own, strict=True))
    ]


def better_at_both(row: Row, rows: Sequence[Row]) -> list[tuple[Row, str]]:
    """Codes of as many bytes or fewer that are above a row in map_leaf and hap of a direction.

    Real queries are compared with real queries, codes with codes.
    """
    return [
        (one, way)
        for one in rows
        if one is not row and one.bytes <= row.bytes and not one.floats
        and one.is_real == row.is_real
        for way in dict.fromkeys(way for way, _ in row.scores)
        if all(one.scores[way, metric] > row.scores[way, metric] for metric in METRICS)
    ]  # fmt: skip


def arena_section(runs: list[Run]) -> Section | None:
    """Tables of all rows by what they answer, and charts of the fronts."""
    tables, drawn, said = [], [], []
    there = {run["method"] for run in runs}
    names = [name for name in FORMS if name in there] or [*({reference(runs)} & there)]
    for directions, title in GROUPS.items():
        rows = rows_of(runs, directions)
        if len(rows) < 2:
            continue
        tables.append(_table(rows, directions, title))
        drawn += [
            Chart(
                chart(rows, metric, names),
                f"{title}: {metric} against bytes. {_how_to_read(names)} "
                f"{rows[0].counted[directions[0]]} queries.",
            )
            for metric in METRICS
        ]
        if directions == DIRECTIONS:
            said = [sentence for name in names for sentence in verdict(rows, name)]
    if not tables:
        return None
    note = (
        "Everything that was run, by the bytes that an index stores for an item. front: no row of "
        "as many bytes or fewer is as good in both map_leaf and hap, means of the directions, and "
        "better somewhere; rivals of our method are all but its variants and its other form. (real "
        "query): the query is not cut to a code, and its numbers or tables score the stored codes. "
        "Processor time, ~ where only wall-clock time was kept: training; coding 1,000 items from "
        "features; one query against the whole database. Mean over seeds."
    )
    if said:
        lines: list[list[Cell | str]] = [[sentence] for sentence in said]
        tables.insert(
            0, Table([f"up to {MOST_BYTES} bytes"], lines, title="Our method and its rivals")
        )
    return Section("Arena: bytes against answers", note, tables, drawn)


def _how_to_read(names: Sequence[str]) -> str:
    lines = f"coloured lines the sizes of {' and '.join(names)}; " if names else ""
    return (
        f"The dark line joins what is best up to its size; {lines}hollow: real queries. Many share "
        f"a colour, and what is more than {DEEPEST} below the best is left out."
    )


def verdict(rows: Sequence[Row], name: str) -> list[str]:
    """Where no rival beats a method up to MOST_BYTES, and what does elsewhere.

    Its sizes count by the better of their rows; variants of the method itself, and of our method
    its other form, are no rivals.
    """
    said = []
    family = FORMS if name in FORMS else (name,)
    rivals = [r for r in rows if r.name.partition("+")[0].partition(" ")[0] not in family]
    mine = [row for row in rows if row.plain == name]
    for size in sorted({row.bytes for row in mine if row.bytes <= MOST_BYTES}):
        own = [row for row in mine if row.bytes == size]
        beaten = [beaten_by(row, rivals) for row in own]
        others = min(beaten, key=len)
        named = ", ".join(dict.fromkeys(f"{one.name} of {one.bytes}" for one in others))
        said.append(
            f"{name} of {size} bytes is beaten by {named}."
            if others
            else f"No rival beats {name} of {size} bytes."
        )
        for row in own:
            both: dict[str, list[str]] = {}
            for one, way in better_at_both(row, rivals):
                both.setdefault(f"{one.name} of {one.bytes}", []).append(way)
            if both:
                list_ = ", ".join(f"{one} ({' and '.join(ways)})" for one, ways in both.items())
                said.append(
                    f"Above {row.name} of {size} bytes in map_leaf and hap at once: {list_}."
                )
    return said


def _table(rows: Sequence[Row], directions: Sequence[str], title: str) -> Table:
    more = list(dict.fromkeys(head for row in rows for head in row.more))
    costs = list(rows[0].cost)
    columns = counted_columns([(way, metric) for way in directions for metric in METRICS])
    heads = [f"{way} {metric}" for way, metric in columns]
    best = {id(row) for row in front(rows)}
    lines: list[list[Cell | str]] = [
        [
            row.name,
            f"{row.bytes:,}",
            str(row.seeds),
            *(row.counted[w] if m == "n" else f"{row.scores[w, m]:.3f}" for w, m in columns),
            *(row.more.get(head, "") for head in more),
            *row.cost.values(),
            Cell("front", best=True) if id(row) in best else "",
        ]
        for row in rows
    ]
    header = ["system", "bytes", "seeds", *heads, *more, *costs, ""]
    return Table(header, lines, title=title)


def chart(rows: Sequence[Row], metric: str, names: Sequence[str]) -> str:
    """All rows as points, hollow where queries are real, against bytes on a logarithmic axis.

    The line joins the rows that no smaller one beats in this metric, with their names; the
    methods of some names have lines of their own. What is far below the best is left out.
    """
    best = max(row.summary(metric) for row in rows)
    shown = [row for row in rows if row.summary(metric) > best - DEEPEST]
    with charts.drawing(6.4, 3.8) as (figure, axis):
        for row in shown:
            colour = charts.colour(row.plain.partition("+")[0])
            axis.plot(
                [row.bytes],
                [row.summary(metric)],
                marker="o",
                markersize=4,
                markeredgewidth=0.8,
                color=colour,
                markerfacecolor="none" if row.is_real else colour,
            )
        rising = _rising(shown, metric)
        lines = [(rising, charts.INK, "the best up to a size")]
        for name in names:
            own = _rising([row for row in shown if row.plain == name], metric)
            lines.append((own, charts.colour(name), name))
        for line, colour, label in lines:
            at, up = [row.bytes for row in line], [row.summary(metric) for row in line]
            axis.plot(at, up, color=colour, lw=0.8, alpha=0.7, zorder=0, label=label)
        axis.legend(loc="lower right", fontsize=6.5, frameon=False)
        for place, row in enumerate(rising):  # a staircase above, so that no two names meet
            axis.annotate(
                row.name.replace(" (real query)", ", real query"),
                (row.bytes, row.summary(metric)),
                xytext=(row.bytes, 1.02 + 0.05 * (len(rising) - 1 - place)),
                textcoords=axis.get_xaxis_transform(),
                fontsize=6.5,
                arrowprops={"arrowstyle": "-", "linewidth": 0.4, "color": charts.INK, "alpha": 0.5},
            )
        axis.set_xscale("log", base=2)
        ticks = _ticks(shown)
        axis.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
        axis.minorticks_off()
        axis.set_xlabel("bytes an item")
        axis.set_ylabel(metric)
        axis.spines[["top", "right"]].set_visible(False)
        axis.margins(y=0.05)
        axis.grid(axis="y", alpha=0.2, linewidth=0.6)
        return charts.svg(figure)


def _rising(rows: Sequence[Row], metric: str) -> list[Row]:
    """Of rows sorted by bytes those that are above all of as many bytes or fewer."""
    ordered = sorted(rows, key=lambda row: (row.bytes, -row.summary(metric)))
    kept: list[Row] = []
    for row in ordered:
        if not kept or row.summary(metric) > kept[-1].summary(metric):
            kept.append(row)
    return kept


def _ticks(rows: Sequence[Row]) -> list[int]:
    """The sizes of rows, without those too near to the one before to be read."""
    kept: list[int] = []
    for size in sorted({row.bytes for row in rows}):
        if not kept or size > 1.3 * kept[-1]:
            kept.append(size)
    return kept
