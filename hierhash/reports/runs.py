"""Reads a suite's result lines: which runs a report shows, and all their numbers as one table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from hierhash.bench.suite import load_suite
from hierhash.bench.suite_file import bench_command, suite_file
from hierhash.errors import RunError
from hierhash.methods.registry import presets
from hierhash.reports.lines import read_results
from hierhash.reports.reference import reference

Run = dict[str, Any]


def load_results(suite: str, results: Path) -> tuple[list[Run], str]:
    """The runs of a suite that may stand in one table, and what is said of the others.

    Of several lines of one row, length and seed the newest counts. Left out are lines of other data
    (split, tree, halves of the validation items) or other common settings (such as epochs) than the
    newest line of all, and lines of other settings or another revision of the method than the
    newest of their row and length.

    Returns:
        The runs in the order they ended, each with ``name``: method or method+variant; and a
        sentence on the lines that are left out, or nothing. A run of a method that has one length
        only stands among those of the main length: ``bits`` is that length, ``stored_bits`` its
        own.

    Raises:
        RunError: There are no results, or a line is damaged or of another shape.
    """
    path = results / f"{suite}.jsonl"
    runs = read_results(path)
    if not runs:
        is_kept = suite_file(results, suite).is_file()
        command = bench_command(suite, results) if is_kept else f"hierhash bench {suite}"
        raise RunError(f"{path}: no results yet; run: {command}")
    for run in runs:
        run["name"] = f"{run['method']}+{run['variant']}" if run["variant"] else run["method"]
    of_data = _of_one_split(runs)
    alike = [run for run in of_data if run.get(_COMMON) == runs[-1].get(_COMMON)]
    settings = {(run["name"], run["bits"]): _settings(run) for run in alike}
    newest: dict[tuple[str, int, int], Run] = {}
    other = 0
    for run in alike:
        if _settings(run) == settings[run["name"], run["bits"]]:
            newest[run["name"], run["bits"], run["seed"]] = run
        else:
            other += 1
    reasons = {
        "another split or tree": len(runs) - len(of_data),
        "other settings than the newest line": len(of_data) - len(alike) + other,
    }
    said = [f"{count} of {reason}" for reason, count in reasons.items() if count]
    note = f"Result lines that are left out: {', '.join(said)}." if said else ""
    kept = list(newest.values())
    main = main_bits(kept)
    for run in kept:
        run["stored_bits"] = run["bits"]
        run["bits"] = run["bits"] if _has_free_length(run) else main
        if run.get("segments"):  # older lines tell the bytes of the category's alone
            run["cost"] |= {"bytes_per_item": -(-run["stored_bits"] // 8)}
    return kept, " ".join(part for part in (note, _missing(suite, results, kept)) if part)


def _missing(suite: str, results: Path, runs: list[Run]) -> str:
    """A sentence on the runs that the suite beside the results has and nobody made yet."""
    path = suite_file(results, suite)
    if not path.is_file():
        return ""
    asked = load_suite(path)
    # With facets a run's length is that of all segments, and the suite's is the category's alone.
    one_length = bool(asked.facets)
    wanted = {
        (
            row.name,
            bits if row.has_free_length and not one_length else 0,
            seed,
            _revision(row.method),
        )
        for row in asked.rows
        for bits in asked.bits_of(row)
        for seed in asked.seeds_of(row)
    }
    made = {
        (
            run["name"],
            run["bits"] if _has_free_length(run) and not one_length else 0,
            run["seed"],
            run.get("revision", 1),
        )
        for run in runs
    }
    lacking = sorted({name for name, *_ in wanted - made})
    if not lacking:
        return ""
    return (
        f"Not finished: {len(wanted - made)} of {len(wanted)} runs of the suite are missing "
        f"({', '.join(lacking)}); the same hierhash bench goes on."
    )


def _has_free_length(run: Run) -> bool:
    """Whether the length of a run's codes was a choice; vectors with facets have no segments."""
    return bool(run.get("free_length", True)) and run.get("segments") != {}


def _revision(method: str) -> int:
    """The revision of a method as it is now; 1 of one that is not installed."""
    known = presets()
    return known[method].revision if method in known else 1


_COMMON = "conditions_sha256"
_HALVES = "halves_sha256"


def _of_one_split(runs: list[Run]) -> list[Run]:
    """The runs of the newest line's data; those that name no halves stand beside any."""
    of_data = [run for run in runs if _data(run) == _data(runs[-1])]
    named = [run[_HALVES] for run in of_data if run.get(_HALVES)]
    return [run for run in of_data if run.get(_HALVES) in (None, *named[-1:])]


def _data(run: Run) -> tuple[str, str]:
    return run["split_sha256"], run["tree_sha256"]


def _settings(run: Run) -> str:
    """What the runs of a row share; results of 0.1.0 tell the main settings alone."""
    return str(run.get("settings_sha256") or sorted(run.get("settings", {}).items()))


def counted(runs: list[Run], what: str, database: str = "all") -> str:
    """Over how many queries scores of some runs are: ``258``, ``250-258``, or ``?`` if unknown.

    Args:
        runs: The runs.
        what: A direction, ``pairs``, or the side (``image``, ``text``) of a classification.
        database: ``all`` or ``unseen``.

    Example:
        >>> counted([{"queries": {"i2t": {"counted": 9, "skipped": 1}}}], "i2t")
        '9'
    """
    field = "queries" if database == "all" else f"queries_{database}"
    found = {run.get(field, {}).get(what, {}).get("counted") for run in runs}
    if not found or None in found:
        return "?"
    low, high = min(found), max(found)
    return str(low) if low == high else f"{low}-{high}"


