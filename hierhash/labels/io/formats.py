"""The forms in which a label tree is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hierhash.errors import TreeError
from hierhash.labels.io.csv import format_edges_csv, format_paths_csv
from hierhash.labels.io.yaml import format_yaml
from hierhash.labels.structure import TreeStructure
from hierhash.storage.whole_file import write_text

FORMS: dict[str, tuple[Callable[[TreeStructure], str], tuple[str, ...]]] = {
    "yaml": (format_yaml, (".yaml", ".yml")),
    "paths": (format_paths_csv, (".csv",)),
    "edges": (format_edges_csv, (".csv",)),
}
"""Each form's writer, and the endings of its files."""


def write_tree(
    tree: TreeStructure, path: Path, form: str | None = None, replace: bool = False
) -> list[str]:
    """Write a tree; the file appears whole or not at all.

    Args:
        tree: The label tree.
        path: The file to write.
        form: ``yaml``, ``paths`` or ``edges``; by the file's ending when None.
        replace: Overwrite a file that exists.

    Returns:
        One line for what the form cannot hold.

    Raises:
        TreeError: The file exists, or its ending does not fit the form.
    """
    ending = path.suffix.lower()
    fitting = [name for name, (_, endings) in FORMS.items() if ending in endings]
    if not fitting or (form is not None and form not in fitting):
        wanted = FORMS[form][1][0] if form else ".yaml or .csv"
        raise TreeError(f"{path}: the ending '{ending}' does not fit; write a {wanted} file")
    refuse_existing(path, replace)
    form = form or fitting[0]
    write_text(path, FORMS[form][0](tree))
    if form == "yaml":
        return []
    lost = ["its level weights"] if tree.level_weights is not None else []
    lost += ["ids"] if any(map(tree.id, tree.nodes)) else []
    lost += ["names in other languages"] if any(map(tree.names, tree.nodes)) else []
    if tree.levels != tuple(f"level_{i}" for i in range(1, tree.depth + 1)):
        lost.insert(0, "the names of its levels")
    return [f"a CSV does not hold {', '.join(lost)}"] if lost else []


def refuse_existing(path: Path, replace: bool) -> None:
    """Stop before a file would be overwritten.

    Raises:
        TreeError: The file exists and ``replace`` is false, or the path is a folder.
    """
    if path.is_dir():
        raise TreeError(f"{path}: is a folder; name a file")
    if path.exists() and not replace:
        raise TreeError(f"{path}: exists already; give another name or --force")
