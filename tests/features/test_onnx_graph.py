"""Graphs are exported once and checked when they are read again."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch

from hierhash.errors import ConfigError
from hierhash.features import onnx_graph
from hierhash.features.backbone import BackboneSpec
from hierhash.features.image_backbones import image_backbone
from hierhash.features.onnx_engine import OnnxFeatures
from hierhash.features.onnx_graph import graph_of
from tests.features.small_net import small_backbone, some_pixels

pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")


@pytest.fixture
def exports(monkeypatch):
    """How often a network was exported."""
    real, count = onnx_graph._exported, []

    def exporting(backbone):
        count.append(backbone.key)
        return real(backbone)

    monkeypatch.setattr(onnx_graph, "_exported", exporting)
    return count


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("efficientnet_lite0", "efficientnet_lite_pytorch"),
        ("torchvision:squeezenet1_1", "torchvision"),
        ("timm:test_efficientnet", "timm"),
    ],
)
def test_features_are_torchs(name, package, tmp_path):
    pytest.importorskip(package)
    weights = None
    if name.startswith("timm:"):
        import timm

        weights = tmp_path / "weights.pt"
        torch.save(timm.create_model(name.removeprefix("timm:")).state_dict(), weights)
    backbone = image_backbone(BackboneSpec(name, (64, 48), weights))
    pixels = np.random.default_rng(0).integers(0, 256, (11, 64, 48, 3), dtype=np.uint8)
    expected, found = backbone.features(pixels), OnnxFeatures(backbone, tmp_path)(pixels)
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4 * np.abs(expected).max())


def test_features_do_not_depend_on_what_stands_beside_a_picture(tmp_path, monkeypatch):
    backbone, pixels = small_backbone(), some_pixels(21)
    onnx = OnnxFeatures(backbone, tmp_path)
    whole = onnx(pixels)
    order = np.random.default_rng(1).permutation(21)
    assert (onnx(pixels[order]) == whole[order]).all()
    assert (np.concatenate([onnx(pixels[:5]), onnx(pixels[5:])]) == whole).all()
    monkeypatch.setattr(torch, "get_num_threads", lambda: 3)
    assert (OnnxFeatures(backbone, tmp_path)(pixels) == whole).all()


def test_a_network_is_exported_once(tmp_path, exports):
    first = graph_of(small_backbone(), tmp_path)
    assert graph_of(small_backbone(), tmp_path) == first
    assert len(exports) == 1
    graph_of(small_backbone(seed=1), tmp_path)
    assert len(set(exports)) == 2


@pytest.mark.parametrize("damage", ["cut", "bit", "empty"])
def test_a_damaged_graph_is_made_again(tmp_path, exports, damage):
    graph_of(small_backbone(), tmp_path)
    (file,) = (tmp_path / "onnx").iterdir()
    content = file.read_bytes()
    middle = len(content) // 2
    flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    file.write_bytes({"cut": content[:-1], "bit": flipped, "empty": b""}[damage])
    OnnxFeatures(small_backbone(), tmp_path)(some_pixels(2))
    assert len(exports) == 2
    OnnxFeatures(small_backbone(), tmp_path)
    assert len(exports) == 2


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path):
    (tmp_path / "onnx").write_text("no folder")
    assert len(OnnxFeatures(small_backbone(), tmp_path)(some_pixels(3))) == 3


def test_nothing_is_printed(tmp_path, capfd):
    graph_of(small_backbone(), tmp_path)
    assert capfd.readouterr() == ("", "")


def test_what_cannot_be_exported_is_one_line(tmp_path):
    def forward(pixels):
        return pixels.float() if int(pixels.max()) % 2 else pixels

    backbone = small_backbone()
    backbone.network.forward = forward
    with pytest.raises(ConfigError, match=r"cannot be exported .*; use --engine torch"):
        graph_of(backbone, tmp_path)
    assert not (tmp_path / "onnx").exists()


@pytest.mark.parametrize("package", ["onnxruntime", "onnx", "onnxscript"])
def test_a_missing_package_is_named_with_its_extra(tmp_path, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ConfigError, match=f"{package} is not installed.*'hierhash\\[onnx\\]'"):
        OnnxFeatures(small_backbone(), tmp_path)
