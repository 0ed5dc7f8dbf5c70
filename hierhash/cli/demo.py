"""``hierhash demo``: the whole story on the shipped sample."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from hierhash.cli.terminal import told_when_interrupted
from hierhash.plain_text import plain_lines

QUERIES = ("red flower", "playing card", "cat")


def demo(
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("demo"),
) -> None:
    """Train flat DCMH, tree-aware DCMH and our method on the sample; compare, report, search."""
    from hierhash.bench.suite import load_suite
    from hierhash.cli.demo_story import clear, compare, search_story
    from hierhash.shipped import shipped_path
    from hierhash.storage.lock import locked

    def say(text: str) -> None:
        typer.echo(plain_lines(text))

    suite = load_suite(shipped_path("configs", "suites/demo"))
    with (
        told_when_interrupted("the same command starts the demo anew"),
        locked(out, "writes a demo into"),
    ):
        clear(suite, out)
        prepared = compare(suite, out, say)
        search_story(suite, out, QUERIES, prepared, say)
    typer.echo(f"\nreport:      {out / 'report.html'}")
    typer.echo(f"search page: {out / 'search.html'} (one file, open it in a browser)")
    # As it was called: in a virtual environment that is not active the bare name is not found.
    typer.echo(f'search it:   {sys.argv[0]} search {out / "index"} --text "red flower" -k 5')
    typer.echo(f"serve it:    {sys.argv[0]} serve {out / 'index'}")
