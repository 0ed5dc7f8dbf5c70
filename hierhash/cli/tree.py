"""``hierhash tree``: import, check, show, measure, convert and draw label trees."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hierhash.cli.tree_versions import diff, health, migrate
from hierhash.errors import TreeError
from hierhash.plain_text import plain

if TYPE_CHECKING:
    from rich.tree import Tree

    from hierhash.labels import LabelTree
    from hierhash.labels import Path as Node

app = typer.Typer(
    name="tree",
    help="Import, check, show, measure, compare, convert and draw label trees.",
    no_args_is_help=True,
)

app.command()(health)
app.command()(diff)
app.command()(migrate)

TreeArgument = Annotated[
    str,
    typer.Argument(
        metavar="TREE",
        help="A file of any form that import reads, a folder, or the name of a shipped tree.",
        show_default=False,
    ),
]
DepthOption = Annotated[
    int | None,
    typer.Option("--depth", "-d", min=1, help="Show only the first levels.", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace a file that exists.")]


class Form(StrEnum):
    """The written forms of a tree."""

    YAML = "yaml"
    PATHS = "paths"
    EDGES = "edges"


class Dag(StrEnum):
    """What becomes of a class of several parents."""

    REFUSE = "refuse"
    PATHS = "paths"


class Taxonomy(StrEnum):
    """The forms of taxonomies."""

    PATHS = "paths"
    RECORDS = "records"
    EDGES = "edges"
    INDENTED = "indented"
    NESTED = "nested"
    FOODFACTS = "foodfacts"
    YAML = "yaml"
    CSV = "csv"


def load_tree(name: str) -> LabelTree:
    """The user's own file or folder of that name, else the shipped tree."""
    from hierhash.labels.tree import load_tree

    return load_tree(name)


@app.command()
def check(tree: TreeArgument) -> None:
    """Say that a tree is well formed, or list all that is wrong with it."""
    found = load_tree(tree)
    sizes = " > ".join(str(len(found.nodes_at(level))) for level in range(1, found.depth + 1))
    levels = f"{found.depth} level{'s' if found.depth > 1 else ''}"
    typer.echo(f"ok: {found.name}, {levels}, {sizes} classes, {len(found)} nodes")


@app.command(name="import")
def import_(
    source: Annotated[Path, typer.Argument(help="The taxonomy: a file, or a folder.")],
    out: Annotated[Path, typer.Argument(help="The .yaml file to write.", show_default=False)],
    form: Annotated[
        Taxonomy | None,
        typer.Option("--format", help="Its form; told by its content if not given."),
    ] = None,
    names: Annotated[
        Path | None, typer.Option(help="A file of ids and names, for edges of ids.")
    ] = None,
    delimiter: Annotated[
        str | None,
        typer.Option(help="What parts the names of a path; else it is found."),
    ] = None,
    dag: Annotated[
        Dag, typer.Option(help="Classes of several parents: refuse, or a place below each (paths).")
    ] = Dag.REFUSE,
    force: ForceOption = False,
) -> None:
    """Write any taxonomy as YAML, with its ids, other names and languages.

    Read are: lines of paths with or without ids (Google, Shopify), records with parent or child
    ids (JSON, YAML, CSV), lines of parent and child (WordNet) with --names, text indented by tabs,
    spaces or dashes, printed nested sets, Open Food Facts' blocks, CSVs of paths or edges, folders.
    """
    from hierhash.labels.io.formats import refuse_existing
    from hierhash.labels.io.taxonomies import Wish, read_taxonomy
    from hierhash.labels.tree import LabelTree

    if out.suffix.lower() not in (".yaml", ".yml"):
        raise TreeError(f"{out}: the ending does not fit; write a .yaml file")
    refuse_existing(out, force)
    wish = Wish(form.value if form else None, delimiter, names, dag is Dag.PATHS)
    found, parts = read_taxonomy(source, wish)
    tree = LabelTree(**parts)
    tree.to_yaml(out)
    sizes = " > ".join(str(len(tree.nodes_at(level))) for level in range(1, tree.depth + 1))
    typer.echo(f"read {source} as {found}: {len(tree):,} nodes, {sizes} classes")
    for line in _import_notes(tree):
        typer.echo(plain(f"note: {line}"), err=True)
    typer.echo(f"wrote {out}")


