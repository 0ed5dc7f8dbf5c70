"""A method over several trees is the method itself on each of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hierhash.codes.distances import Dot, Hamming
from hierhash.errors import ConfigError
from hierhash.labels.items import ItemLabels
from hierhash.labels.tree import LabelTree
from hierhash.methods.faceted import Faceted
from hierhash.methods.parts import category_of, parts_of
from hierhash.methods.registry import presets
from hierhash.testing.small_problem import small_items, small_problem
from hierhash.training.checkpoint import NAME
from hierhash.training.fit import CHECKPOINTS, Watch
from tests.methods.test_conformance import small

COLOURS = LabelTree.from_nested(["blue", "red", "white"], name="colour")
METHODS = ("expected_tree_codes", "hierarchical_dcmh", "posterior_float")


def coloured(n=120, seed=0):
    items = small_items(n, seed=seed)
    values = [[COLOURS.leaves[row % 3]] if row % 7 else [] for row in range(n)]
    return replace(items, facets={"colour": COLOURS.encode(values)})


def new(name, items):
    preset = presets()[name]
    settings = small(preset.settings)
    category = preset.method(settings, small_problem(items, bits=16))
    colour = preset.method(settings, small_problem(items, COLOURS, bits=8))
    return Faceted({"category": category, "colour": colour})


@pytest.fixture(scope="module", params=METHODS)
def fitted(request):
    items = coloured()
    method = new(request.param, items)
    method.check(items)
    method.fit(items, Watch())
    method.calibrate(coloured(40, seed=1))
    return request.param, method, items


def test_the_category_is_what_it_is_without_facets(fitted):
    name, method, items = fitted
    alone = presets()[name].method(small(presets()[name].settings), small_problem(items, bits=16))
    alone.fit(small_items(), Watch())
    alone.calibrate(small_items(40, seed=1))
    rows = {"text": items.rows["text"]}
    whole, own = method.encode(rows, "query").stored, alone.encode(rows, "query").stored
    assert np.array_equal(whole[:, : own.shape[1]], own)
    assert whole.shape[1] > own.shape[1]
    assert category_of(method) is method.parts["category"]
    assert parts_of(alone) == {"category": alone}


def test_a_facet_is_the_method_on_the_facets_labels(fitted):
    name, method, items = fitted
    settings = small(presets()[name].settings)
    alone = presets()[name].method(settings, small_problem(items, COLOURS, bits=8))
    alone.fit(items.labelled_by("colour"), Watch())
    alone.calibrate(coloured(40, seed=1).labelled_by("colour"))
    rows = {"image": items.rows["image"]}
    own = alone.encode(rows, "database").stored
    assert np.array_equal(method.encode(rows, "database").stored[:, -own.shape[1] :], own)


def test_distance_and_layout_are_those_of_all_segments(fitted):
    name, method, items = fitted
    if name == "posterior_float":
        assert isinstance(method.distance(), Dot)
        assert method.layout() == ()
        return
    assert method.layout() == (("category", 16), ("colour", 8))
    assert method.distance() == Hamming(24)
    assert method.encode({"text": items.rows["text"]}, "query").query.shape == (120, 24)


def test_it_comes_back_from_its_state(fitted):
    name, method, items = fitted
    again = new(name, items)
    again.load(method.state(), method.meta())
    rows = {"text": items.rows["text"]}
    before, after = method.encode(rows, "query"), again.encode(rows, "query")
    assert np.array_equal(before.stored, after.stored)
    assert np.array_equal(method.classify(rows)[-1], again.classify(rows)[-1])


def test_codes_that_cannot_stand_side_by_side_are_refused():
    items = coloured()
    with pytest.raises(ConfigError, match="codes compared by tree cannot stand side by side"):
        new("classifier_code", items).check(items)


@pytest.mark.parametrize("name", ["lsh", "features_pq", "features_cosine", "bm25", "itq"])
def test_a_method_without_labels_is_refused(name):
    items = coloured()
    with pytest.raises(
        ConfigError, match="learns from no labels would give a facet the category's"
    ):
        new(name, items).check(items)


def test_a_facet_without_a_known_value_is_refused():
    items = coloured()
    nothing = ItemLabels(np.zeros((0, 1), np.int32), np.zeros(121, np.int64))
    with pytest.raises(ConfigError, match=r"facets\.colour: no training item has a known value"):
        new("hierarchical_dcmh", items).check(replace(items, facets={"colour": nothing}))


class _Killed(Exception):
    pass


def test_a_training_that_died_in_a_facet_goes_on_there(tmp_path):
    items = coloured()
    whole = new("hierarchical_dcmh", items)
    whole.fit(items, Watch())

    def die(epoch, _losses):
        if epoch == whole.parts["category"].epochs + 1:
            raise _Killed

    half = new("hierarchical_dcmh", items)
    with pytest.raises(_Killed):
        half.fit(items, Watch(tmp_path, report=die))
    assert (tmp_path / CHECKPOINTS / NAME).exists()
    again = new("hierarchical_dcmh", items)
    again.fit(items, Watch(tmp_path, resume=True))
    for name, array in whole.state().items():
        assert np.array_equal(array, again.state()[name]), name
