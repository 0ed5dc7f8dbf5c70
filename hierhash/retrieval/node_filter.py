"""The node that a search is kept under, as a person types it."""

from __future__ import annotations

from hierhash.errors import InputError, TreeError
from hierhash.labels.paths import Path, format_path
from hierhash.labels.tree import LabelTree


def find_node(tree: LabelTree, wish: str) -> Path:
    """The node of a path, a name or an alias, in any mixture of upper and lower case.

    Raises:
        InputError: No such node, or several; the nearest one or the top nodes are named.

    Example:
        >>> tree = LabelTree.from_nested({"Fruit": ["Lemon", "Lime"], "Milk": []}, name="t")
        >>> find_node(tree, "fruit/lemon"), find_node(tree, "Lime")
        (('Fruit', 'Lemon'), ('Fruit', 'Lime'))
        >>> find_node(tree, "Fruit/Lemn")
        Traceback (most recent call last):
        hierhash.errors.InputError: --under: no node 'Fruit/Lemn'; did you mean 'Fruit/Lemon'?
    """
    try:
        return tree.resolve(wish)
    except TreeError as error:
        folded = wish.casefold().strip()
        same = [
            node
            for node in tree.nodes
            if folded in (format_path(node).casefold(), node[-1].casefold())
        ]
        if len(same) == 1:
            return same[0]
        if len(same) > 1 or " names " in str(error):
            raise InputError(f"--under: {_several(same, error)}; write the full path") from error
        _, found, hint = str(error).partition("; did you mean ")
        tops = ", ".join(format_path(node) for node in tree.nodes_at(1)[:12])
        remedy = f"did you mean {hint}" if found else f"top nodes: {tops}"
        raise InputError(f"--under: no node '{wish}'; {remedy}") from error


def _several(same: list[Path], error: TreeError) -> str:
    if not same:
        return str(error).removesuffix("; write the full path")
    return "several nodes have this name: " + ", ".join(format_path(node) for node in same[:5])
