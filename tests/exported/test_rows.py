from __future__ import annotations

import numpy as np
import pytest

from hierhash.exported.rows import RowLayout

LAYOUT = RowLayout({"category": 12, "colour": 9, "kind": 8}, {"colour": 3}, {"category": 5})


def test_what_a_graph_gives_comes_back_as_it_was():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 256, (7, 5), dtype=np.uint8)
    query = rng.standard_normal((7, 29)).astype(np.float32)
    nodes, leaves = rng.random((7, 5)), rng.random((7, 3))
    rows = LAYOUT.rows([codes, query, nodes, leaves])
    assert rows.shape == (7, LAYOUT.width)
    assert LAYOUT.outputs == ["codes", "query", "levels_category", "posterior_colour"]
    for name, bytes_, bits in (
        ("category", slice(0, 2), slice(0, 12)),
        ("colour", slice(2, 4), slice(12, 21)),
        ("kind", slice(4, 5), slice(21, 29)),
    ):
        np.testing.assert_array_equal(LAYOUT.codes(rows, name), codes[:, bytes_])
        np.testing.assert_array_equal(LAYOUT.query(rows, name), query[:, bits])
    np.testing.assert_array_equal(LAYOUT.chances(rows, "category"), nodes)
    np.testing.assert_array_equal(LAYOUT.chances(rows, "colour"), leaves)
    assert LAYOUT.codes(rows, "colour").dtype == np.uint8
    with pytest.raises(KeyError):
        LAYOUT.chances(rows, "kind")
