"""Codes that are prefixes of a longer one, beside codes that were fitted for one length alone."""

from __future__ import annotations

from hierhash.reports.lines import DIRECTIONS
from hierhash.reports.means_table import Row, mean_of
from hierhash.reports.runs import Run, counted, counted_columns
from hierhash.reports.section import Section, Table

COLUMNS = [(direction, metric) for direction in DIRECTIONS for metric in ("map_leaf", "hap")]
APART = {"nested", "trials"}
Pairs = dict[tuple[str, int], list[tuple[Run, Run]]]  # method, bits: prefix and dedicated


def prefix_section(runs: list[Run]) -> Section | None:
    """A prefix and the dedicated code of each length; None where no method was fitted both ways."""
    found = _pairs(runs)
    if not found:
        return None
    rows = [row for (method, bits), pairs in found.items() for row in _rows(method, bits, pairs)]
    note = (
        "The first bits of the headline row's code, which is fitted once, for all lengths, and a "
        "code that was fitted for one length alone. Mean over the training seeds that both have; "
        "below, the prefix less the dedicated code as a share of the latter."
    )
    header = ["bits", "method", "code", "seeds"]
    header += [f"{direction} {metric}" for direction, metric in counted_columns(COLUMNS)]
    table = Table(header, rows, names=3, grouped=True)
    return Section("Prefixes against dedicated codes", note + _other_settings(found), [table])


def _pairs(runs: list[Run]) -> Pairs:
    """Runs of equal method, length and seed, nested and not, that follow the same weights."""
    nested = {
        (run["method"], run["bits"], run["seed"], str(run["settings"].get("centre_weights"))): run
        for run in runs
        if run["settings"].get("nested") is True and not run["variant"]
    }
    found: Pairs = {}
    for run in sorted(runs, key=lambda run: (run["bits"], run["method"], run["seed"])):
        if run["settings"].get("nested") is False:
            start = run["method"], run["bits"]
            key = *start, run["seed"], str(run["settings"].get("centre_weights"))
            if key in nested:
                found.setdefault(start, []).append((nested[key], run))
    return found


def _rows(method: str, bits: int, pairs: list[tuple[Run, Run]]) -> list[Row]:
    """The prefix, the dedicated code, and the difference."""
    prefix, dedicated = ([pair[side] for pair in pairs] for side in (0, 1))
    start: Row = [str(bits), method]
    seeds = str(len(pairs))
    away: Row = []
    for direction, metric in counted_columns(COLUMNS):
        if metric == "n":
            away.append("")
        else:
            one, other = (mean_of(own, direction, metric) for own in (prefix, dedicated))
            away.append(f"{100 * (one / other - 1):+.1f} %" if other else "?")
    return [
        [*start, "prefix", seeds, *_cells(prefix)],
        [*start, "dedicated", seeds, *_cells(dedicated)],
        [*start, "difference", seeds, *away],
    ]


def _cells(runs: list[Run]) -> Row:
    return [
        counted(runs, direction) if metric == "n" else f"{mean_of(runs, direction, metric):.3f}"
        for direction, metric in counted_columns(COLUMNS)
    ]


def _other_settings(found: Pairs) -> str:
    """A sentence where more than the one setting differs, so that it is not taken for it."""
    pairs = [pair for own in found.values() for pair in own]
    names = {
        name
        for prefix, dedicated in pairs
        for name in (set(prefix["settings"]) | set(dedicated["settings"])) - APART
        if prefix["settings"].get(name) != dedicated["settings"].get(name)
    }
    return f" The two differ in {', '.join(sorted(names))}, too." if names else ""
