"""The table of our method's two forms and of quantised class chances, for ``write_tables``."""

from __future__ import annotations

from pathlib import Path
from statistics import mean

from hierhash.reports.lines import DIRECTIONS
from hierhash.reports.markdown import markdown_table
from hierhash.reports.runs import Run, counted, load_results, own_distance
from hierhash.reports.section import Table

SUITES = ("sample", "emoji", "emoji_artist", "fashion", "fashion_masked")
FORMS = (
    "expected_tree_codes",
    "polysemous_tree_codes",
    "posterior_hyperplanes",
    "posterior_pq",
    "posterior_opq",
)


def forms(_: str, results: Path) -> str:
    """map_leaf / hap of each, up to 8 bytes: codes that ask codes, and real queries.

    Means over the trainings that all rows of a size have.
    """
    rows = []
    for suite in SUITES:
        runs = [run for run in load_results(suite, results)[0] if run["name"] in FORMS]
        for size in (2, 4, 8):
            alike = [run for run in runs if run["stored_bits"] == 8 * size]
            seeds = [{r["seed"] for r in alike if r["name"] == name} for name in FORMS]
            common = set.intersection(*(one for one in seeds if one)) if any(seeds) else set()
            for name in FORMS:
                own = [r for r in alike if r["name"] == name and r["seed"] in common]
                cells = _cells(own)
                if cells is not None:
                    n = " / ".join(dict.fromkeys(counted(own, way) for way in DIRECTIONS))
                    rows.append([suite, str(size), name, str(len(own)), n, *cells])
    heads = [f"{way}, {how}" for how in ("codes ask", "real queries") for way in DIRECTIONS]
    return markdown_table(Table(["suite", "bytes", "method", "seeds", "n", *heads], rows, names=3))


def _cells(runs: list[Run]) -> list[str] | None:
    if not runs:
        return None
    own = own_distance(runs[0])
    orders = ("", own) if own == "lookup" else (own, "asymmetric")
    return [_scores(runs, way, order) for order in orders for way in DIRECTIONS]


def _scores(runs: list[Run], way: str, order: str) -> str:
    found = [run["results"]["all"][way].get(order) for run in runs]
    if None in found:
        return ""
    return " / ".join(f"{mean(one[metric] for one in found):.3f}" for metric in ("map_leaf", "hap"))
