"""``hierhash encode``: codes of any source by a trained run, as a folder that can be searched."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hierhash.cli.data_arguments import Format, Option
from hierhash.cli.encoding_options import Engine, Modality, Out, Shard, notes_of


def encode(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    source: Annotated[str, typer.Argument(help="Folder or file of items, or `sample`.")],
    out: Out,
    modality: Modality = None,
    format_: Format = None,
    option: Option = None,
    shard: Shard = 4096,
    engine: Engine = "auto",
    onnx: Annotated[bool, typer.Option("--onnx", help="The same as --engine onnx.")] = False,
) -> None:
    """Encode pictures or texts of a source; the result is an index for `hierhash search`.

    Every few thousand items the disk has them: stopped, the same command goes on. Items that cannot
    be read are listed in rejected.jsonl, and the others go on.
    """
    from hierhash.cli.source_argument import check_modality, read_source
    from hierhash.errors import HierhashError, InputError
    from hierhash.features.engine import AUTO, ONNX, check_engine
    from hierhash.retrieval.load_index import load_index
    from hierhash.runs.encoding import encode_to_index
    from hierhash.runs.open_run import open_run

    check_modality(modality, both=True)
    check_engine(engine)
    if onnx and engine not in (AUTO, ONNX):
        raise InputError(f"--onnx: is --engine onnx; leave it or --engine {engine} away")
    engine = ONNX if onnx else engine
    saved, catalogue = open_run(run), read_source(source, format_, option)
    try:
        found = encode_to_index(saved, catalogue, out, modality, shard, engine)
    except KeyboardInterrupt:
        if out.is_dir():
            typer.echo(f"\nstopped; {out} has what was done: give the same command again", err=True)
        raise
    for line in notes_of(found, out):
        typer.echo(line, err=True)
    index = load_index(out)
    if not len(index):
        raise HierhashError(
            f"{out}: no item could be encoded; mend the data, and remove the folder"
        )
    typer.echo(f"{out}: {len(index)} items, {index.manifest['bits']} bits each")
