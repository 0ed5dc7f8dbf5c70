"""``hierhash encode``: codes of any source by a trained run, as a folder that can be searched."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hierhash.cli.data_arguments import Format, Option
from hierhash.cli.index import Modality


def encode(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    source: Annotated[str, typer.Argument(help="Folder or file of items, or `sample`.")],
    out: Annotated[Path, typer.Argument(help="Folder to write: codes, items and a manifest.")],
    modality: Modality = None,
    format_: Format = None,
    option: Option = None,
) -> None:
    """Encode pictures or texts of a source; the result is an index for `hierhash search`."""
    from hierhash.cli.source_argument import check_modality, read_source
    from hierhash.errors import RunError
    from hierhash.runs.indexing import encode_catalogue
    from hierhash.runs.saved import load_run

    check_modality(modality, both=True)
    if out.exists():
        raise RunError(f"{out}: exists already; choose another name or remove it")
    index = encode_catalogue(load_run(run), read_source(source, format_, option), modality)
    index.save(out)
    typer.echo(f"{out}: {len(index)} items, {index.manifest['bits']} bits each")
