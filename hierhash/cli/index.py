"""``hierhash index``: builds an exact index of a run's data, and changes what is in it."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hierhash.cli.data_arguments import Format, Option
from hierhash.cli.encoding_options import Engine, Modality, Out, Shard, notes_of
from hierhash.plain_text import plain

if TYPE_CHECKING:
    from hierhash.retrieval.accelerator import Kind

Index = Annotated[
    str, typer.Argument(help="Index folder, or postgresql://USER@HOST/DB#NAME, or pgserver:FOLDER.")
]
app = typer.Typer(help="Build an index of codes, look at one, change one.", no_args_is_help=True)


@app.command()
def build(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    out: Out,
    modality: Modality = None,
) -> None:
    """Index the database items of the run's own data set."""
    from hierhash.cli.source_argument import check_modality
    from hierhash.runs.indexing import index_database
    from hierhash.runs.saved import load_run

    check_modality(modality, both=True)
    index = index_database(load_run(run), modality)
    index.save(out)
    typer.echo(f"{out}: {len(index)} items, {index.manifest['bits']} bits each")


@app.command()
def info(
    index: Index,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What an index holds."""
    from hierhash.retrieval.open_store import open_store

    manifest = open_store(index).info()
    if as_json:
        typer.echo(json.dumps(manifest))
    else:
        for name, value in manifest.items():
            if name not in ("files", "environment"):
                typer.echo(f"{name:14} {value}")


@app.command()
def add(
    index: Index,
    source: Annotated[str, typer.Argument(help="Folder or file of items, or `sample`.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Items of ids that are there are replaced.")
    ] = False,
    format_: Format = None,
    option: Option = None,
    shard: Shard = 4096,
    engine: Engine = "auto",
) -> None:
    """Encode items by the run that the index carries, and add them; others can search meanwhile.

    When it ends the items are on the disk, and every few thousand before that. Items that cannot be
    read are listed in rejected.jsonl of a folder, and the others go on.
    """
    from hierhash.cli.source_argument import read_source
    from hierhash.features.engine import check_engine
    from hierhash.retrieval.exact import RUN
    from hierhash.retrieval.open_store import is_database, open_database, open_store
    from hierhash.runs.encoding import add_to_index, add_to_store
    from hierhash.runs.open_run import open_run

    check_engine(engine)
    if is_database(index):
        store = open_database(index)
        saved, catalogue = open_run(store.run), read_source(source, format_, option)
        found = add_to_store(saved, catalogue, store, replace, shard, engine)
        noted = None
    else:
        folder = Path(index)
        saved, catalogue = open_run(folder / RUN), read_source(source, format_, option)
        found = add_to_index(saved, catalogue, folder, replace, shard, engine)
        noted = folder
    for line in notes_of(found, noted):
        typer.echo(line, err=True)
    what = f"{found.added} items added" + (f", {found.found} replaced" if replace else "")
    store_now = open_store(index)
    typer.echo(plain(f"{store_now.name}: {what}; {len(store_now)} in all"))


@app.command()
def remove(
    index: Index,
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Ids of items.")
    ] = None,
    from_file: Annotated[
        Path | None, typer.Option("--from", help="A file with an id a line.")
    ] = None,
) -> None:
    """Remove items by their ids; when it ends they are gone from the disk's list."""
    from hierhash.errors import InputError
    from hierhash.retrieval.changing import remove_items
    from hierhash.retrieval.open_store import is_database, open_database
    from hierhash.storage.text_files import read_text

    wanted = list(ids or [])
    if from_file is not None:
        lines = read_text(from_file, InputError).splitlines()
        wanted += [line.strip() for line in lines if line.strip()]
    if not wanted:
        raise InputError("index remove: give an id, or a file of ids with --from")
    wanted = list(dict.fromkeys(wanted))
    if is_database(index):
        store = open_database(index)
        name, left = store.name, store.remove(wanted)
    else:
        name, left = index, remove_items(Path(index), wanted)
    typer.echo(plain(f"{name}: {len(wanted)} items removed; {left} in all"))


@app.command()
def compact(index: Annotated[str, typer.Argument(help="Index folder.")]) -> None:
    """Write an index whole again, without what was removed; it can be searched meanwhile."""
    from hierhash.errors import InputError
    from hierhash.retrieval.changing import compact
    from hierhash.retrieval.open_store import is_database

    if is_database(index):
        raise InputError(
            "index compact: a database takes back the room by itself; only for folders"
        )
    typer.echo(f"{index}: {compact(Path(index))} items")


@app.command()
def carry(
    index: Annotated[str, typer.Argument(help="Index folder.")],
    run: Annotated[Path, typer.Argument(help="Run of the same weights, such as an export.")],
) -> None:
    """Let an index answer by another run of the same weights: by an export, without torch."""
    from hierhash.errors import InputError
    from hierhash.retrieval.changing import carry
    from hierhash.retrieval.open_store import is_database

    if is_database(index):
        raise InputError("index carry: only for folders; then copy the folder: hierhash index copy")
    carry(Path(index), run)
    typer.echo(f"{index}: answers by {run}")


@app.command()
def copy(
    index: Index,
    to: Annotated[
        str,
        typer.Argument(
            help="New folder, or postgresql://USER@HOST/DB#NAME, or pgserver:FOLDER#NAME."
        ),
    ],
) -> None:
    """Copy an index with its run, whole or not at all: into a database, or out as a backup."""
    from hierhash.retrieval.copying import copy_store

    made = copy_store(index, to)
    typer.echo(plain(f"{made.name}: {len(made)} items, {made.manifest['bits']} bits each"))
    made.close()


class By(StrEnum):
    """Structures that find the nearest codes."""

    DISTINCT = "distinct"
    IVF = "ivf"
    HNSW = "hnsw"
    NONE = "none"


@app.command()
def accelerate(
    index: Index,
    by: Annotated[
        By | None,
        typer.Option(
            help="Each code once (distinct, exact), lists by centre (ivf), a graph (hnsw), or "
            "none. Default: distinct, in a database hnsw."
        ),
    ] = None,
) -> None:
    """Find the nearest without looking at all items: for millions of them.

    Codes that follow a tree are few, and each is compared once: answers stay what they are. Lists
    and graphs may miss some; the share that they find is measured on the index's own codes.
    Searches with --under or --where, or of understood values, look at all that may answer.
    """
    from hierhash.retrieval.accelerator import KINDS
    from hierhash.retrieval.changing import accelerate
    from hierhash.retrieval.open_store import is_database

    if is_database(index):
        typer.echo(plain(_accelerated(index, by or By.HNSW)))
        return
    by = by or By.DISTINCT
    kinds: dict[str, Kind] = {one: one for one in KINDS}
    made = accelerate(Path(index), kinds.get(by.value))
    if made is None:
        typer.echo(f"{index}: every item is looked at")
        return
    told = made.about()
    if by is By.DISTINCT and told["codes"] > told["items"] / 2:
        typer.echo("note: most items have a code of their own; --by ivf is faster", err=True)
    what = f"{by.value} of {told['codes']} codes of {told['items']} items"
    typer.echo(f"{index}: {what}; it finds {told['recall']:.1%} of the nearest")


def _accelerated(name: str, by: By) -> str:
    from hierhash.errors import InputError
    from hierhash.retrieval.open_store import open_database

    if by not in (By.HNSW, By.NONE):
        raise InputError(f"--by {by.value}: only for folders; a database has hnsw, or none")
    store = open_database(name)
    found = store.accelerate(by is By.HNSW)
    if found is None:
        return f"{store.name}: every item is looked at"
    return f"{store.name}: hnsw of {len(store)} items; it finds {found:.1%} of the nearest"


@app.command()
def relabel(
    index: Index,
    tree: Annotated[str, typer.Argument(help="The later tree, of any form.")],
    map_: Annotated[
        Path | None,
        typer.Option("--map", help="What became of old nodes: a CSV that tree migrate wrote."),
    ] = None,
    look: Annotated[
        Path | None, typer.Option(help="A CSV to write: the items that must be looked at.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Also where most items lose their nodes.")
    ] = False,
) -> None:
    """File the items in a later version of the tree; nothing is encoded again.

    What was renamed, moved, merged or split is found as hierhash tree diff says. Items of nodes
    that were guessed, split or dropped are to be looked at.
    """
    from hierhash.errors import InputError
    from hierhash.labels.migration import read_map
    from hierhash.labels.paths import format_path
    from hierhash.labels.tree import LabelTree, load_tree
    from hierhash.retrieval.open_store import open_store
    from hierhash.storage.csv_lines import format_csv
    from hierhash.storage.whole_file import write_text

    if look is not None:
        if look.exists():
            raise InputError(f"{look}: exists already; choose another name or remove it")
        if not look.parent.is_dir():  # before the index is changed
            raise InputError(f"{look}: there is no folder {look.parent}; choose another place")
    new, told = load_tree(tree), None
    store = open_store(index)
    if map_ is not None:
        found = store.tree or LabelTree.from_yaml(store.run / "tree.yaml")
        told = read_map(map_, found, new)
    result = store.relabel(new, told, force)
    items = len({own for _, ids in result.look for own in ids})
    found_of = f"{result.items} items have another path; {items} must be looked at"
    typer.echo(plain(f"{store.name}: {found_of}"))
    for change, ids in result.look:
        way = f"{format_path(change.old)} -> {format_path(change.new) or 'no label'}"
        typer.echo(plain(f"  {way} ({change.kind}): {len(ids)} items"))
    if look is not None:
        rows = [
            [own, format_path(change.old), format_path(change.new), change.kind]
            for change, ids in result.look
            for own in ids
        ]
        write_text(look, format_csv(["id", "old", "new", "kind"], rows))
