"""``hierhash tree health``, ``diff``, ``migrate``: what is wrong with a tree, and its versions."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hierhash.plain_text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hierhash.labels.changes import Change
    from hierhash.labels.health import Health

SHOWN = 10
Tree = Annotated[str, typer.Argument(help="A tree of any form, or the name of a shipped one.")]
Old = Annotated[str, typer.Argument(metavar="OLD", help="The earlier tree.")]
New = Annotated[str, typer.Argument(metavar="NEW", help="The later tree.")]
Map = Annotated[
    Path | None,
    typer.Option("--map", help="A CSV of the columns old and new: what became of some nodes."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
All = Annotated[bool, typer.Option("--all", help="List all, not the first ten of a kind.")]


def health(
    tree: Tree,
    source: Annotated[
        str | None,
        typer.Option(help="A catalogue whose items are counted: a folder, a file, or sample."),
    ] = None,
    all_: All = False,
    as_json: AsJson = False,
) -> None:
    """Say what of a tree makes trouble: depth, balance, single children, twins, empty leaves."""
    from hierhash.labels.health import tree_health
    from hierhash.labels.paths import format_path
    from hierhash.labels.tree import load_tree

    found = load_tree(tree)
    labels = None
    if source is not None:
        from hierhash.cli.source_argument import read_source

        catalogue = read_source(source)
        labels = found.encode(catalogue.labels, where=catalogue.where.__getitem__)
    told = tree_health(found, labels)
    if as_json:
        typer.echo(json.dumps(_health_as_json(told), ensure_ascii=False))
        return
    typer.echo(f"{found.name}: {len(found):,} nodes, {len(found.leaves):,} leaves")
    for line in _health_lines(told):
        typer.echo(line)
    listed = {
        "have a single child, which tells no two items apart": [
            format_path(one) for one in told.singletons
        ],
        "pairs of names are easily mixed up": [
            f"{format_path(one)} and {plain(other[-1])}: {why}"
            if one[:-1] == other[:-1]
            else f"{format_path(one)} and {format_path(other)}: {why}"
            for one, other, why in told.twins
        ],
    }
    if labels is not None:
        listed["leaves have no item"] = [format_path(one) for one in told.empty]
    for what, lines in listed.items():
        typer.echo(f"{len(lines):,} {what}")
        _some(lines, all_)


def _health_lines(told: Health) -> Iterator[str]:
    depths = ", ".join(f"{count:,} at depth {depth}" for depth, count in told.depths.items())
    yield f"childless nodes: {depths}"
    (top, share) = told.largest
    yield (
        f"balance {told.balance:.2f} (1 = every top class has as many leaves); the largest, "
        f"{plain(top[-1])}, has {share:.0%} of them"
    )
    if told.items:
        counts = sorted(told.items)
        yield (
            f"items a leaf: {counts[0]:,} to {counts[-1]:,}, median {counts[len(counts) // 2]:,}; "
            f"{sum(0 < one < 5 for one in counts):,} leaves have fewer than five"
        )


def _health_as_json(told: Health) -> dict[str, Any]:
    return {
        "depths": told.depths,
        "balance": round(told.balance, 4),
        "largest": {"node": told.largest[0], "share": round(told.largest[1], 4)},
        "singletons": told.singletons,
        "twins": [{"nodes": [one, other], "why": why} for one, other, why in told.twins],
        "empty": told.empty,
        "items": told.items,
    }


def _some(lines: Sequence[str], all_: bool) -> None:
    """The first lines, or all of them, and how many more there are."""
    shown = lines if all_ else lines[:SHOWN]
    for line in shown:
        typer.echo(f"  {plain(line)}")
    if len(lines) > len(shown):
        typer.echo(f"  ... and {len(lines) - len(shown):,} more (--all)")


def diff(old: Old, new: New, map_: Map = None, all_: All = False, as_json: AsJson = False) -> None:
    """Say what changed between two versions of a tree, by ids where they have some."""
    changes = _changes(old, new, map_)
    if as_json:
        told = [
            {"kind": one.kind, "old": one.old, "new": one.new, "look": one.look}
            for one in changes
            if one.kind != "same"
        ]
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    counts = Counter(one.kind for one in changes)
    typer.echo(", ".join(f"{count:,} {kind}" for kind, count in counts.most_common()))
    for kind in ("dropped", "split", "merged", "moved", "renamed", "new"):
        lines = [_line(one) for one in changes if one.kind == kind]
        if lines:
            typer.echo(f"{kind}:")
            _some(lines, all_)


def migrate(
    old: Old,
    new: New,
    out: Annotated[Path, typer.Argument(help="The .csv file to write.")],
    map_: Map = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
) -> None:
    """Write where the items of every old node go: old, new, kind, look.

    Rows with ``yes`` under look were guessed, or their items lose what they knew: correct them, and
    give the file again with --map.
    """
    from hierhash.labels.io.formats import refuse_existing
    from hierhash.labels.migration import format_migration
    from hierhash.storage.whole_file import write_text

    refuse_existing(out, force)
    changes = [one for one in _changes(old, new, map_) if one.old]
    write_text(out, format_migration(changes))
    look = sum(one.look for one in changes)
    typer.echo(f"wrote {out}: {len(changes):,} nodes, {look:,} to look at")


def _changes(old: str, new: str, map_: Path | None) -> list[Change]:
    from hierhash.labels.changes import tree_changes
    from hierhash.labels.migration import read_map
    from hierhash.labels.tree import load_tree

    first, second = load_tree(old), load_tree(new)
    told = None if map_ is None else read_map(map_, first, second)
    return tree_changes(first, second, told)


def _line(change: Change) -> str:
    from hierhash.labels.paths import format_path

    old, new = format_path(change.old), format_path(change.new)
    look = "  (look)" if change.look else ""
    if change.kind == "new":
        return new
    if change.kind == "dropped":
        return f"{old}; its items go to {new or 'no label'}{look}"
    return f"{old} -> {new}{look}"
