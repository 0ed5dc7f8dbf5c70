"""``hierhash evaluate``: scores a run on validation items, or with --final on the queries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    final: Annotated[bool, typer.Option("--final", help="Score the query set; logged.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Score a run; validation items by default."""
    from hierhash.bench.evaluate import evaluate_method
    from hierhash.environment import environment
    from hierhash.runs.items import REMEDIES, check_part, prepare_again
    from hierhash.runs.saved import load_run
    from hierhash.storage.json_files import append_line

    saved = load_run(run)
    prepared = prepare_again(saved)
    name = "query" if final else "validation"
    check_part(prepared, name, REMEDIES[name])
    rows = prepared.split.parts[name]
    scores = evaluate_method(saved.method, prepared, rows)
    record = {"part": name, "environment": environment(), "scores": scores}
    append_line(run / ("final.jsonl" if final else "validation.jsonl"), record)
    if as_json:
        typer.echo(json.dumps(record))
        return
    database = len(prepared.split.database)
    typer.echo(f"{run}: {name} items against the database of {database} items, tie-aware")
    columns = {"map_leaf": "map_leaf", "map_leaf_macro": "macro", "hap": "hap"}
    columns |= {"ndcg@100": "ndcg@100"}
    if saved.facets:
        columns |= {"joint@10": "joint@10"} | {f"{one}_map": f"{one}_map" for one in saved.facets}
    widths = {name: max(10, len(title) + 2) for name, title in columns.items()}
    heads = "".join(f"{title:>{widths[name]}}" for name, title in columns.items())
    typer.echo(f"{'':5}{'queries':>10}{heads}")
    for direction, own in scores.items():
        cells = "".join(f"{own[name]:{widths[name]}.3f}" for name in columns)
        typer.echo(f"{direction:5}{own['n']:10}{cells}")
