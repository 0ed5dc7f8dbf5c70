"""``hierhash report``: the report of a suite that was run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hierhash.plain_text import plain


def report(
    suite: Annotated[str, typer.Argument(help="Name of a suite that was run.")],
    results: Annotated[Path, typer.Option(help="Results folder.")] = Path("benchmarks/results"),
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("runs/report"),
    examples: Annotated[
        bool,
        typer.Option("--examples", help="Show retrieved examples; reads the suite's data."),
    ] = False,
) -> None:
    """Write report.html, report.md, report.tex (the headline) and report.csv (every number)."""
    from hierhash.bench.suite import find_suite, load_suite
    from hierhash.errors import InputError
    from hierhash.prepare import labelled_items
    from hierhash.reports.build import build_report
    from hierhash.shipped import list_shipped

    is_file = Path(suite).is_file()
    if examples and not is_file and f"suites/{suite}.yaml" not in list_shipped("configs"):
        raise InputError(
            f"{suite}: --examples reads the data that the suite names, and no suite of this name "
            "is shipped; give the suite's file in place of its name"
        )
    name = load_suite(Path(suite)).name if is_file else suite
    items = labelled_items(load_suite(find_suite(suite)).data) if examples else None
    for path in build_report(name, results, items).save(out):
        typer.echo(plain(str(path)))
