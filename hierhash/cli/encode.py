"""``hierhash encode``: codes of any source by a trained run, as a folder that can be searched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hierhash.cli.data_arguments import Format, Option
from hierhash.cli.index import Modality, Shard
from hierhash.plain_text import plain

if TYPE_CHECKING:
    from hierhash.runs.encoding import Encoded

SHOWN = 5


def encode(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    source: Annotated[str, typer.Argument(help="Folder or file of items, or `sample`.")],
    out: Annotated[Path, typer.Argument(help="Folder to write: codes, items and a manifest.")],
    modality: Modality = None,
    format_: Format = None,
    option: Option = None,
    shard: Shard = 4096,
) -> None:
    """Encode pictures or texts of a source; the result is an index for `hierhash search`.

    Every few thousand items the disk has them: stopped, the same command goes on. Items that cannot
    be read are listed in rejected.jsonl, and the others go on.
    """
    from hierhash.cli.source_argument import check_modality, read_source
    from hierhash.retrieval.load_index import load_index
    from hierhash.runs.encoding import encode_to_index
    from hierhash.runs.saved import load_run

    check_modality(modality, both=True)
    saved, catalogue = load_run(run), read_source(source, format_, option)
    found = encode_to_index(saved, catalogue, out, modality, shard)
    for line in notes_of(found, out):
        typer.echo(line, err=True)
    index = load_index(out)
    typer.echo(f"{out}: {len(index)} items, {index.manifest['bits']} bits each")


def notes_of(found: Encoded, folder: Path) -> Iterator[str]:
    """What is said of items that could not be read."""
    for line in found.rejected[:SHOWN]:
        yield plain(f"warning: {line['where']}: {line['why']}")
    if found.rejected:
        what = "item was" if len(found.rejected) == 1 else "items were"
        yield f"warning: {len(found.rejected)} {what} left out; see {folder / 'rejected.jsonl'}"
