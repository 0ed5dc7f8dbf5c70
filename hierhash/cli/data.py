"""``hierhash data``: check, import, split and count what is in a source of pictures and texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from hierhash.data.check import Checked
    from hierhash.data.problems import Problem
    from hierhash.data.records import Catalogue
    from hierhash.data.splits import Split
    from hierhash.labels.tree import LabelTree

app = typer.Typer(help="Check, import, split and count pictures and texts.", no_args_is_help=True)

Source = Annotated[
    str,
    typer.Argument(help="Folder or file, or one of: sample, fashion (under $HIERHASH_DATA)."),
]
Format = Annotated[
    str | None, typer.Option("--format", help="Reader to use, when the path does not show it.")
]
TreeFile = Annotated[
    Path | None,
    typer.Option("--tree", help="Label tree that the labels must be in (any form)."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Option = Annotated[
    list[str] | None,
    typer.Option("--option", "-o", help="Option of the reader: NAME=VALUE, e.g. text=title."),
]
MaxPixels = Annotated[int, typer.Option(help="Refuse larger pictures.", min=1)]


@app.command("check")
def check_command(
    source: Source,
    format_: Format = None,
    tree_file: TreeFile = None,
    option: Option = None,
    max_pixels: MaxPixels = 64_000_000,
    all_: Annotated[bool, typer.Option("--all", help="List each problem, equal ones too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what is read, and name every bad row and its fate; exit code 2 when there is any."""
    from hierhash.data.grouping import grouped
    from hierhash.data.reading import overlooked, reading_of, told

    catalogue = _read(source, format_, option)
    checked = _checked(catalogue, _tree(tree_file), max_pixels)
    warnings = overlooked(catalogue)
    if as_json:
        rows = [
            {"where": p.where, "what": p.what, "action": p.action, "kind": p.kind}
            for p in checked.problems
        ]
        found = {
            "read": reading_of(checked.catalogue),
            "good_items": len(checked.catalogue),
            "warnings": warnings,
            "problems": rows,
        }
        typer.echo(json.dumps(found))
    else:
        lines = [str(p) for p in checked.problems] if all_ else grouped(checked.problems)
        for line in (*lines, *told(checked.catalogue), *(f"warning: {w}" for w in warnings)):
            typer.echo(line)
        typer.echo(f"{len(checked.catalogue)} good items, {_summary(checked.problems, warnings)}")
    if checked.problems:
        raise typer.Exit(2)


def _checked(catalogue: Catalogue, tree: LabelTree | None, max_pixels: int) -> Checked:
    from hierhash.data.check import check
    from hierhash.training.progress import counting

    with counting("items checked", len(catalogue)) as advance:
        return check(catalogue, tree, max_pixels=max_pixels, advance=advance)


def _summary(problems: list[Problem], warnings: list[str]) -> str:
    """Counts; nothing says "0 problems" while something was passed over."""
    told = f"{len(warnings)} warning{'s' if len(warnings) > 1 else ''}" if warnings else ""
    bad = f"{len(problems)} problem{'s' if len(problems) != 1 else ''}"
    if not told:
        return bad
    return f"{told}, {bad}" if problems else told


@app.command("import")
def import_command(
    source: Source,
    out: Annotated[Path, typer.Argument(help="The new folder.")],
    format_: Format = None,
    tree_file: TreeFile = None,
    option: Option = None,
    max_pixels: MaxPixels = 64_000_000,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier import.")] = False,
) -> None:
    """Write the good items in the normal form: images, metadata.jsonl, tree.yaml."""
    from hierhash.data.grouping import grouped
    from hierhash.data.importing import check_target, write_imagefolder

    check_target(out, force)  # before the long work of reading every picture
    tree = _tree(tree_file)
    checked = _checked(_read(source, format_, option), tree, max_pixels)
    for line in grouped(checked.problems):
        typer.echo(line, err=True)
    write_imagefolder(checked.catalogue, out, tree, force=force)
    typer.echo(f"{out}: {len(checked.catalogue)} items, {_summary(checked.problems, [])}")


@app.command("split")
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
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Share the items out to train, validation, query and database-only."""
    from hierhash.data.split_choice import choose_split
    from hierhash.data.split_review import shortfalls
    from hierhash.errors import DataError

    if out.exists() and not force:
        raise DataError(f"{out}: exists already; give another name or --force to replace it")
    if not out.absolute().parent.is_dir():
        raise DataError(f"{out}: its folder does not exist; make it first")
    asked = {"train": train, "validation": validation, "query": query}
    sizes = {part: _size(part, text) for part, text in asked.items() if text is not None}
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


@app.command("stats")
def stats_command(
    source: Source,
    format_: Format = None,
    tree_file: TreeFile = None,
    option: Option = None,
    split_file: Annotated[
        Path | None, typer.Option("--split", help="Split file: also counts per part.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Count items, modalities, texts, classes and parts."""
    from hierhash.data.problems import printable
    from hierhash.data.splits import Split
    from hierhash.data.stats import catalogue_stats

    catalogue = _read(source, format_, option)
    tree = _tree(tree_file) or catalogue.tree
    labels = None
    if tree is not None:
        labels = tree.encode(catalogue.labels, where=catalogue.where.__getitem__)
    split = None if split_file is None else Split.load(split_file, catalogue.ids)
    found = catalogue_stats(catalogue, tree, labels, split)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for line in _lines(found):
        typer.echo(printable(line))


def _lines(found: dict[str, Any]) -> list[str]:
    lines = []
    for key, value in found.items():
        title = key.replace("_", " ")
        if key == "levels":
            lines += [
                f"level {row['level']} ({row['name']}): {row['classes']} classes, "
                f"{row['classes_with_items']} with items, {row['stop_above']} labels stop above"
                for row in value
            ]
        elif key == "leaves":
            width = max(map(len, value), default=0)
            lines += [f"  {leaf:<{width}}  {count}" for leaf, count in value.items()]
        elif isinstance(value, dict):
            listed = ", ".join(f"{name} {count}" for name, count in value.items())
            lines.append(f"{title}: {listed or 'none'}")
        else:
            lines.append(f"{title}: {value}")
    return lines


def _read(source: str, format_: str | None, option: list[str] | None) -> Catalogue:
    from hierhash.cli.source_argument import open_source

    return open_source(source, format_, option)


def _labelled(
    source: str, format_: str | None, option: list[str] | None, tree_file: Path | None
) -> tuple[Catalogue, LabelTree, Any]:
    from hierhash.errors import DataError

    catalogue = _read(source, format_, option)
    tree = _tree(tree_file) or catalogue.tree
    if tree is None:
        raise DataError(f"{source}: no label tree; give one with --tree")
    return catalogue, tree, tree.encode(catalogue.labels, where=catalogue.where.__getitem__)


def _tree(path: Path | None) -> LabelTree | None:
    if path is None:
        return None
    from hierhash.labels.read import load_tree

    return load_tree(path)


def _size(part: str, text: str) -> float:
    from hierhash.errors import DataError

    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        raise DataError(f"--{part} {text}: not a number of items nor a share") from None