def _import_notes(tree: LabelTree) -> Iterator[str]:
    """What who imports a tree may not expect of it."""
    if len(tree.nodes_at(1)) == 1 and tree.depth > 1:
        yield f"all of it lies below '{tree.nodes[0][-1]}'; such a level tells no two items apart"
    with_id = sum(bool(tree.id(node)) for node in tree.nodes)
    if 0 < with_id < len(tree):
        yield f"{len(tree) - with_id:,} nodes have no id: no line of their own names them"


@app.command()
def show(tree: TreeArgument, depth: DepthOption = None) -> None:
    """Print a tree with its aliases."""
    from rich.console import Console
    from rich.text import Text
    from rich.tree import Tree

    found = load_tree(tree)
    top = Tree(Text(found.name, style="bold"), guide_style="dim")
    grown: dict[Node, Tree] = {(): top}
    below = _leaves_below(found)
    console, widest = Console(), 0
    for node in found.nodes:
        if depth is not None and len(node) > depth:
            continue
        label = Text(plain(node[-1]))
        if found.aliases(node):
            label.append(f"  = {', '.join(found.aliases(node))}", style="dim")
        if len(node) == depth and found.children(node):
            label.append(
                f"  ({below[node]} {'leaf' if below[node] == 1 else 'leaves'})", style="dim"
            )
        widest = max(widest, 4 * len(node) + label.cell_len)
        grown[node] = grown[node[:-1]].add(label)
    # Names are never cut: where the terminal is narrow, it wraps them itself.
    console.width = max(console.width, widest)
    console.print(top)


def _leaves_below(tree: LabelTree) -> dict[Node, int]:
    below: dict[Node, int] = {}
    for leaf in tree.leaves:
        for depth in range(1, len(leaf)):
            below[leaf[:depth]] = below.get(leaf[:depth], 0) + 1
    return below


@app.command()
def stats(tree: TreeArgument, as_json: JsonOption = False) -> None:
    """Print depth, nodes per level, branching, leaves and the weight of each level."""
    from hierhash.labels.stats import tree_statistics

    found = tree_statistics(load_tree(tree))
    if as_json:
        import json

        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("level", "name", "classes", "nodes", "childless", "most children", "weight")
    for level in found["levels"]:
        weight = level["weight"]
        table.add_row(
            *(str(level[key]) for key in ("level", "name", "classes", "nodes", "childless")),
            str(level["largest_branching"]),
            "from labels" if weight is None else f"{weight:.3f}",
        )
    typer.echo(f"{found['name']}: depth {found['depth']}, {found['nodes']} nodes, ", nl=False)
    typer.echo(f"{found['leaves']} leaves, {found['aliases']} aliases")
    Console().print(table)
    typer.echo(
        f"children of an inner node: {found['mean_branching']:.2f} on average, at most "
        f"{found['largest_branching']}; {found['single_children']} have a single child\n"
        f"names that stand at several places: {found['repeated_names']}\n"
        f"sha256: {found['sha256']}"
    )


@app.command()
def convert(
    tree: TreeArgument,
    out: Annotated[Path, typer.Argument(help="A .yaml or .csv file.", show_default=False)],
    to: Annotated[
        Form | None,
        typer.Option(help="The form; by default yaml for .yaml, paths for .csv."),
    ] = None,
    force: ForceOption = False,
) -> None:
    """Write a tree as YAML, as a CSV of paths or as a CSV of edges."""
    from hierhash.labels.io.formats import write_tree

    for line in write_tree(load_tree(tree), out, to.value if to else None, replace=force):
        typer.echo(f"note: {line}", err=True)
    typer.echo(f"wrote {out}")


@app.command()
def plot(
    tree: TreeArgument,
    out: Annotated[Path, typer.Argument(help="An .svg or .png file.", show_default=False)],
    depth: DepthOption = None,
    force: ForceOption = False,
) -> None:
    """Draw a tree, one row a leaf; names may be in any script."""
    from hierhash.labels.io.formats import refuse_existing
    from hierhash.labels.plot import plot_tree

    found = load_tree(tree)
    refuse_existing(out, replace=force)
    for line in plot_tree(found, out, depth):
        typer.echo(f"warning: {line}", err=True)
    typer.echo(f"wrote {out}")
