"""``hierhash encode``: codes of any source by a trained run, as a folder that can be searched."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def encode(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    source: Annotated[str, typer.Argument(help="Folder or file of items, or `sample`.")],
    out: Annotated[Path, typer.Argument(help="Folder to write: codes, items and a manifest.")],
    modality: Annotated[str, typer.Option(help="Which side is encoded: image or text.")] = "image",
) -> None:
    """Encode pictures or texts of a source; the result is an index for `hierhash search`."""
    from hierhash.cli.indexing import encode_catalogue
    from hierhash.data.sources import detect, read
    from hierhash.errors import InputError, RunError
    from hierhash.saved_run import load_run

    if modality not in ("image", "text"):
        raise InputError(f"--modality: '{modality}' is not image or text")
    if out.exists():
        raise RunError(f"{out}: exists already; choose another name or remove it")
    path = Path(source)
    catalogue = read(detect(path), path) if path.exists() else read(source)
    index = encode_catalogue(load_run(run), catalogue, modality)
    index.save(out)
    typer.echo(f"{out}: {len(index.items)} items, {index.manifest['bits']} bits each")
