"""The shipped sample: clip art with titles, keywords and a tree, inside the package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from hierhash.data.catalogue import Catalogue, CatalogueBuilder
from hierhash.data.images import ImageRef
from hierhash.errors import DataError

if TYPE_CHECKING:
    from hierhash.labels.tree import LabelTree


FOLDER = Path(__file__).parents[1] / "sample"


def read_sample(path: Path | None = None) -> Catalogue:
    """Read the clip-art sample (2,662 items); the text of an item is its title and keywords.

    The column ``colour`` is the main colour of the drawing.

    Args:
        path: Another build of the sample (``items.jsonl`` and ``images.zip``); default: shipped.

    Raises:
        DataError: The files of the sample are missing or damaged.

    Example:
        >>> sample = read_sample()
        >>> sample.labels[0], sample.images[0].open().size
        (('recreation/games/cards',), (96, 96))
    """
    from hierhash.labels.paths import format_path

    folder = path or FOLDER
    rows_file, archive = folder / "items.jsonl", folder / "images.zip"
    for needed in (rows_file, archive):
        if not needed.is_file():
            raise DataError(f"{needed}: a file of the sample is missing; install hierhash again")
    builder = CatalogueBuilder("sample")
    labels = []
    for number, line in enumerate(rows_file.read_text(encoding="utf-8").splitlines(), start=1):
        row = json.loads(line)
        labels.append(tuple(row["labels"]))
        builder.add(
            f"{rows_file}:{number}",
            Path(row["image"]).stem,
            ImageRef(archive, row["image"]),
            sample_text(row["title"], row["keywords"]),
            (format_path(labels[-1]),),
            {"colour": row.get("colour", "")},
        )
    return builder.build(_shipped_tree() if path is None else _tree_of(labels))


def sample_text(title: str, keywords: list[str]) -> str:
    """Title and keywords as one text; a keyword that the title already has is not repeated.

    Example:
        >>> sample_text("Red Apple", ["apple", "fruit"])
        'Red Apple fruit'
    """
    words = title.lower().split()
    extra = [keyword for keyword in dict.fromkeys(keywords) if keyword.lower() not in words]
    return " ".join([title, *extra]).strip()


def _tree_of(labels: list[tuple[str, ...]]) -> LabelTree:
    from hierhash.labels.tree import LabelTree

    return LabelTree.from_paths(sorted(set(labels)), name="sample")


def _shipped_tree() -> LabelTree:
    from hierhash.labels.tree import LabelTree
    from hierhash.shipped import shipped_path

    return LabelTree.from_yaml(shipped_path("label_trees", "sample.yaml"))
