"""Items that must stay in one part of a split: equal texts, equal pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.data.records import Catalogue
from hierhash.errors import DataError


def duplicate_groups(catalogue: Catalogue, *, pixels: bool = True) -> NDArray[np.int64]:
    """Group items that share a text or the same picture, directly or through others.

    Texts are compared without case and extra spaces; pictures by the SHA-256 of their bytes. A
    picture that cannot be read is in no group.

    Args:
        catalogue: n items.
        pixels: Also read every picture and compare it.

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
        links.append(_rows_by_key(_picture_keys(catalogue)))
    if catalogue.text_features is not None and all(text is None for text in catalogue.texts):
        links.append(_rows_by_key(_feature_keys(catalogue.text_features)))
    return join_groups(len(catalogue), (rows for link in links for rows in link))


def join_groups(n: int, sets: Iterable[list[int]]) -> NDArray[np.int64]:
    """Union-find: items of one set, and of sets that overlap, get one number.

    Example:
        >>> join_groups(5, [[0, 3], [3, 4]]).tolist()
        [0, 1, 2, 0, 0]
    """
    parent = list(range(n))

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    for rows in sets:
        first = root(rows[0])
        for row in rows[1:]:
            other = root(row)
            # The smaller row number leads, so that numbering does not depend on the order of sets.
            first, other = min(first, other), max(first, other)
            parent[other] = first
    roots = np.array([root(row) for row in range(n)], dtype=np.int64)
    return np.unique(roots, return_inverse=True)[1].astype(np.int64).reshape(n)


def _rows_by_key(keys: Iterable[Hashable | None]) -> list[list[int]]:
    rows: dict[Hashable, list[int]] = {}
    for row, key in enumerate(keys):
        if key is not None:
            rows.setdefault(key, []).append(row)
    return [found for found in rows.values() if len(found) > 1]


def _text_keys(catalogue: Catalogue) -> Iterable[str | None]:
    return (None if text is None else " ".join(text.casefold().split()) for text in catalogue.texts)


def _picture_keys(catalogue: Catalogue) -> Iterable[bytes | None]:
    for image in catalogue.images:
        if image is None:
            yield None
            continue
        try:
            yield hashlib.sha256(image.read()).digest()
        except DataError:
            yield None


def _feature_keys(features: Any) -> Iterable[bytes | None]:
    """Rows of text features, for sources with no readable text; an all-zero row is no text."""
    for row in range(features.shape[0]):
        line = features[row]
        dense = np.asarray(line.toarray() if hasattr(line, "toarray") else line)
        yield dense.tobytes() if dense.any() else None
