"""``hierhash bench``: runs a suite, or what is left of it, and prints the headline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hierhash.cli.terminal import told_when_interrupted
from hierhash.plain_text import plain, plain_lines


def bench(
    suite: Annotated[
        str,
        typer.Argument(
            help="A suite file, or a shipped one: demo, emoji, emoji_artist, fashion, "
            "fashion_facets, fashion_masked, fashion_unseen_leaves, sample."
        ),
    ],
    results: Annotated[Path, typer.Option(help="Results folder.")] = Path("benchmarks/results"),
    workers: Annotated[int, typer.Option(min=1, max=256, help="Processes.")] = 1,
) -> None:
    """Tune on validation, run methods x bits x seeds, and write SUITE.jsonl (resumable)."""
    from hierhash.bench.runner import run_suite
    from hierhash.bench.suite import find_suite, load_suite
    from hierhash.reports.headline import headline_markdown, of_one_modality

    loaded = load_suite(find_suite(suite))
    with told_when_interrupted("finished runs are kept, the same command goes on"):
        run_suite(loaded, results, workers, lambda line: typer.echo(plain(line)))
    typer.echo(plain_lines(headline_markdown(loaded.name, results)))
    if alone := of_one_modality(loaded.name, results):
        typer.echo(f"Of one modality, and in the report: {', '.join(alone)}.")
