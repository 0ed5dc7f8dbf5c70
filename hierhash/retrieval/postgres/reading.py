"""All items of a database in memory, and whether they are as they were written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hierhash.codes.distances import Hamming
from hierhash.errors import RunError
from hierhash.labels.facets import CATEGORY
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.exact import ExactIndex
from hierhash.retrieval.postgres.about import About
from hierhash.retrieval.postgres.item_rows import checksum, item_rows, labels_from
from hierhash.retrieval.postgres.link import Link
from hierhash.retrieval.postgres.nearest import from_bits
from hierhash.retrieval.run_files import FACET, facet_names

ALL = """
SELECT items."row", code::text, line, labels, sha256
FROM items JOIN details USING ("row") ORDER BY items."row"
"""
FOUND_BY = """
SELECT items."row", items.id, terms, tsvector_to_array(words),
    (SELECT coalesce(json_agg(json_build_array(name, value, number IS NOT NULL)
        ORDER BY name, value), '[]') FROM cells WHERE cells."row" = items."row")
FROM items JOIN details USING ("row") ORDER BY items."row"
"""
REMEDY = "copy the index again from a good one"


def trees_of(about: About, run: Path) -> dict[str, LabelTree]:
    """What the items are filed in, by name."""
    facets = {name: LabelTree.from_yaml(run / f"{FACET}{name}.yaml") for name in facet_names(run)}
    return {CATEGORY: about.tree or LabelTree.from_yaml(run / "tree.yaml"), **facets}


def read_items(
    link: Link, about: About, run: Path, trees: Mapping[str, LabelTree]
) -> tuple[ExactIndex, list[int]]:
    """All items and their rows; within a transaction.

    Raises:
        RunError: An item is not as it was written.
    """
    rows: list[int] = []
    codes: list[str] = []
    lines: list[bytes] = []
    every = []
    for row, code, line, labels, sha256 in link.stream(ALL):
        if checksum(code, line, labels) != sha256 or len(code) != 8 * about.width:
            raise RunError(f"{link.shown}: row {row} is damaged, or changed by hand; {REMEDY}")
        rows.append(row)
        codes.append(code)
        lines.append(line)
        every.append(labels_from(labels))
    encoded = {
        name: tree.encode([own.get(name, []) for own in every]) for name, tree in trees.items()
    }
    index = ExactIndex(
        from_bits(codes, about.width),
        lines,
        encoded.pop(CATEGORY),
        dict(about.manifest),
        run,
        Hamming(int(about.manifest["bits"])),
        encoded,
        about.tree,
        about.moved,
    )
    return index, rows


def check_items(link: Link, about: About, run: Path) -> None:
    """Refuses items that are not as they were written, or are found by other things than they say.

    Within a transaction.

    Raises:
        RunError: The first that is wrong.
    """
    trees = trees_of(about, run)
    index, rows = read_items(link, about, run, trees)
    for table in ("items", "details"):
        [[n]] = link.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - a name of our own
        if n != len(rows):
            raise RunError(f"{link.shown}: {n} {table} for {len(rows)} items; {REMEDY}")
    wanted = zip(rows, item_rows(index, trees), strict=True)
    for found, (row, own) in zip(link.stream(FOUND_BY), wanted, strict=True):
        cells = sorted(
            ([name, value, number is not None] for name, value, number in own.cells), key=repr
        )
        words = sorted(own.words)
        if (*found[:3], sorted(found[3]), sorted(found[4], key=repr)) != (
            *(row, own.id, own.terms),
            *(words, cells),
        ):
            raise RunError(
                f"{link.shown}: row {row} is found by other words or values than it has; {REMEDY}"
            )
    if about.next_row <= max(rows, default=-1):
        raise RunError(f"{link.shown}: rows were given twice; {REMEDY}")
