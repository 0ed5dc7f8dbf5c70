from __future__ import annotations

import numpy as np
import pytest
import torch

from hierhash.methods.hpdh import HPDHSettings, LevelGaussians
from hierhash.testing.small_problem import TREE, small_items, small_problem
from hierhash.training.batches import Batch


def test_centres_are_means_of_items_and_of_children():
    items = small_items(12)
    loss = LevelGaussians(HPDHSettings(), small_problem(items, bits=8))
    start = loss.centres.clone()
    index = torch.tensor([0, 1, 2, 4, 6])  # no item of the last leaf
    classes = torch.from_numpy(items.labels.single_codes[index].astype(np.int64))
    sides = {side: torch.randn(5, 8) for side in ("image", "text")}
    loss({side: Batch(outputs, classes, index) for side, outputs in sides.items()})
    loss.end_epoch()
    above, middle, leaves = torch.split(loss.centres, loss.sizes)
    both = torch.cat(list(sides.values()))
    own = torch.cat([classes[:, -1]] * 2)
    for leaf in range(3):
        torch.testing.assert_close(leaves[leaf], both[own == leaf].mean(dim=0))
    torch.testing.assert_close(leaves[3], start[-1])  # it keeps its own
    names = [[path[-1] for path in TREE.nodes_at(level)] for level in (1, 2, 3)]
    assert names == [["A", "C"], ["a", "b", "c1"], ["a1", "a2", "b1", "c1"]]
    torch.testing.assert_close(middle[0], leaves[:2].mean(dim=0))
    torch.testing.assert_close(middle[1], leaves[2])
    torch.testing.assert_close(above[0], middle[:2].mean(dim=0))
    torch.testing.assert_close(above[1], leaves[3])
    assert not loss.sums.any()


@pytest.mark.parametrize(("depth", "finest"), [(3, (0.67**2, 0.67, 1.0))])
def test_leaves_count_most(depth, finest):
    loss = LevelGaussians(HPDHSettings(), small_problem(small_items(8), bits=8))
    assert loss.precisions == pytest.approx(finest)
    assert len(loss.precisions) == depth
