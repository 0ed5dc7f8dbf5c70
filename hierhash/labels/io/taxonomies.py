"""Which of the forms of taxonomies a file has, told by what stands in it, and its tree."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hierhash.errors import TreeError
from hierhash.labels.io.csv import read_edges_csv, read_paths_csv, read_rows
from hierhash.labels.io.edge_lines import are_edges, read_edge_lines, read_names
from hierhash.labels.io.folder import read_folder
from hierhash.labels.io.food_facts import are_food_facts, read_food_facts
from hierhash.labels.io.indented import read_indented
from hierhash.labels.io.nested_sets import are_nested_sets, read_nested_sets
from hierhash.labels.io.path_lines import delimiter_of, read_path_lines
from hierhash.labels.io.records import KEYS, are_records, read_records, rows_as_records
from hierhash.labels.io.text_lines import taxonomy_lines
from hierhash.labels.io.yaml import RULES, parse_yaml
from hierhash.labels.raw_tree import TreeParts
from hierhash.storage.text_files import read_text
from hierhash.storage.yaml_lines import Value, read_yaml

TABLES = (".csv", ".tsv")
ENDINGS = (".yaml", ".yml", ".json", ".txt", *TABLES)


@dataclass(frozen=True)
class Wish:
    """How a taxonomy is to be read, where its content does not say.

    Args:
        form: One of ``FORMATS``; None finds it by what stands in the file.
        delimiter: Between names of a path; None finds it.
        names: A file of ids and names, for edges.
        every_parent: A class of several parents gets a place below each.
    """

    form: str | None = None
    delimiter: str | None = None
    names: Path | None = None
    every_parent: bool = False


def read_taxonomy(path: Path, wish: Wish | None = None) -> tuple[str, TreeParts]:
    """The form of a taxonomy and the parts of its tree.

    Raises:
        TreeError: Every problem found, or no form that is known.
    """
    wish = wish or Wish()
    if path.is_dir():
        return "folder", read_folder(path)
    text = read_text(path, TreeError)
    if wish.form is None and path.suffix.lower() not in ENDINGS:
        raise TreeError(
            f"{path}: not a label tree; give a file of {', '.join(ENDINGS)}, or a folder, or say "
            "its form with hierhash tree import --format"
        )
    form = wish.form or form_of(text, path)
    return form, _READERS[form](text, path, wish)


def _csv(text: str, path: Path, wish: Wish) -> TreeParts:
    columns, _ = read_rows(path)
    edges = "parent" in columns or "child" in columns
    return read_edges_csv(path) if edges else read_paths_csv(path)


def _edges(text: str, path: Path, wish: Wish) -> TreeParts:
    names = None
    if wish.names is not None:
        names = read_names(read_text(wish.names, TreeError), str(wish.names))
    return read_edge_lines(text, str(path), names, wish.every_parent)


_READERS: dict[str, Callable[[str, Path, Wish], TreeParts]] = {
    "yaml": lambda text, path, wish: parse_yaml(_nested(text, path), str(path)),
    "csv": _csv,
    "records": lambda text, path, wish: read_records(
        _document(text, path), str(path), wish.every_parent
    ),
    "paths": lambda text, path, wish: read_path_lines(text, str(path), wish.delimiter),
    "edges": _edges,
    "indented": lambda text, path, wish: read_indented(text, str(path)),
    "nested": lambda text, path, wish: read_nested_sets(text, str(path)),
    "foodfacts": lambda text, path, wish: read_food_facts(text, str(path), wish.every_parent),
}
FORMATS = tuple(_READERS)


def form_of(text: str, path: Path) -> str:
    """The form of a file's content; a text without any structure is a list of classes.

    Raises:
        TreeError: The file holds nothing.
    """
    if not text.strip():
        raise TreeError(f"{path}: the file is empty; it needs at least one class")
    ending = path.suffix.lower()
    if ending in TABLES:
        columns, _ = read_rows(path, delimiter=_between(path))
        known = {column.lower() for column in columns}
        has_id, has_parent = (bool(known & set(KEYS[one])) for one in ("id", "parent"))
        return "records" if has_id and has_parent else "csv"
    if ending in (".yaml", ".yml", ".json"):
        problems: list[str] = []
        document = read_yaml(_as_yaml(text, path), str(path), RULES, problems)
        return "records" if not problems and are_records(document) else "yaml"
    lines = taxonomy_lines(text, str(path))
    if are_food_facts(lines):
        return "foodfacts"
    if are_nested_sets(lines):
        return "nested"
    if are_edges(lines):
        return "edges"
    return "indented" if delimiter_of(lines) is None else "paths"


def _document(text: str, path: Path) -> Value:
    """The records of a file, each with its line."""
    if path.suffix.lower() in TABLES:
        _, rows = read_rows(path, delimiter=_between(path))
        return rows_as_records(((row.where, row.cells) for row in rows), str(path))
    problems: list[str] = []
    document = read_yaml(_as_yaml(text, path), str(path), RULES, problems)
    if problems:
        raise TreeError(problems)
    return document


def _nested(text: str, path: Path) -> str:
    """A tree in our own nested form; in JSON it need not stand under a key ``tree``."""
    own = _as_yaml(text, path)
    is_bare = path.suffix.lower() == ".json" and "tree" not in json.loads(text)
    return f'{{"tree": {own}}}' if is_bare else own


def _between(path: Path) -> str:
    return "\t" if path.suffix.lower() == ".tsv" else ","


def _as_yaml(text: str, path: Path) -> str:
    r"""JSON as the YAML that it nearly is: no tabs outside of texts, and ``\/`` is a slash.

    Raises:
        TreeError: Not JSON, with the line.
    """
    if path.suffix.lower() != ".json":
        return text
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise TreeError(
            f"{path}:{line}: not valid JSON; correct the brackets or quotes there"
        ) from None
    return text.replace("\\/", "/").replace("\t", " ")
