"""``hierhash data split``: share the items out, and say what came of what was asked for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hierhash.cli.data_arguments import AsJson, Format, Option, Source, TreeFile, tree_of

if TYPE_CHECKING:
    from hierhash.data.catalogue import Catalogue
    from hierhash.data.split.split import Split
    from hierhash.labels.items import ItemLabels
    from hierhash.labels.tree import LabelTree


def split_command(
    source: Source,
    out: Annotated[Path, typer.Argument(help="The split file (JSON) to write.")],
    format_: Format = None,
    tree_file: TreeFile = None,
    option: Option = None,
    seed: Annotated[int, typer.Option(help="Draws the items.", min=0)] = 0,
    train: Annotated[str | None, typer.Option(help="Items, or a share such as 0.5.")] = None,
    validation: Annotated[str | None, typer.Option(help="Items, or a share such as 0.1.")] = None,
    query: Annotated[str | None, typer.Option(help="Items, or a share such as 0.1.")] = None,
    group_by: Annotated[
        str,
        typer.Option(
            metavar="COLUMN|content|none",
            help="What keeps items together: a column, equal texts and pictures, nothing.",
        ),
    ] = "content",
    parts: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Your own parts: a column of train, validation, query (test), database.",
            show_default=False,
        ),
    ] = None,
    unseen_leaves: Annotated[
        int, typer.Option(help="Hold back this many leaves; the queries come from them.", min=0)
    ] = 0,
    unseen_value: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN=VALUE",
            help="Items that have it ask and are nowhere else: artist=openmoji.",
            show_default=False,
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Share the items out to train, validation, query and database-only."""
    from hierhash.data.split.choice import LARGEST_SEED, choose_split, shortfalls
    from hierhash.data.split.sizes import DEFAULT_SIZES
    from hierhash.errors import DataError

    if out.exists() and not force:
        raise DataError(f"{out}: exists already; give another name or --force to replace it")
    if not out.absolute().parent.is_dir():
        raise DataError(f"{out}: its folder does not exist; make it first")
    if seed > LARGEST_SEED:
        raise DataError(f"--seed {seed}: must be at most {LARGEST_SEED:,}, as in a config")
    asked = {"train": train, "validation": validation, "query": query}
    sizes = {part: _size(part, text) for part, text in asked.items() if text is not None}
    if sizes:  # parts that are not named keep their usual share
        sizes = {**DEFAULT_SIZES["sample"], **sizes}
    catalogue, tree, labels = _labelled(source, format_, option, tree_file)
    split = choose_split(
        catalogue,
        labels,
        tree,
        sizes=sizes or None,
        seed=seed,
        group_by=group_by,
        parts=parts,
        unseen_leaves=unseen_leaves,
        unseen_value=unseen_value,
    )
    if len(split.unseen) < unseen_leaves:
        raise DataError(
            f"--unseen-leaves {unseen_leaves}: at most {len(split.unseen)} leaves of this tree can "
            "be held back (a quarter of all, and one stays under each parent); ask for as many"
        )
    split.save(out, catalogue.ids)
    warnings = shortfalls(split)
    for line in warnings:
        typer.echo(f"warning: {line}", err=True)
    typer.echo(json.dumps(_split_report(split, out, warnings)) if as_json else _told(split, out))


def _split_report(split: Split, out: Path, warnings: list[str]) -> dict[str, Any]:
    return {
        "file": str(out),
        "sha256": split.sha256,
        **{part: len(rows) for part, rows in split.parts.items()},
        "halves": {"tune": len(split.tune), "calibrate": len(split.calibrate)},
        "requested": dict(split.requested),
        "warnings": warnings,
    }


def _told(split: Split, out: Path) -> str:
    listed = [
        f"{part} {len(rows)} of {split.requested[part]}" for part, rows in split.parts.items()
    ]
    listed[1] += f" ({len(split.tune)} to tune, {len(split.calibrate)} to calibrate)"
    return f"{out}: {', '.join(listed)} asked for; sha256 {split.sha256[:12]}"


def _labelled(
    source: str, format_: str | None, option: list[str] | None, tree_file: Path | None
) -> tuple[Catalogue, LabelTree, ItemLabels]:
    from hierhash.cli.source_argument import open_source
    from hierhash.errors import DataError

    catalogue = open_source(source, format_, option)
    tree = tree_of(tree_file) or catalogue.tree
    if tree is None:
        raise DataError(f"{source}: no label tree; give one with --tree")
    return catalogue, tree, tree.encode(catalogue.labels, where=catalogue.where.__getitem__)


def _size(part: str, text: str) -> float:
    from hierhash.errors import DataError

    try:
        if not re.fullmatch(r"[0-9a-zA-Z.+-]+", text):  # Python also reads 1_0 and other scripts
            raise ValueError
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        raise DataError(
            f"--{part} {text}: not a number of items nor a share; write 100 or 0.1"
        ) from None
