"""Groups of items that must stay in one part of a split: repeats, or what a column says."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.data.catalogue import Catalogue
from hierhash.data.images import ImageRef, decode
from hierhash.errors import DataError, did_you_mean

BY_CONTENT, BY_NOTHING = "content", "none"


def groups_by(catalogue: Catalogue, group_by: str = BY_CONTENT) -> NDArray[np.int64]:
    """Groups as a user asks for them.

    Args:
        catalogue: n items.
        group_by: ``content`` (equal texts or pictures), ``none`` (every item by itself), or a
            column: items with one value stay together, those without a value stay alone.

    Returns:
        int64 (n,): group numbers from 0, in order of first appearance.

    Raises:
        DataError: There is no such column.

    Example:
        >>> shop = Catalogue("shop", ["1", "2", "3"], [None] * 3, ["a", "a", "b"], [()] * 3,
        ...                  {"maker": ["x", "", "x"]})
        >>> groups_by(shop, "maker").tolist(), groups_by(shop, "none").tolist()
        ([0, 1, 0], [0, 1, 2])
    """
    if group_by == BY_CONTENT:
        return duplicate_groups(catalogue)
    if group_by == BY_NOTHING:
        return np.arange(len(catalogue), dtype=np.int64)
    values = column_of(catalogue, group_by, f"; or use {BY_CONTENT} or {BY_NOTHING}")
    return join_groups(len(catalogue), _rows_by_key(value or None for value in values))


def column_of(catalogue: Catalogue, name: str, otherwise: str = "") -> list[str]:
    """The values of a column that the reader kept as an attribute, or the ids.

    Raises:
        DataError: There is no such column.
    """
    if name in catalogue.attributes:
        return catalogue.attributes[name]
    if name == "id":
        return catalogue.ids
    known = list(catalogue.attributes)
    columns = f"its columns are {', '.join(known[:12])}" if known else "it has no columns"
    hint = did_you_mean(name, known) or f"; {columns}"
    raise DataError(f"{catalogue.name}: no column '{name}'{hint}{otherwise}")


def duplicate_groups(catalogue: Catalogue, *, pixels: bool = True) -> NDArray[np.int64]:
    """Group items that share a text or the same picture, directly or through others.

    Texts are compared without case and extra spaces; pictures by their decoded pixels, see
    `picture_keys`.

    Args:
        catalogue: n items.
        pixels: Also decode every picture and compare it.

    Returns:
        int64 (n,): group numbers from 0, in order of first appearance.

    Example:
        >>> shop = Catalogue("shop", ["1", "2", "3"], [None] * 3, ["Red hat", "cap", "red  hat"],
        ...                  [()] * 3)
        >>> duplicate_groups(shop).tolist()
        [0, 1, 0]
    """
    links = [_rows_by_key(_text_keys(catalogue))]
    if pixels:
        links.append(_rows_by_key(picture_keys(catalogue.images)))
    if catalogue.text_features is not None and all(text is None for text in catalogue.texts):
        links.append(_rows_by_key(_feature_keys(catalogue.text_features)))
    return join_groups(len(catalogue), (rows for link in links for rows in link))


def join_groups(n: int, sets: Iterable[list[int]]) -> NDArray[np.int64]:
    """Items of one set, and of sets that overlap, get one number.

    Example:
        >>> join_groups(5, [[0, 3], [3, 4]]).tolist()
        [0, 1, 2, 0, 0]
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    pairs = [(rows[0], row) for rows in sets for row in rows[1:]]
    first, other = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    linked = coo_matrix((np.ones(len(first), np.bool_), (first, other)), shape=(n, n))
    found = connected_components(linked, directed=False)[1]
    # Numbered by first appearance, whatever the order in which scipy walks.
    _, appears, inverse = np.unique(found, return_index=True, return_inverse=True)
    number = np.argsort(np.argsort(appears))
    return number[inverse.reshape(n)].astype(np.int64)


def _rows_by_key(keys: Iterable[Hashable | None]) -> list[list[int]]:
    rows: dict[Hashable, list[int]] = {}
    for row, key in enumerate(keys):
        if key is not None:
            rows.setdefault(key, []).append(row)
    return [found for found in rows.values() if len(found) > 1]


def _text_keys(catalogue: Catalogue) -> Iterable[str | None]:
    return (None if text is None else " ".join(text.casefold().split()) for text in catalogue.texts)


def _feature_keys(features: Any) -> Iterable[bytes | None]:
    """Rows of text features, for sources with no readable text; an all-zero row is no text."""
    for row in range(features.shape[0]):
        line = features[row]
        dense = np.asarray(line.toarray() if hasattr(line, "toarray") else line)
        yield dense.tobytes() if dense.any() else None


def picture_keys(images: Sequence[ImageRef | None], workers: int = 4) -> list[bytes | None]:
    """One key per picture: equal where the pictures are; None where there is none to read.

    The key is that of the decoded pixels, so that one picture saved twice is one: a PNG, a BMP and
    another PNG of the same pixels have the same key, whatever their bytes. A picture that is
    damaged or above the limit of pixels is compared by its bytes; one that cannot be read at all
    is like no other.

    Args:
        images: n pictures or None.
        workers: Threads that read and decode.
    """
    known: dict[bytes, bytes] = {}
    lock = Lock()

    def key(image: ImageRef | None) -> bytes | None:
        if image is None:
            return None
        try:
            content = image.read()
        except DataError:
            return None
        by_bytes = hashlib.sha256(content).digest()
        with lock:
            found = known.get(by_bytes)
        if found is None:  # a file that repeats byte for byte is decoded once
            found = _of_pixels(content, str(image)) or by_bytes
            with lock:
                known[by_bytes] = found
        return found

    with ThreadPoolExecutor(max_workers=workers) as pool:
        return list(pool.map(key, images))


def _of_pixels(content: bytes, name: str) -> bytes | None:
    try:
        picture = decode(content, name)
    except DataError:
        return None
    size = f"{picture.width}x{picture.height};".encode()
    return hashlib.sha256(size + picture.tobytes()).digest()
