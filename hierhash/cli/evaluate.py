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
    from hierhash.bench.scores import evaluate_model
    from hierhash.cli.training_run import prepare_with_progress
    from hierhash.saved_run import load_run
    from hierhash.training.run_folder import append_line, environment

    saved = load_run(run)
    prepared = prepare_with_progress(saved.config)
    part = prepared.split.query if final else prepared.split.validation
    scores = evaluate_model(saved.model, saved.config.bits, prepared, part)
    name = "query" if final else "validation"
    record = {"part": name, "commit": environment()["commit"], "scores": scores}
    append_line(run / ("final.jsonl" if final else "validation.jsonl"), record)
    if as_json:
        typer.echo(json.dumps(record))
        return
    typer.echo(f"{run}: {name} items against the database, tie-aware")
    typer.echo(f"{'':5}{'map_leaf':>10}{'macro':>10}{'hap':>10}{'ndcg@100':>10}")
    for direction, own in scores.items():
        shown = (own["map_leaf"], own["map_leaf_macro"], own["hap"], own["ndcg@100"])
        typer.echo(f"{direction:5}" + "".join(f"{value:10.3f}" for value in shown))
