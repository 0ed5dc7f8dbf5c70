"""``hierhash index``: builds an exact index of a source with a run's codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

Modality = Annotated[
    str | None,
    typer.Option(
        help="What of the items is coded: image, text, or both together; default: both where the "
        "method can, else image."
    ),
]
app = typer.Typer(help="Build an index of codes, and look at one.", no_args_is_help=True)


@app.command()
def build(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    out: Annotated[Path, typer.Argument(help="Index folder to write.")],
    modality: Modality = None,
) -> None:
    """Index the database items of the run's own data set."""
    from hierhash.cli.source_argument import check_modality
    from hierhash.runs.indexing import index_database
    from hierhash.runs.saved import load_run

    check_modality(modality, both=True)
    index = index_database(load_run(run), modality)
    index.save(out)
    typer.echo(f"{out}: {len(index)} items, {index.manifest['bits']} bits each")


@app.command()
def info(
    index: Annotated[Path, typer.Argument(help="Index folder.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What an index holds."""
    from hierhash.retrieval.load_index import load_index

    manifest = load_index(index).manifest
    if as_json:
        typer.echo(json.dumps(manifest))
    else:
        for name, value in manifest.items():
            typer.echo(f"{name:14} {value}")
