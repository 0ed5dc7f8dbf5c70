"""The HTML report of a suite: one self-contained file, no network."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader

from hierhash.reports import charts
from hierhash.reports.headline import METRICS, headline_table, load_frame
from hierhash.training.jsonl import read_lines
from hierhash.training.run_folder import read_json, write_text

Picture = Callable[[str], bytes | None]
RELATION = ("unrelated", "same top node", "near relative", "same class")


def write_report(suite: str, results: Path, out: Path, picture: Picture = lambda _: None) -> None:
    """Writes the report.

    Args:
        suite: Name of the suite.
        results: Folder of its result files.
        out: The HTML file to write, whole or not at all.
        picture: JPEG bytes of an item by id; None shows its text alone.

    Raises:
        RunError: There are no results, or they are damaged.
    """
    runs = read_lines(results / f"{suite}.jsonl")
    table = headline_table(load_frame(suite, results))
    bits = 32 if (table["bits"] == 32).any() else int(table["bits"].iloc[0])
    environment = Environment(
        loader=PackageLoader("hierhash.reports", "templates"), autoescape=True
    )
    environment.filters["json"] = lambda value: json.dumps(value, indent=1)
    headline = [run for run in runs if not run["variant"]]
    several = table["bits"].nunique() > 1
    text = environment.get_template("report.html.j2").render(
        suite=suite,
        table=_cells(table),
        metrics=METRICS,
        by_level=charts.bars(_by_level(headline, bits), "mAP (i2t)"),
        by_bits=charts.lines(_by_bits(headline), "bits", "H-AP (i2t)") if several else "",
        by_rank=charts.lines(_by_rank(headline, bits), "recall (i2t)", "precision"),
        bits=bits,
        classified=_first_seed(runs, bits, "classification"),
        costs=_first_seed(runs, bits, "cost"),
        examples=_examples(results / f"{suite}.details.json", picture),
        runs=runs,
        environments=read_json(results / "environments.json"),
        tuning=read_lines(results / f"{suite}.tuning.jsonl"),
    )
    write_text(out, text)


def _cells(table: Any) -> list[dict[str, Any]]:
    rows = []
    for (bits, name), part in table.groupby(["bits", "name"], sort=False):
        values = {
            f"{row.direction} {row.metric}": (row.mean, row.std)
            for row in part.itertuples(index=False)
        }
        best = {
            key: mean
            >= table[(table.bits == bits) & (table.direction + " " + table.metric == key)][
                "mean"
            ].max()
            for key, (mean, _) in values.items()
        }
        rows.append(
            {
                "bits": bits,
                "name": name,
                "seeds": int(part["count"].iloc[0]),
                "values": values,
                "best": best,
            }
        )
    return rows


def _by_level(runs: list[dict[str, Any]], bits: int) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for run in runs:
        if run["bits"] == bits and run["method"] not in found:
            scores = run["results"]["all"]["i2t"]["hamming"]
            found[run["method"]] = {
                f"level {name.removeprefix('map_level_')}": value
                for name, value in scores.items()
                if name.startswith("map_level_")
            }
    return found


def _by_bits(runs: list[dict[str, Any]]) -> dict[str, tuple[list[float], list[float]]]:
    found: dict[str, dict[int, list[float]]] = {}
    for run in runs:
        own = found.setdefault(run["method"], {})
        own.setdefault(run["bits"], []).append(run["results"]["all"]["i2t"]["hamming"]["hap"])
    return {
        name: ([float(b) for b in sorted(own)], [sum(own[b]) / len(own[b]) for b in sorted(own)])
        for name, own in found.items()
    }


def _by_rank(runs: list[dict[str, Any]], bits: int) -> dict[str, tuple[list[float], list[float]]]:
    return {
        run["method"]: (run["curves"]["i2t"]["recall"], run["curves"]["i2t"]["precision"])
        for run in reversed(runs)  # the first seed wins
        if run["bits"] == bits
    }


def _first_seed(runs: list[dict[str, Any]], bits: int, key: str) -> dict[str, Any]:
    return {
        run["method"]: run[key]
        for run in reversed(runs)
        if run["bits"] == bits and not run["variant"] and run[key]
    }


def _examples(path: Path, picture: Picture) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    examples: list[dict[str, Any]] = read_json(path)["examples"]
    for example in examples:
        for answer in example["answers"]:
            for hit in answer["hits"]:
                content = picture(hit["id"])
                hit["picture"] = base64.b64encode(content).decode() if content else None
                hit["relation"] = relation(hit["level"], len(example["query_path"]))
    return examples


def relation(level: int, known: int) -> str:
    """What a hit is to a query whose label has ``known`` levels, by their common depth.

    Example:
        >>> relation(3, 3), relation(2, 3), relation(2, 2), relation(1, 3), relation(0, 3)
        ('same class', 'near relative', 'same class', 'same top node', 'unrelated')
    """
    return RELATION[-1] if level >= known else RELATION[min(level, 2)]
