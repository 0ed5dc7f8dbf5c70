from __future__ import annotations

import numpy as np
import pytest

from hierhash.methods.class_means import ClassMeans, class_means
from hierhash.testing.small_problem import small_items
from hierhash.training import items as training_items


def double_of(rows):
    """Outputs of a network that doubles the first five features."""
    [(_, features)] = rows.items()
    return 2 * features[:, :5]


@pytest.mark.parametrize("block", [7, 4096])
def test_means_are_those_of_each_leafs_items_of_a_modality(block, monkeypatch):
    monkeypatch.setattr(training_items, "BLOCK", block)
    labels = [[["a1"], ["a2", "c1"], ["A"], [], ["c1"]][row % 5] for row in range(40)]
    items = small_items(40, labels=labels, without=np.arange(40) % 5 == 4)
    found = class_means(double_of, items, 4, 5)
    whose = {0: [0], 1: [1], 3: [1, 4]}
    for side, modality in enumerate(("image", "text")):
        for leaf in range(4):
            rows = [
                row
                for row in range(40)
                if row % 5 in whose.get(leaf, []) and items.has[modality][row]
            ]
            assert found.items[side, leaf] == len(rows)
            if rows:
                mean = 2 * items.rows[modality][rows, :5].mean(axis=0)
                np.testing.assert_allclose(found.outputs[side, leaf], mean, rtol=1e-4, atol=1e-5)
    assert not found.outputs[:, 2].any()  # no item of b1


def test_deviations_are_taken_in_each_modality_from_its_own_middle():
    outputs = np.array([[[1.0], [3.0]], [[10.0], [30.0]]], dtype=np.float32)
    base = ClassMeans(outputs, np.ones((2, 2), dtype=np.int64))
    assert base.deviations(base).tolist() == [[-5.5], [5.5]]
    one_side = ClassMeans(np.float32([[[5.0]], [[0.0]]]), np.array([[2], [0]]))
    assert one_side.deviations(base).tolist() == [[3.0]]


def test_means_of_another_shape_are_refused():
    with pytest.raises(ValueError, match="class means are of another shape"):
        ClassMeans(np.zeros((2, 3, 4), np.float32), np.zeros((2, 3), np.int64)).of_shape(4, 4)
