"""``hierhash extend``: a trained run learns new leaves from a few items, without training anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hierhash.cli.data_arguments import Format, Option
from hierhash.plain_text import plain


def extend(
    run: Annotated[Path, typer.Argument(help="Run folder of expected_tree_codes.")],
    source: Annotated[str, typer.Argument(help="Folder or file of labelled items.")],
    tree: Annotated[
        str, typer.Option(help="The run's tree with leaves added: a file in any form.")
    ],
    out: Annotated[Path, typer.Option(help="Run folder to write.")],
    format_: Format = None,
    option: Option = None,
) -> None:
    """Add leaves to a run; what it knew stays bit for bit, and so do codes in old indexes."""
    from hierhash.cli.source_argument import read_source
    from hierhash.errors import RunError
    from hierhash.labels.tree import load_tree
    from hierhash.runs.extending import extend_run, extension_of
    from hierhash.runs.saved import load_run

    if out.exists():
        raise RunError(f"{out}: exists already; choose another name or remove it")
    saved = load_run(run)
    extension_of(saved)
    grown = load_tree(tree)
    found = extend_run(saved, read_source(source, format_, option), grown, tree, out)
    for leaf, counts in found.leaves.items():
        made_from = f"{_some(counts['image'], 'picture')} and {_some(counts['text'], 'text')}"
        typer.echo(plain(f"{leaf}: made from {made_from}"))
    if found.ignored:
        why = "of no new leaf, or nothing in them that the run can read"
        typer.echo(f"ignored: {_some(found.ignored, 'item')} ({why})")
    typer.echo(f"{out}: {len(grown.leaves)} leaves, {len(found.leaves)} of them new")


def _some(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
