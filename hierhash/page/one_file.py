"""A whole search in one HTML file."""

from __future__ import annotations

from pathlib import Path

from hierhash.errors import InputError
from hierhash.page.assembly import one_page
from hierhash.page.contents import Advance, contents
from hierhash.retrieval.store import Store
from hierhash.storage.whole_file import write_text


def write_page(
    store: Store,
    out: Path,
    *,
    title: str | None = None,
    pictures: bool = True,
    force: bool = False,
    advance: Advance = lambda _: None,
) -> int:
    """Writes a page that searches the items of a store by itself, whole or not at all.

    Memory: that of the page, twice; a kilobyte or so an item.

    Args:
        store: The items.
        out: The file.
        title: What the page is called; None takes the store's own name.
        pictures: With a small picture of each item.
        force: Write over a file that is there.
        advance: Told how many pictures were made smaller.

    Returns:
        How many items have no picture there.

    Raises:
        InputError: The file is there, its folder is not, or the items cannot be in a page.
        RunError: The run that answers queries has no small text branch.
    """
    if not out.parent.is_dir():
        raise InputError(f"{out}: there is no folder {out.parent}; choose another place")
    if out.is_dir() or (out.exists() and not force):
        raise InputError(f"{out}: exists already; choose another name, or --force for a file")
    name = title or Path(store.name.partition("#")[2] or store.name).resolve().name
    content = contents(store, name, pictures, advance)
    write_text(out, one_page(content))
    return list(content["items"]["pictures"]).count("")
