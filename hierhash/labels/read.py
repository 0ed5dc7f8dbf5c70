"""Read a label tree from whatever the user points at."""

from __future__ import annotations

import os
from pathlib import Path

from hierhash.errors import TreeError
from hierhash.labels.csv_rows import read_rows
from hierhash.labels.tree import LabelTree


def load_tree(name: str | os.PathLike[str]) -> LabelTree:
    """The user's own file or folder of that name, else the shipped tree.

    Raises:
        InputError: There is neither, or the tree is wrong.

    Example:
        >>> load_tree("sample").depth
        3
    """
    from hierhash.shipped import shipped_path

    return read_tree(name if Path(name).exists() else shipped_path("label_trees", str(name)))


def read_tree(path: str | os.PathLike[str]) -> LabelTree:
    r"""A tree from a YAML file, a CSV of paths or of edges (told by its columns), or a folder.

    Raises:
        TreeError: Every problem found, or a kind of file that holds no tree.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = Path(folder, "shop.csv")
        ...     _ = file.write_text("parent,child\nA,b\nA,c\n")
        ...     read_tree(file)
        LabelTree('shop', 1 > 2)
    """
    source = Path(path)
    if source.is_dir():
        return LabelTree.from_folder(source)
    suffix = source.suffix.lower()
    if suffix in (".yaml", ".yml"):
        return LabelTree.from_yaml(source)
    if suffix == ".csv":
        columns, _ = read_rows(source)
        if "parent" in columns or "child" in columns:
            return LabelTree.from_edges_csv(source)
        return LabelTree.from_paths_csv(source)
    raise TreeError(f"{path}: not a label tree; give a .yaml or .csv file, or a folder")