def counted_columns(columns: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Columns of directions and metrics, with the number of queries before each direction's.

    Example:
        >>> counted_columns([("i2t", "hap"), ("t2i", "hap")])
        [('i2t', 'n'), ('i2t', 'hap'), ('t2i', 'n'), ('t2i', 'hap')]
    """
    wide = []
    for direction, metric in columns:
        if (direction, "n") not in wide:
            wide.append((direction, "n"))
        wide.append((direction, metric))
    return wide


def tidy(runs: list[Run]) -> pd.DataFrame:
    """Every retrieval number of every run, one row each.

    Columns: name, bits, stored_bits, bytes (an item takes), seed, database (all, unseen),
    direction, order (own: by the method's own distance; asymmetric: by its real score), distance
    (hamming, tree, dot, asymmetric), n (queries), metric, value.
    """
    rows = []
    for run in runs:
        start = (run["name"], run["bits"], stored_bits(run), item_bytes([run]), run["seed"])
        for database, directions in run["results"].items():
            for direction, distances in directions.items():
                n = {what: counted([run], what, database) for what in (direction, "pairs")}
                for distance, metrics in distances.items():
                    order = "own" if distance == own_distance(run) else distance
                    place = (database, direction, order, distance)
                    rows += [
                        (*start, *place, n["pairs" if of_pairs(metric) else direction], metric, one)
                        for metric, one in metrics.items()
                    ]
    return pd.DataFrame(rows, columns=_COLUMNS)


_COLUMNS = [
    *("name", "bits", "stored_bits", "bytes", "seed"),
    *("database", "direction", "order", "distance", "n", "metric", "value"),
]


def of_pairs(metric: str) -> bool:
    """Whether a score is over the queries that have both halves.

    Example:
        >>> of_pairs("pair_recall@10"), of_pairs("colour_share@10/rescored"), of_pairs("hap")
        (True, True, False)
    """
    return metric.startswith("pair_recall") or "_share@" in metric


def stored_bits(run: Run) -> int:
    """The bits that an item of a run takes."""
    return int(run["stored_bits"] if "stored_bits" in run else run["bits"])


def item_bytes(runs: list[Run]) -> str:
    """How many bytes an item of some runs takes: ``4``, or ``?`` where old lines do not tell.

    Example:
        >>> item_bytes([{"bits": 32, "cost": {}}])
        '4'
        >>> item_bytes([{"bits": 32, "cost": {"bytes_per_item": 428}, "distance": "dot"}])
        '428'
    """
    found = {run["cost"].get("bytes_per_item", _code_bytes(run)) for run in runs}
    return "-".join(f"{one:.0f}" for one in sorted(found)) if found and None not in found else "?"


def _code_bytes(run: Run) -> int | None:
    return -(-stored_bits(run) // 8) if own_distance(run) == "hamming" else None


def asks_real(run: Run) -> bool:
    """Whether the method's own order is that of real queries over stored codes.

    Example:
        >>> asks_real({"distance": "lookup", "method": "posterior_pq"}), asks_real({"method": "a"})
        (True, False)
    """
    # A set's query is its own numbers, in the form of tables.
    return (
        own_distance(run) in ("lookup", "rabitq", "coarse_to_fine") and run["method"] != "minhash"
    )


def own_distance(run: Run) -> str:
    """The distance of a run's method; older lines are all of codes of bits.

    Example:
        >>> own_distance({}), own_distance({"distance": "dot"})
        ('hamming', 'dot')
    """
    return str(run.get("distance", "hamming"))


def average_scores(frame: pd.DataFrame) -> pd.DataFrame:
    """Mean, standard deviation and number of seeds; indexed by all columns but seed."""
    keys = ["bits", "name", "database", "direction", "order", "metric"]
    return frame.groupby(keys, sort=False)["value"].agg(["mean", "std", "count"])


def main_bits(runs: list[Run]) -> int:
    """The code length that single-length tables show: that of the suite's trials and examples.

    Lines that do not tell it: 32 where there is one, else the shortest.
    """
    lengths = sorted({run["bits"] for run in runs if run.get("free_length", True)})
    lengths = lengths or sorted({run["bits"] for run in runs})
    told = next((run["tuning_bits"] for run in reversed(runs) if "tuning_bits" in run), 32)
    return told if told in lengths else lengths[0]


def answering(runs: list[Run], directions: tuple[str, ...]) -> list[Run]:
    """The runs of methods that answer in all of some directions."""
    return [run for run in runs if all(one in run["results"]["all"] for one in directions)]


def headline_names(runs: list[Run]) -> list[str]:
    """Names of the rows without a variant, the reference first, in the order they were run."""
    first = reference(runs)
    names = dict.fromkeys(run["name"] for run in runs if not run["variant"])
    return sorted(names, key=lambda name: name != first)


MOST_DRAWN = 11
"""Methods of one chart: more lines, and more colours, cannot be told apart."""


def drawn_names(runs: list[Run]) -> list[str]:
    """The reference and the best other rows without a variant, as many as a chart can show.

    Best by the mean of map_leaf and hap over the directions at the main length, first seeds.
    """
    names = headline_names(runs)
    if len(names) <= MOST_DRAWN:
        return names
    bits, scores = main_bits(runs), {}
    for run in runs:
        if run["bits"] == bits and run["name"] in names and run["name"] not in scores:
            own = [by[own_distance(run)] for by in run["results"]["all"].values()]
            values = [one[metric] for one in own for metric in ("map_leaf", "hap")]
            scores[run["name"]] = sum(values) / len(values)
    best = sorted(names[1:], key=lambda name: -scores.get(name, 0.0))[: MOST_DRAWN - 1]
    return [name for name in names if name == names[0] or name in best]
