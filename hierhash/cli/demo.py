"""``hierhash demo``: the whole story on the shipped sample."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

QUERIES = ("red flower", "playing card", "cat")


def demo(
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("demo"),
) -> None:
    """Train flat and tree-aware DCMH on the sample, compare, report, and search."""
    from hierhash.bench.suite import load_suite
    from hierhash.cli.demo_story import clear, compare, search_story
    from hierhash.shipped import shipped_path

    suite = load_suite(shipped_path("configs", "suites/demo"))
    clear(suite, out)
    compare(suite, out, typer.echo)
    search_story(suite, out, QUERIES, typer.echo)
    typer.echo(f"\nreport: {out / 'report.html'}")
    typer.echo(f'search it: hierhash search {out / "index"} --text "red flower" -k 5')
