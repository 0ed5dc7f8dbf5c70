"""``hierhash data``: check, import, split and count what is in a source of pictures and texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hierhash.cli.data_arguments import (
    AsJson,
    Format,
    MaxPixels,
    Option,
    Source,
    TreeFile,
    tree_of,
)
from hierhash.cli.data_audit import audit_command
from hierhash.cli.data_split import split_command
from hierhash.plain_text import plain

if TYPE_CHECKING:
    from hierhash.data.catalogue import Catalogue, Problem
    from hierhash.data.check import Checked
    from hierhash.labels.tree import LabelTree

app = typer.Typer(help="Check, import, split and count pictures and texts.", no_args_is_help=True)


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
    from hierhash.cli.source_argument import open_source
    from hierhash.data.check import grouped
    from hierhash.data.stats import overlooked, reading_of, told

    catalogue = open_source(source, format_, option)
    checked = _checked(catalogue, tree_of(tree_file), max_pixels)
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
    from hierhash.cli.source_argument import open_source
    from hierhash.data.check import grouped
    from hierhash.data.readers.imagefolder import check_target, refuse_own_source, write_imagefolder

    refuse_own_source(Path(source), out)
    check_target(out, force)  # before the long work of reading every picture
    tree = tree_of(tree_file)
    checked = _checked(open_source(source, format_, option), tree, max_pixels)
    for line in grouped(checked.problems):
        typer.echo(line, err=True)
    write_imagefolder(checked.catalogue, out, tree, force=force)
    typer.echo(f"{out}: {len(checked.catalogue)} items, {_summary(checked.problems, [])}")


app.command("split")(split_command)
app.command("audit")(audit_command)


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
    from hierhash.cli.source_argument import open_source
    from hierhash.data.split.split import Split
    from hierhash.data.stats import catalogue_stats

    catalogue = open_source(source, format_, option)
    tree = tree_of(tree_file) or catalogue.tree
    labels = None
    if tree is not None:
        labels = tree.encode(catalogue.labels, where=catalogue.where.__getitem__)
    split = None if split_file is None else Split.load(split_file, catalogue.ids)
    found = catalogue_stats(catalogue, tree, labels, split)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for line in _lines(found):
        typer.echo(plain(line))


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
