"""The branch that trains on from ImageNet: where it starts, and what training moves."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from hierhash.branches.mlp import MLPSettings
from hierhash.branches.pretrained_lite0 import PretrainedLite0
from hierhash.features.efficientnet_lite import EfficientNetLite0

pytest.importorskip("efficientnet_lite_pytorch")


@pytest.fixture(scope="module")
def pixels():
    return np.random.default_rng(0).integers(0, 256, (4, 3, 64, 64), dtype=np.uint8)


def test_it_starts_from_the_features_of_the_frozen_network(pixels):
    torch.manual_seed(0)
    branch = PretrainedLite0(16, MLPSettings(hidden=8)).eval()
    features = EfficientNetLite0((64, 64)).features(pixels.transpose(0, 2, 3, 1).copy())
    expected = branch.branch(branch.standard(torch.from_numpy(features)))
    torch.testing.assert_close(branch(torch.from_numpy(pixels)), expected, atol=1e-3, rtol=1e-3)


def test_training_moves_the_last_blocks_and_no_statistics(pixels):
    torch.manual_seed(0)
    branch = PretrainedLite0(16, MLPSettings(hidden=8))
    before = {name: value.clone() for name, value in branch.state_dict().items()}
    optimiser = torch.optim.AdamW(branch.parameters(), lr=1e-2)
    branch.train()
    branch(torch.from_numpy(pixels)).square().sum().backward()
    optimiser.step()
    after = branch.state_dict()
    moved = {name for name, value in after.items() if not torch.equal(value, before[name])}
    weights = {name for name, _ in branch.last.named_parameters(prefix="last")}
    assert len(moved & weights) > 0.9 * len(weights)
    assert not any(name.startswith("first.") for name in moved)
    assert not any(name.startswith("last.") for name in moved - weights)


def test_stored_weights_are_taken_by_a_network_made_on_the_meta_device(pixels):
    torch.manual_seed(0)
    stored = PretrainedLite0(16, MLPSettings(hidden=8)).eval()
    with torch.no_grad():
        stored.last[-2].weight.mul_(0.5)
    with torch.device("meta"):
        loaded = PretrainedLite0(16, MLPSettings(hidden=8))
    loaded.load_state_dict(stored.state_dict(), assign=True)
    rows = torch.from_numpy(pixels)
    assert torch.equal(loaded.eval()(rows), stored(rows))
