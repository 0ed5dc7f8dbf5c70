from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy.io import savemat

from hierhash.branches.cnn_f import CNNF, load_imagenet_vgg_f
from hierhash.errors import ConfigError


def literal_lrn(maps, window=5, k=2.0, alpha=1e-4, beta=0.75):
    out = np.empty_like(maps)
    for c in range(len(maps)):
        near = maps[max(0, c - window // 2) : c + window // 2 + 1]
        out[c] = maps[c] / (k + alpha * (near**2).sum(axis=0)) ** beta
    return out


def test_normalisation_is_the_original_one_and_not_pytorchs_default():
    maps = np.random.default_rng(0).normal(size=(8, 3, 3)) * 50
    ours = CNNF(8).norm(torch.from_numpy(maps)[None])[0].numpy()
    np.testing.assert_allclose(ours, literal_lrn(maps), rtol=1e-6)


@pytest.mark.slow
def test_kernels_are_permuted_from_height_width_in_out(tmp_path):
    network = CNNF(16)
    rng = np.random.default_rng(0)
    layers = []
    for name in ("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7"):
        layer = getattr(network, name)
        shape = (*layer.kernel_size, layer.in_channels, layer.out_channels)
        kernel = rng.standard_normal(shape, dtype=np.float32)
        layers.append(
            {"name": name, "filters": kernel, "biases": np.ones(shape[-1], dtype=np.float32)}
        )
    cells = np.empty(len(layers), dtype=object)
    for place, layer in enumerate(layers):
        cells[place] = layer
    savemat(tmp_path / "vgg.mat", {"layers": cells})
    load_imagenet_vgg_f(network, tmp_path / "vgg.mat")
    assert network.conv1.weight[5, 2, 3, 7].item() == layers[0]["filters"][3, 7, 2, 5]
    assert network.fc7.bias.eq(1).all()


def test_a_file_that_is_not_the_weights_is_refused(tmp_path):
    savemat(tmp_path / "other.mat", {"x": np.ones(3)})
    with pytest.raises(ConfigError, match="holds no 'layers'"):
        load_imagenet_vgg_f(SimpleNamespace(), tmp_path / "other.mat")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_imagenet_vgg_f(SimpleNamespace(), tmp_path / "missing.mat")


@pytest.mark.slow
def test_shapes_of_the_whole_network():
    assert CNNF(16).eval()(torch.zeros(1, 3, 224, 224)).shape == (1, 16)
