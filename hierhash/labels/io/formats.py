"""The forms of a label tree: which file holds which, and writing one in another."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from hierhash.errors import TreeError
from hierhash.labels.io.csv import (
    format_edges_csv,
    format_paths_csv,
    read_edges_csv,
    read_paths_csv,
    read_rows,
)
from hierhash.labels.io.folder import read_folder
from hierhash.labels.io.yaml import format_yaml, parse_yaml
from hierhash.labels.raw_tree import TreeParts
from hierhash.labels.structure import TreeStructure
from hierhash.storage.text_files import read_text
from hierhash.storage.whole_file import write_text

FORMS: dict[str, tuple[Callable[[TreeStructure], str], tuple[str, ...]]] = {
    "yaml": (format_yaml, (".yaml", ".yml")),
    "paths": (format_paths_csv, (".csv",)),
    "edges": (format_edges_csv, (".csv",)),
}
"""Each form's writer, and the endings of its files."""


def read_parts(path: str | os.PathLike[str]) -> TreeParts:
    """The parts of a tree in a YAML file, a CSV of paths or of edges, or a folder.

    Raises:
        TreeError: Every problem found, or a kind of file that holds no tree.
    """
    source = Path(path)
    if source.is_dir():
        return read_folder(source)
    suffix = source.suffix.lower()
    if suffix in (".yaml", ".yml"):
        return parse_yaml(read_text(source, TreeError), str(source))
    if suffix == ".csv":
        columns, _ = read_rows(source)
        edges = "parent" in columns or "child" in columns
        return read_edges_csv(source) if edges else read_paths_csv(source)
    raise TreeError(f"{path}: not a label tree; give a .yaml or .csv file, or a folder")


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
    if tree.levels != tuple(f"level_{i}" for i in range(1, tree.depth + 1)):
        lost.insert(0, "the names of its levels")
    return [f"a CSV does not hold {' and '.join(lost)}"] if lost else []


def refuse_existing(path: Path, replace: bool) -> None:
    """Stop before a file would be overwritten.

    Raises:
        TreeError: The file exists and ``replace`` is false, or the path is a folder.
    """
    if path.is_dir():
        raise TreeError(f"{path}: is a folder; name a file")
    if path.exists() and not replace:
        raise TreeError(f"{path}: exists already; give another name or --force")
