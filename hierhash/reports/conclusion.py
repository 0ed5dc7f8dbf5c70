"""What a suite's numbers come to, in two sentences that are made from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan

from hierhash.reports.comparison import Interval, Key, mark
from hierhash.reports.lines import DIRECTIONS
from hierhash.reports.reference import FORMS, reference
from hierhash.reports.runs import (
    Run,
    asks_real,
    average_scores,
    headline_names,
    item_bytes,
    main_bits,
    own_distance,
    tidy,
)
from hierhash.reports.section import Cell, Section, Table
from hierhash.reports.words import described, sentence

METRICS = ("map_leaf", "hap")
OF_BITS = ("hamming", "weighted", "polysemous")
COLUMNS = [(direction, metric) for direction in DIRECTIONS for metric in METRICS]
Columns = dict[tuple[str, str], float]
Scores = dict[str, Columns]
Marks = dict[tuple[str, str, str], str]  # name, direction, metric
BEATS = {
    "▲": "beats it",
    "▼": "loses to it",
    "": "cannot be told from it",
    "?": "is not tested against it",
}


@dataclass(frozen=True)
class Conclusion:
    """The sentences, and the rows that they speak of: name, bytes an item, what it is."""

    sentences: Sequence[str]
    rows: Sequence[tuple[str, str, str]]

    @property
    def section(self) -> Section:
        """The same as a section."""
        rows: list[list[Cell | str]] = [[name, words, size] for name, size, words in self.rows]
        table = Table(["method", "what it is", "bytes"], rows, names=2)
        return Section("Conclusion", " ".join(self.sentences), [table])


def conclude(runs: list[Run], found: dict[Key, Interval]) -> Conclusion | None:
    """Which rows are best at the main code length, and how the reference stands to the others.

    Args:
        runs: Runs that answer in both directions.
        found: Paired intervals, from ``intervals``.

    Returns:
        None where there is no row without a variant.
    """
    if not headline_names(runs):
        return None
    bits, first = main_bits(runs), reference(runs)
    own = [run for run in runs if run["bits"] == bits and not run["variant"]]
    means = average_scores(tidy(own))["mean"]
    scores: Scores = {
        name: {(d, m): float(means[bits, name, "all", d, "own", m]) for d, m in COLUMNS}
        for name in headline_names(own)
    }
    of = {name: [run for run in own if run["name"] == name] for name in scores}
    sizes = {name: item_bytes(of[name]) for name in scores}
    said = [_best_rows(scores, sizes, bits)]
    if first in scores and len(scores) > 1:
        rivals = [name for name in scores if name not in (first, *FORMS)]
        codes = [name for name in rivals if own_distance(of[name][0]) in OF_BITS]
        others = [n for n in scores if n != first and n not in codes]
        marks: Marks = {
            (name, *column): mark(found[bits, name, *column])
            if (bits, name, *column) in found
            else "?"
            for name in scores
            for column in COLUMNS
        }
        start = (
            _against_codes(scores, first, codes, marks)
            if codes
            else "the only code of bits for both"
        )
        asked = {
            column: float(means.get((bits, first, "all", column[0], "asymmetric", column[1]), nan))
            for column in COLUMNS
        }
        parts = [
            start,
            *(
                _under_real_queries(name, sizes[name], asked, scores[name])
                if asks_real(of[name][0])
                else _against(name, sizes[name], marks)
                for name in others
            ),
        ]
        said.append(f"The tree-aware {first} ({_bytes(sizes[first])}) is {'; '.join(parts)}.")
    return Conclusion(said, [(name, sizes[name], described(name)) for name in scores])


def _best_rows(scores: Scores, sizes: dict[str, str], bits: int) -> str:
    parts = []
    for direction in DIRECTIONS:
        by_row: dict[str, list[str]] = {}
        for metric in METRICS:
            best = max(round(own[direction, metric], 3) for own in scores.values())
            rows = [n for n, own in scores.items() if round(own[direction, metric], 3) == best]
            named = " and ".join(f"{name} ({_bytes(sizes[name])} an item)" for name in rows)
            by_row.setdefault(named, []).append(f"{metric} ({best:.3f})")
        best_at = " and ".join(f"{row} at {' and '.join(at)}" for row, at in by_row.items())
        parts.append(f"when {sentence(direction).lower()} ({direction}), {best_at}")
    return f"At {bits} bits the best are: {'; '.join(parts)}."


def _against_codes(scores: Scores, first: str, codes: list[str], marks: Marks) -> str:
    """The reference against the strongest other code of bits, score by score."""
    places: dict[str, list[str]] = {}
    for direction, metric in COLUMNS:
        rival = max(codes, key=lambda name: scores[name][direction, metric])
        ours, theirs = scores[first][direction, metric], scores[rival][direction, metric]
        verdict = _verdict(marks[rival, direction, metric], ours - theirs)
        numbers = f"{direction} {metric} {ours:.3f} to {theirs:.3f} of {_kind(rival)}{rival}"
        places.setdefault(verdict, []).append(numbers)
    rival = "the best other code of bits"  # the same in the first place, then "it"
    said = []
    for verdict, at in places.items():
        said.append(f"{verdict} {rival} in {len(at)} of {len(COLUMNS)} scores ({', '.join(at)})")
        rival = "it"
    return " and ".join(said)


def _under_real_queries(name: str, size: str, asked: Columns, theirs: Columns) -> str:
    """Codes that real queries ask alone, beside the reference under such queries."""
    if any(isnan(value) for value in asked.values()):
        return f"{name} ({_bytes(size)}) is asked by real queries and not compared"
    above = sum(theirs[column] > asked[column] for column in COLUMNS)
    return (
        f"{name} ({_bytes(size)}) is above it in {above} of {len(COLUMNS)} where both are asked by "
        "real queries (not tested)"
    )


def _against(name: str, size: str, marks: Marks) -> str:
    """A method of another kind, or form, by how many scores it beats the reference in."""
    counts = Counter(marks[name, *column] for column in COLUMNS)
    said = [f"{words} in {counts[one]}" for one, words in BEATS.items() if counts[one]]
    return f"{name} ({_bytes(size)}) {', '.join(said)}"


def _verdict(verdict: str, difference: float) -> str:
    """Where the reference is, from the mark of its rival."""
    if verdict == "?":
        return f"{'above' if difference > 0 else 'below'} (not tested)"
    return {"▼": "significantly above", "▲": "significantly below"}.get(
        verdict, "not to be told from"
    )


def _kind(name: str) -> str:
    return "the flat " if described(name).startswith("flat") else ""


def _bytes(size: str) -> str:
    return "1 byte" if size == "1" else f"{size} bytes"
