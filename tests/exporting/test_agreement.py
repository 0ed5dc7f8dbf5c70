"""A comparison finds bits that differ, and says whether that is rounding."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hierhash.errors import HierhashError
from hierhash.exported.run import load_exported
from hierhash.exporting.agreement import MADE_UP, Agreement, agreement, apart, some_items, values_of
from hierhash.runs.items import prepare_again
from hierhash.runs.saved import load_run


@pytest.fixture(scope="module")
def both(exports):
    return load_run(exports / "run"), load_exported(exports / "export")


def test_all_items_are_coded_as_by_the_run(both, exports):
    saved, exported = both
    prepared = prepare_again(saved)
    pixels = prepared.items.rows["image"].transpose(0, 2, 3, 1)
    ours = {
        "image": exported.backbone.features(np.ascontiguousarray(pixels)),
        "text": exported.text_rows([text or "" for text in prepared.catalogue.texts]),
    }
    for given in (["image"], ["text"], ["image", "text"]):
        rows = {one: prepared.items.rows[one] for one in given}
        wrong, values = apart(saved, exported, rows, {one: ours[one] for one in given})
        assert wrong.shape == values.shape == (60, 24)
        assert wrong.mean() <= 1e-5
        assert (np.abs(values[wrong]) <= 1e-3).all()


def test_a_graph_of_other_weights_is_found_out(both):
    saved, exported = both
    items = some_items(saved, None, 8)
    assert items.source == MADE_UP
    assert agreement(saved, exported, items).is_good

    class Turned:
        size = exported.backbone.size

        def features(self, pixels):
            return exported.backbone.features(np.ascontiguousarray(pixels[:, ::-1] // 3))

    turned = replace(exported)
    turned.__dict__["backbone"] = Turned()
    with pytest.raises(HierhashError, match=r"its graphs give other codes: .*; update onnx"):
        agreement(saved, turned, items)


def test_what_differs_must_be_near_its_threshold_and_rare():
    found = Agreement("items")
    values = np.full((500, 4), 0.5)
    wrong = np.zeros((500, 4), dtype=bool)
    wrong[0, 0], values[0, 0] = True, -1e-6
    found.add("picture", wrong, values)
    assert found.is_good
    assert (found.bits, found.differing) == (2000, 1)
    values[0, 0] = 0.1
    found.add("picture", wrong, values)
    assert not found.is_good
    many = Agreement("items")
    many.add("text", np.ones((1, 4), dtype=bool), np.zeros((1, 4)))
    assert not many.is_good


def test_values_have_the_signs_of_the_codes(both):
    saved, _ = both
    rows = {"text": saved.text_rows(["wear hats red", "home beds blue"])}
    bits = np.unpackbits(saved.method.encode(rows, "query").codes, axis=1)[:, :24]
    assert ((values_of(saved, rows) >= 0) == bits).all()
