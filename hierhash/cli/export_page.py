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
    from hierhash.errors import InputError
    from hierhash.page.assembly import one_page
    from hierhash.page.contents import contents
    from hierhash.retrieval.open_store import open_store
    from hierhash.storage.whole_file import write_text
    from hierhash.training.progress import counting

    if not out.parent.is_dir():
        raise InputError(f"{out}: there is no folder {out.parent}; choose another place")
    if out.exists() and not force:
        raise InputError(f"{out}: exists already; choose another name, or --force")
    store = open_store(index)
    name = title or Path(store.name.partition("#")[2] or store.name).resolve().name
    with counting("pictures", len(store)) as advance:
        page = one_page(contents(store, name, not no_pictures, advance))
    write_text(out, page)
    size = out.stat().st_size / 1e6
    typer.echo(f"{out}: {len(store):,} items, {size:.1f} MB; open it in a browser")
