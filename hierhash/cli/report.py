"""``hierhash report``: the report of a suite that was run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hierhash.plain_text import plain


def report(
    suite: Annotated[str, typer.Argument(help="A suite that was run: its name or its file.")],
    results: Annotated[Path, typer.Option(help="Results folder.")] = Path("benchmarks/results"),
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("runs/report"),
    examples: Annotated[
        bool,
        typer.Option("--examples", help="Show retrieved examples; reads the suite's data."),
    ] = False,
) -> None:
    """Write report.html, report.md, report.tex (the headline) and report.csv (every number)."""
    from hierhash.bench.suite import load_suite
    from hierhash.bench.suite_file import suite_file
    from hierhash.prepare import labelled_items
    from hierhash.reports.build import build_report

    file = Path(suite) if Path(suite).is_file() else None
    name = load_suite(file).name if file else suite
    kept = suite_file(results, name)
    if file and kept.is_file() and load_suite(file) != load_suite(kept):
        typer.echo(plain(f"{file}: not the suite that was run; that is {kept}"), err=True)
    items = None
    if examples:
        items = labelled_items(load_suite(file or _suite_of(name, results)).data)
    for path in build_report(name, results, items).save(out):
        typer.echo(plain(str(path)))


def _suite_of(name: str, results: Path) -> Path:
    """The file of a suite by its name: the one kept beside its results, else the shipped one."""
    from hierhash.bench.suite_file import suite_file
    from hierhash.errors import InputError
    from hierhash.shipped import list_shipped, shipped_path

    kept = suite_file(results, name)
    if kept.is_file():
        return kept
    if f"suites/{name}.yaml" in list_shipped("configs"):
        return shipped_path("configs", f"suites/{name}")
    raise InputError(
        f"{name}: --examples reads the data that the suite names, but there is no {kept}, and no "
        "suite of this name is shipped; give the suite's file in place of its name"
    )
