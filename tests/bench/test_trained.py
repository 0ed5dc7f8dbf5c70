from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from hierhash.bench.trained import encode_items
from hierhash.errors import DataError
from hierhash.methods.registry import find_preset
from hierhash.testing.small_problem import small_items, small_problem


def test_items_of_which_a_method_codes_nothing_are_refused():
    items, preset = small_items(), find_preset("bm25")
    items.has["text"][:] = False
    method = preset.method(preset.settings, small_problem(items))
    rows = np.arange(items.n)
    with pytest.raises(DataError, match=r"no item has what the method codes \(text\); choose"):
        encode_items(method, SimpleNamespace(items=items), rows, rows)
