"""Which of the forms of taxonomies a file has, told by what stands in it, and its tree."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hierhash.errors import TreeError
from hierhash.labels.io.csv import read_edges_csv, read_paths_csv, read_rows
from hierhash.labels.io.edge_lines import are_edges, read_edge_lines, read_names
from hierhash.labels.io.folder import read_folder
from hierhash.labels.io.food_facts import are_food_facts, read_food_facts
from hierhash.labels.io.indented import are_indented, read_indented
from hierhash.labels.io.nested_sets import are_nested_sets, read_nested_sets
from hierhash.labels.io.path_lines import delimiter_of, have_ids, read_path_lines
from hierhash.labels.io.records import KEYS, are_records, folded, read_records, rows_as_records
from hierhash.labels.io.text_lines import taxonomy_lines
from hierhash.labels.io.yaml import RULES, parse_yaml
from hierhash.labels.raw_tree import TreeParts
from hierhash.storage.text_files import read_text
from hierhash.storage.yaml_lines import Value, read_yaml

TABLES = (".csv", ".tsv")
SURROGATES = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
SLASH = re.compile(r"(?<!\\)((?:\\\\)*)\\/")
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
    form = wish.form or _implied(wish) or form_of(text, path)
    if (wish.delimiter and form != "paths") or (wish.names and form != "edges"):
        option, needed = ("--delimiter", "paths") if wish.delimiter else ("--names", "edges")
        raise TreeError(f"{path}: {option} is for the form {needed}, not {form}; leave it out")
    return form, _READERS[form](text, path, wish)


def _implied(wish: Wish) -> str | None:
    """The form that an option is for."""
    if wish.delimiter:
        return "paths"
    return "edges" if wish.names else None


def _csv(text: str, path: Path, wish: Wish) -> TreeParts:
    between = _between(path)
    columns, _ = read_rows(path, between)
    edges = "parent" in columns or "child" in columns
    return read_edges_csv(path, between) if edges else read_paths_csv(path, between)


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
        TreeError: The file holds nothing, or a table of which no column names parents or paths.
    """
    if not text.strip():
        raise TreeError(f"{path}: the file is empty; it needs at least one class")
    ending = path.suffix.lower()
    if ending in TABLES:
        return _form_of_table(path)
    if ending in (".yaml", ".yml", ".json"):
        problems: list[str] = []
        document = read_yaml(_as_yaml(text, path), str(path), RULES, problems)
        return "records" if not problems and are_records(document) else "yaml"
    lines = taxonomy_lines(text, str(path))
    if are_food_facts(lines):
        return "foodfacts"
    if are_nested_sets(lines):
        return "nested"
    if have_ids(lines) and any(">" in line.text for line in lines):
        return "paths"
    if are_indented(lines):
        return "indented"
    if are_edges(lines):
        return "edges"
    return "paths" if delimiter_of(lines) is not None or have_ids(lines) else "indented"


def _form_of_table(path: Path) -> str:
    columns, _ = read_rows(path, _between(path))
    known = {folded(column) for column in columns}
    if {"old", "new"} <= known:
        raise TreeError(
            f"{path}:1: a migration from one tree to another, and no tree; give the tree, and this "
            "with --map"
        )
    if len(columns) == 1 and ";" in columns[0]:
        raise TreeError(f"{path}:1: cells are parted by ';'; save it with commas, or as .tsv")
    has = {one: bool(known & set(KEYS[one])) for one in KEYS}
    if has["id"] and has["parent"]:
        return "records"
    if has["id"] and has["name"] and "path" not in known and not {"parent", "child"} & known:
        told = ", ".join(columns)
        raise TreeError(
            f"{path}:1: no column of parents among {told}; call it parent_id, or give a column path"
        )
    return "csv"


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
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise TreeError(
            f"{path}:{line}: not valid JSON; correct the brackets or quotes there"
        ) from None
    if not isinstance(content, dict | list):
        raise TreeError(f"{path}:1: holds no classes; give a list or a mapping of them")
    text = SURROGATES.sub(lambda pair: str(json.loads(f'"{pair[0]}"')), text)
    return SLASH.sub(lambda found: f"{found[1]}/", text).replace("\t", " ")
