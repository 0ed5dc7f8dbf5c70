"""``hierhash verify``: whether a run, an index or a catalogue is as it was written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hierhash.plain_text import plain


def verify(
    name: Annotated[
        str,
        typer.Argument(
            metavar="PATH",
            help="A run folder, an index folder or a catalogue; or postgresql://USER@HOST/DB#NAME.",
        ),
    ],
) -> None:
    """Check the hashes of a run or an index and that its parts fit; read a catalogue whole."""
    from hierhash.errors import InputError
    from hierhash.retrieval.postgres.address import is_database

    if is_database(name):
        typer.echo(plain(_database(name)))
        return
    path = Path(name)
    if not path.exists():
        raise InputError(f"{path}: no such file or folder; check the path")
    if (path / "codes.npy").is_file() or (path / "items.jsonl").is_file():
        typer.echo(plain(_index(path)))
    elif (path / "config.yaml").is_file() or (path / "model.safetensors").is_file():
        typer.echo(plain(_run(path)))
    else:
        _catalogue(path)


def _database(name: str) -> str:
    from hierhash.retrieval.open_store import open_store

    store = open_store(name)
    store.verify()
    return f"{store.name}: an index of {len(store)} items, {store.manifest['bits']} bits, whole"


def _index(path: Path) -> str:
    from hierhash.errors import RunError
    from hierhash.retrieval.changing import UNFINISHED
    from hierhash.retrieval.load_index import load_index

    index = load_index(path)
    if (path / UNFINISHED).is_file():
        raise RunError(
            f"{path}: its encoding has not ended, it holds {len(index)} items; give the same "
            "hierhash encode again"
        )
    for row in range(len(index)):
        index.item(row)
    kind = "whole" if "files" in index.manifest else "whole; made by 0.1.0, which kept no hashes"
    return f"{path}: an index of {len(index)} items, {index.manifest['bits']} bits, {kind}"


def _run(path: Path) -> str:
    from hierhash.exported.run import ExportedRun
    from hierhash.methods.parts import item_bits
    from hierhash.retrieval.run_files import MANIFEST
    from hierhash.runs.open_run import open_run

    run = open_run(path)
    bits = item_bits(run.method)
    if isinstance(run, ExportedRun):
        run.check_graphs()
        return f"{path}: an exported run of {run.method_name}, {bits} bits, whole"
    kind = "whole" if (path / MANIFEST).is_file() else "whole; made by 0.1.0, which kept no hashes"
    return f"{path}: a run of {run.config.method}, {bits} bits, {kind}"


def _catalogue(path: Path) -> None:
    from hierhash.data.check import check
    from hierhash.data.sources import detect, read

    catalogue = read(detect(path), path)
    checked = check(catalogue)
    if checked.problems:
        found = f"{len(checked.problems)} problem{'s' if len(checked.problems) > 1 else ''}"
        typer.echo(plain(f"{path}: {found}; see them: hierhash data check {path}"), err=True)
        raise typer.Exit(2)
    typer.echo(plain(f"{path}: a catalogue of {len(catalogue)} items, whole"))
