"""``hierhash export``: a trained run as ONNX graphs that answer and encode without torch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hierhash.plain_text import plain


def export(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    out: Annotated[Path, typer.Argument(help="Folder to write.")],
    check: Annotated[
        int, typer.Option(min=1, help="How many pictures and texts are coded by both first.")
    ] = 64,
) -> None:
    """Export a run: image.onnx and text.onnx give packed codes, README.md is its model card.

    The folder takes the place of a run in encode, index add, search, predict and verify, where
    torch is not needed any more; it is written after its codes were compared with the run's.
    """
    from hierhash.cli.terminal import told_when_interrupted
    from hierhash.exporting.writing import export_run
    from hierhash.runs.saved import load_run

    with told_when_interrupted("nothing was written"):
        saved = load_run(run)
        found = export_run(saved, out, check)
    typer.echo(plain(f"{out}: {saved.config.method}, {found.words()}"))
