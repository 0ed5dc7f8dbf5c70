"""``hierhash export-page``: an index with its search in one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def export_page(
    index: Annotated[str, typer.Argument(help="Index folder, or postgresql://USER@HOST/DB#NAME.")],
    out: Annotated[Path, typer.Argument(help="The file to write: search.html.")],
    title: Annotated[str | None, typer.Option(help="What the page is called.")] = None,
    no_pictures: Annotated[
        bool, typer.Option("--no-pictures", help="Leave the small pictures out.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there.")
    ] = False,
) -> None:
    """Write a page that searches an index by itself, from a disk or a USB stick.

    It holds codes, titles, small pictures, the tree, the facets and the small form of the text
    branch; hierhash search INDEX --branch small gives the same answers. It asks no network.
    """
    from hierhash.cli.terminal import told_when_interrupted
    from hierhash.page.one_file import write_page
    from hierhash.retrieval.open_store import open_store
    from hierhash.training.progress import counting

    store = open_store(index)
    with (
        told_when_interrupted("nothing was written"),
        counting("pictures", len(store)) as advance,
    ):
        without = write_page(
            store, out, title=title, pictures=not no_pictures, force=force, advance=advance
        )
    size = out.stat().st_size / 1e6
    lacking = f" ({without:,} without a picture)" if without and not no_pictures else ""
    typer.echo(f"{out}: {len(store):,} items{lacking}, {size:.1f} MB; open it in a browser")
