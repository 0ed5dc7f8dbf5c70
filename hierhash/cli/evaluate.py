"""``hierhash evaluate``: scores a run on validation items, or with --final on the queries."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from hierhash.codes.distances import Distance
from hierhash.errors import RunError

WHAT = {
    "names": "names of the tree's nodes, asked as texts",
    "short": "the same items' texts cut to one to three words",
    "queries": "your own queries",
}


def evaluate(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    final: Annotated[bool, typer.Option("--final", help="Score the query set; logged.")] = False,
    queries: Annotated[
        Path | None,
        typer.Option("--queries", help="CSV of texts that people type: columns text, label."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Score a run; validation items by default."""
    from hierhash.bench.evaluate import evaluate_method, evaluate_typed
    from hierhash.bench.trained import encode_items
    from hierhash.bench.typed_queries import read_queries
    from hierhash.environment import environment
    from hierhash.methods.parts import category_of
    from hierhash.runs.items import REMEDIES, check_part, prepare_again
    from hierhash.runs.saved import load_run
    from hierhash.storage.json_files import append_line

    saved = load_run(run)
    prepared = prepare_again(saved)
    name = "query" if final else "validation"
    check_part(prepared, name, REMEDIES[name])
    rows = prepared.split.parts[name]
    own = None
    if queries is not None:
        if saved.vectoriser is None:
            raise RunError(f"--queries: {run} reads no texts; leave the option out")
        own = read_queries(queries, prepared.tree, final)
    scores = evaluate_method(saved.method, prepared, rows)
    stored = encode_items(category_of(saved.method), prepared, rows[:0], prepared.split.database)
    typed = evaluate_typed(stored, prepared, rows, own)
    record = {"part": name, "environment": environment(), "scores": scores, "typed": typed}
    append_line(run / ("final.jsonl" if final else "validation.jsonl"), record)
    if as_json:
        typer.echo(json.dumps(record))
        return
    database = len(prepared.split.database)
    typer.echo(
        f"{run}: {name} items against the database of {database} items, tie-aware, "
        f"{_order(stored.distance)}"
    )
    columns = {"map_leaf": "map_leaf", "map_leaf_macro": "macro", "hap": "hap"}
    columns |= {"ndcg@100": "ndcg@100"}
    if saved.facets:
        columns |= {"joint@10": "joint@10"} | {f"{one}_map": f"{one}_map" for one in saved.facets}
    widths = {name: max(10, len(title) + 2) for name, title in columns.items()}
    heads = "".join(f"{title:>{widths[name]}}" for name, title in columns.items())
    typer.echo(f"{'':5}{'queries':>10}{heads}")
    for direction, of_direction in scores.items():
        cells = "".join(f"{of_direction[name]:{widths[name]}.3f}" for name in columns)
        typer.echo(f"{direction:5}{of_direction['n']:10}{cells}")
    for line in _typed_lines(typed):
        typer.echo(line)


def _order(distance: Distance) -> str:
    """What items are ordered by."""
    if distance.steps is None:
        return "by the scores of real queries"
    return "by the distance of codes"


def _typed_lines(typed: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Iterator[str]:
    """A table of each kind of typed text."""
    for kind, directions in typed.items():
        if not directions:
            continue
        unanswered = int(max(own["unanswered"] for own in directions.values()))
        wrong = f"; {unanswered} say nothing to the run and count as wrong" if unanswered else ""
        yield f"{WHAT[kind]}{wrong}"
        names = [
            name for name in next(iter(directions.values())) if name not in ("n", "unanswered")
        ]
        yield f"{'':5}{'queries':>10}" + "".join(f"{name:>14}" for name in names)
        for direction, own in directions.items():
            yield f"{direction:5}{own['n']:10}" + "".join(f"{own[one]:14.3f}" for one in names)
