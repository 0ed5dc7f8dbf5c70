"""Rows by ids, also of ids that have one hash."""

from __future__ import annotations

import pytest

from hierhash.errors import InputError
from hierhash.retrieval.id_rows import IdRows, known_rows


class Alike(str):
    """Every one has the same hash."""

    __slots__ = ()

    def __hash__(self):
        return 7


def test_ids_of_one_hash_are_told_apart():
    ids = [Alike(f"i{number}") for number in range(20)]
    found = IdRows(ids, ids.__getitem__).find([Alike("i19"), Alike("i0"), Alike("none")])
    assert found == [19, 0, -1]
    assert IdRows([], ids.__getitem__).find([Alike("i0")]) == [-1]


def test_an_unknown_one_is_named():
    with pytest.raises(InputError, match="shop: no item has the id 'b'"):
        known_rows("shop", ["a", "b"], [0, None])
