"""Fashion Product Images: the Kaggle layout and the prepared labels.csv + images.zip."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from hierhash.data.catalogue import DROPPED, NO_IMAGE, Catalogue, CatalogueBuilder
from hierhash.data.images import ImageRef
from hierhash.errors import DataError
from hierhash.storage.csv_lines import read_csv
from hierhash.storage.inside_folder import INSIDE, REMEDY, Inside
from hierhash.storage.zip_archives import open_archive

LEVELS = ("masterCategory", "subCategory", "articleType")
ATTRIBUTES = ("gender", "baseColour", "season", "year", "usage")
TITLE = "productDisplayName"
TABLES = ("styles.csv", "labels.csv")
Row = tuple[int, dict[str, str]]
Triple = tuple[str, str, str]


def read_fashion(path: Path, *, links: str = INSIDE) -> Catalogue:
    """Read Fashion Product Images as downloaded from Kaggle, or as labels.csv + images.zip.

    The tree is masterCategory > subCategory > articleType. Where a node has several parents the
    parent of most rows wins; rows under another parent are dropped and reported as problems.

    Args:
        path: Folder with ``styles.csv`` or ``labels.csv`` and with ``images/`` or ``images.zip``.
        links: ``inside``: every file lies in the folder, all links resolved; ``follow``: anywhere.

    Returns:
        A catalogue with titles, one path per item, the attributes gender, baseColour, season, year
        and usage, and the tree.

    Raises:
        DataError: No table or no images there, or a needed column is missing.
    """
    from hierhash.labels.paths import format_path
    from hierhash.labels.tree import LabelTree

    inside = Inside(path, links)
    table = inside.check(_find_table(path))
    builder = CatalogueBuilder("fashion")
    rows = _rows(table, builder)
    kept = _majority_rows(rows, table, builder)
    images = _images(path, inside)
    triples = sorted({_triple(row) for _, row in kept})
    label_of = {triple: format_path(triple) for triple in triples}
    for line, row in kept:
        where = f"{table}:{line}"
        image = images.get(row["id"])
        if image is None:
            builder.note(where, f"no image '{row['id']}.jpg'", NO_IMAGE, "missing image")
        elif not inside.holds(image.path):
            what = f"{image.path} leads out of the catalogue; {REMEDY}"
            builder.note(where, what, NO_IMAGE, "missing image")
            image = None
        attributes = {name: row.get(name, "") for name in ATTRIBUTES}
        builder.add(where, row["id"], image, row[TITLE], (label_of[_triple(row)],), attributes)
    tree = LabelTree.from_paths(triples, name="fashion", levels=LEVELS)
    return builder.build(tree)


def _find_table(path: Path) -> Path:
    for name in TABLES:
        if (path / name).is_file():
            return path / name
    raise DataError(f"{path}: no styles.csv or labels.csv here; give the folder that holds it")


def _rows(table: Path, builder: CatalogueBuilder) -> list[Row]:
    header, cells_of = read_csv(table, DataError)
    missing = [name for name in ("id", *LEVELS, TITLE) if name not in header]
    if missing:
        raise DataError(f"{table}:1: column '{missing[0]}' is missing; is this the Kaggle file?")
    # Titles with commas are not quoted in the Kaggle file; the title is its last column.
    title_is_last = header[-1] == TITLE
    rows = []
    for line, cells in cells_of:
        if len(cells) > len(header) and title_is_last:
            cells = [*cells[: len(header) - 1], ",".join(cells[len(header) - 1 :])]
        if len(cells) != len(header):
            what = f"{len(cells)} cells where the header has {len(header)}"
            builder.note(f"{table}:{line}", what, DROPPED, "broken row")
            continue
        row = dict(zip(header, (cell.strip() for cell in cells), strict=True))
        empty = [name for name in ("id", *LEVELS) if not row[name]]
        if empty:
            builder.note(f"{table}:{line}", f"{empty[0]} is empty", DROPPED, "broken row")
            continue
        rows.append((line, row))
    if not rows:
        raise DataError(f"{table}: no row can be read; the file needs at least one")
    return rows


def _triple(row: dict[str, str]) -> Triple:
    return row[LEVELS[0]], row[LEVELS[1]], row[LEVELS[2]]


def _majority(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """For each child the parent of most of its rows; on a tie the parent seen first."""
    best: dict[str, str] = {}
    for (child, parent), _ in Counter(pairs).most_common():
        best.setdefault(child, parent)
    return best


def _majority_rows(rows: list[Row], table: Path, builder: CatalogueBuilder) -> list[Row]:
    master_of = _majority((row[LEVELS[1]], row[LEVELS[0]]) for _, row in rows)
    sub_of = _majority((row[LEVELS[2]], row[LEVELS[1]]) for _, row in rows)
    kept = []
    for line, row in rows:
        master, sub, article = _triple(row)
        if sub_of[article] != sub:
            what = f"{article} is under {sub} here but mostly under {sub_of[article]}"
        elif master_of[sub] != master:
            what = f"{sub} is under {master} here but mostly under {master_of[sub]}"
        else:
            kept.append((line, row))
            continue
        builder.note(f"{table}:{line}", what, DROPPED, "off the majority parent")
    return kept


def _images(path: Path, inside: Inside) -> dict[str, ImageRef]:
    """Image of each id, from one listing instead of a look at the disk per row."""
    folder, archive = path / "images", path / "images.zip"
    if folder.is_dir():
        names = (entry.name for entry in os.scandir(folder))
        return {
            name.rpartition(".")[0]: ImageRef(folder / name, root=inside.bound)
            for name in names
            if name.lower().endswith((".jpg", ".jpeg", ".png"))
        }
    if archive.is_file():
        return {
            member.rpartition("/")[2].rpartition(".")[0]: ImageRef(archive, member)
            for member in open_archive(inside.check(archive)).namelist()
            if not member.endswith("/")
        }
    raise DataError(f"{path}: no images/ folder and no images.zip here; put the pictures there")
