"""The .mat files of MIRFLICKR-25K, NUS-WIDE and IAPR TC-12 as they circulate among papers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hierhash.data.catalogue import Catalogue
from hierhash.data.images import ImageRef, Pictures
from hierhash.errors import DataError
from hierhash.labels.paths import format_path
from hierhash.storage.inside_folder import INSIDE, Inside
from hierhash.storage.mat_files import MatFile, open_mat, pixel_axes
from hierhash.storage.mat_values import label_rows, row_features, strings, words

if TYPE_CHECKING:
    from hierhash.labels.tree import LabelTree


ROLES: dict[str, tuple[str, ...]] = {
    "images": ("images", "iall", "image", "img", "xall", "i", "x", "index"),
    "texts": ("tags", "yall", "texts", "text", "tall", "txt", "t", "y", "caption", "captions"),
    "labels": ("labels", "lall", "label", "l", "category"),
    "names": ("fall", "filenames", "files"),
}
"""Lower-case variable names of each role. MIRFLICKR-25K, NUS-WIDE and IAPR TC-12 come as
IAll / YAll / LAll / FAll (XAll = image features), as images / tags / labels, or, in files of newer
systems, as index (picture names) / caption (texts) / category (labels)."""
PART_NAMES = {
    "tr": "train",
    "train": "train",
    "te": "query",
    "test": "query",
    "query": "query",
    "val": "validation",
    "db": "database",
    "database": "database",
    "retrieval": "database",
}
_PART = re.compile(rf"^([IXTYL])_?({'|'.join(PART_NAMES)})$", re.IGNORECASE)


@dataclass(frozen=True)
class Field:
    """What a variable is: its role and, when the name says so, its part of the split."""

    role: str
    part: str = ""


def field_of(name: str) -> Field | None:
    """What a variable holds, or None for one that is not used.

    Example:
        >>> field_of("I_tr"), field_of("XAll"), field_of("param")
        (Field(role='images', part='train'), Field(role='images', part=''), None)
    """
    found = _PART.match(name)
    letter = found.group(1).lower() if found else name.lower()
    part = PART_NAMES[found.group(2).lower()] if found else ""
    for role, names in ROLES.items():
        if letter in names:
            return Field(role, part)
    return None


@dataclass
class _Part:
    """The variables of one part of the data (files without parts have one part, "")."""

    images: tuple[MatFile, str] | None = None
    features: tuple[MatFile, str] | None = None
    texts: tuple[MatFile, str] | None = None
    labels: tuple[MatFile, str] | None = None
    names: tuple[MatFile, str] | None = None


def read_mat(
    path: Path,
    *,
    label_names: Sequence[str] | Path | None = None,
    tree: LabelTree | None = None,
    vocabulary: Sequence[str] | Path | None = None,
    images: Path | None = None,
    links: str = INSIDE,
) -> Catalogue:
    """Read one .mat file, or a folder with one .mat file per variable.

    Known variable names are in :data:`hierhash.data.readers.mat.ROLES`; ``I_tr, T_tr, L_tr,
    I_te``... and ``XTrain``... are joined; the attribute ``part`` says whence each item came.

    Args:
        path: The file or the folder.
        label_names: Names of the label columns, or a text file with one a line; default
            ``label_1``...
        tree: Take the names from the leaves of this tree instead, in its order.
        vocabulary: Words of the columns of the tags, or a file: then the items get readable texts.
        images: Folder of the picture files that FAll / index name.
        links: ``inside``: every file lies in its folder, all links resolved; ``follow``: anywhere.

    Returns:
        Two-dimensional images and tags become ``image_features`` and ``text_features``, arrays of
        pixels become pictures, a multi-hot row several labels. ``tree`` is flat unless given.

    Raises:
        DataError: No known variables, no labels, or variables that differ in length.
    """
    inside = Inside(path, links)
    files = [path] if path.is_file() else [inside.check(f) for f in sorted(path.glob("*.mat"))]
    if not files:
        raise DataError(f"{path}: no .mat file here; check the path")
    parts = _find([open_mat(file) for file in files])
    if not parts or not any(part.images or part.features or part.texts for part in parts.values()):
        raise DataError(
            f"{path}: no variables with known names such as IAll, YAll, LAll or I_tr, T_tr, L_tr; "
            "see docs/data.md"
        )
    pictures_in = None if images is None else Pictures(images, links)
    pieces = [
        _piece(path, name, part, own, pictures_in, vocabulary)
        for (name, part), own in zip(parts.items(), _labels(path, parts), strict=True)
    ]
    names, tree = _label_names(path, pieces[0].label_count, label_names, tree)
    return _join(path, pieces, names, tree)


def _find(files: list[MatFile]) -> dict[str, _Part]:
    parts: dict[str, _Part] = {}
    for file in files:
        for name, shape in file.shapes.items():
            known = field_of(name)
            if known is None:
                continue
            part = parts.setdefault(known.part, _Part())
            role = known.role
            if role == "images" and len(shape) == 2 and min(shape) > 1:
                role = "features"
            setattr(part, role, (file, name))
    return parts


@dataclass
class _Piece:
    name: str
    n: int
    label_count: int
    labels: list[list[int]]
    images: list[ImageRef | None]
    names: list[str] | None
    texts: list[str | None]
    image_features: Any
    text_features: Any


def _labels(path: Path, parts: dict[str, _Part]) -> list[tuple[list[list[int]], int]]:
    tables = []
    for name, part in parts.items():
        if part.labels is None:
            wanted = f" for part {name}" if name else ""
            raise DataError(f"{path}: no labels{wanted} (LAll or L_tr)")
        tables.append(_load(part.labels))
    try:
        return label_rows(tables)
    except ValueError as error:
        raise DataError(f"{path}: {error}") from None


def _piece(
    path: Path,
    name: str,
    part: _Part,
    own: tuple[list[list[int]], int],
    folder: Pictures | None,
    vocabulary: Sequence[str] | Path | None,
) -> _Piece:
    labels, count = own
    n = len(labels)
    try:
        features = None if part.features is None else row_features(_load(part.features), n)
        names = None if part.names is None else strings(_load(part.names), n)
        refs: list[ImageRef | None] = [None] * n
        if part.images is not None:
            file, variable = part.images
            if len(file.shapes[variable]) == 4:
                refs = pictures(file, variable, n)
            else:
                names = strings(_load(part.images), n)
        if names is not None and folder is not None:
            found = [folder.find(item) for item in names]
            refs = [None if isinstance(image, str) else image for image in found]
        texts: list[str | None] = [None] * n
        text_features = None
        if part.texts is not None:
            value = _load(part.texts)
            if getattr(value, "dtype", np.dtype(float)).kind in "OUS":
                texts = list(strings(value, n))
            else:
                text_features = row_features(value, n)
                texts = words(text_features, vocabulary) if vocabulary is not None else texts
    except ValueError as error:
        raise DataError(f"{path}: {error}") from None
    return _Piece(name, n, count, labels, refs, names, texts, features, text_features)


def _load(where: tuple[MatFile, str]) -> Any:
    return where[0].load(where[1])


def _label_names(
    path: Path, count: int, names: Sequence[str] | Path | None, tree: LabelTree | None
) -> tuple[list[str], LabelTree]:
    from hierhash.labels.tree import LabelTree as Tree

    if tree is not None:
        found = [format_path(leaf) for leaf in tree.leaves]
    elif isinstance(names, Path):
        found = [line.strip() for line in names.read_text("utf-8").splitlines() if line.strip()]
    else:
        found = list(names or (f"label_{column + 1}" for column in range(count)))
    if len(found) != count:
        raise DataError(f"{path}: {count} label columns but {len(found)} names; give one a column")
    if tree is None:
        tree = Tree.from_paths([(name,) for name in found], name=path.stem)
        found = [format_path((name,)) for name in found]
    return found, tree


def _join(path: Path, pieces: list[_Piece], names: list[str], tree: LabelTree) -> Catalogue:
    if any(piece.label_count != len(names) for piece in pieces):
        raise DataError(f"{path}: the parts differ in their number of label columns")
    n = sum(piece.n for piece in pieces)
    ids = [item for piece in pieces for item in piece.names or [""] * piece.n]
    if "" in ids or len(set(ids)) < n:
        ids = [str(row + 1) for row in range(n)]
    rows = [
        (f"{path}[{piece.name}]" if piece.name else str(path), row)
        for piece in pieces
        for row in range(piece.n)
    ]
    return Catalogue(
        name=path.stem,
        ids=ids,
        images=[image for piece in pieces for image in piece.images],
        texts=[text for piece in pieces for text in piece.texts],
        labels=[tuple(names[c] for c in row) for piece in pieces for row in piece.labels],
        attributes={"part": [piece.name for piece in pieces for _ in range(piece.n)]}
        if len(pieces) > 1
        else {},
        image_features=_stack([piece.image_features for piece in pieces]),
        text_features=_stack([piece.text_features for piece in pieces]),
        tree=tree,
        where=[f"{name}:{row + 1}" for name, row in rows],
    )


def _stack(arrays: list[Any]) -> Any:
    if any(array is None for array in arrays):
        return None
    if len(arrays) == 1:
        return arrays[0]
    if hasattr(arrays[0], "tocsr"):
        from scipy import sparse

        return sparse.vstack(arrays, format="csr")
    return np.concatenate(arrays)


def pictures(file: MatFile, name: str, n: int) -> list[ImageRef | None]:
    """References to the n pictures of a pixel array; nothing is read yet."""
    item_axis, channel_axis = pixel_axes(file.shapes[name], n)
    return [ImageRef(file.path, f"{name}/{row}/{item_axis}/{channel_axis}") for row in range(n)]
