from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from hierhash.errors import ConfigError
from hierhash.features.backbone import BackboneSpec
from hierhash.features.image_backbones import image_backbone

PICTURES = [
    Image.fromarray(np.random.default_rng(i).integers(0, 256, (40, 50, 3), dtype=np.uint8))
    for i in range(3)
]


def rows_of(spec):
    return image_backbone(spec)(PICTURES)


@pytest.mark.parametrize("library", ["timm", "open_clip", "transformers"])
def test_a_missing_library_is_named_with_its_extra(library, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    family = {"transformers": "huggingface"}.get(library, library)
    with pytest.raises(ConfigError) as caught:
        image_backbone(BackboneSpec(f"{family}:any"))
    assert str(caught.value) == (
        f"features.image.name: {family}:any needs its library "
        f"({library} is not installed); run: pip install 'hierhash[hub]'"
    )


@pytest.mark.parametrize(
    ("library", "name", "message"),
    [
        ("timm", "timm:resnet18x", "timm has no model 'resnet18x'; did you mean 'resnet18'?"),
        ("timm", "timm:resnet18.a1_in1", "no weights .*did you mean 'resnet18.a1_in1k'?"),
        ("timm", "timm:test_vitx", "did you mean 'test_vit"),
        ("open_clip", "open_clip:ViT-B-33/openai", "did you mean 'ViT-B-32'?"),
        ("open_clip", "open_clip:ViT-B-32/opnai", "did you mean 'openai'?"),
        ("open_clip", "open_clip:ViT-B-32", "write open_clip:ViT-B-32/TAG; its tags: openai"),
        ("transformers", "huggingface:./nowhere", "no folder './nowhere'"),
    ],
)
def test_unknown_models_and_weights_are_refused_with_the_nearest(library, name, message):
    pytest.importorskip(library)
    with pytest.raises(ConfigError, match=message):
        image_backbone(BackboneSpec(name))


@pytest.mark.parametrize(
    ("library", "name"),
    [
        ("timm", "timm:resnet18.a1_in1k"),
        ("open_clip", "open_clip:ViT-B-32/openai"),
        ("transformers", "huggingface:google/vit-base-patch16-224"),
    ],
)
def test_weights_out_of_reach_give_one_line_and_exit_code_two(library, name, tmp_path):
    pytest.importorskip(library)
    words = ["train", "sample", f"features.image.name={name}", "--out", tmp_path / "run"]
    done = subprocess.run(
        [sys.executable, "-m", "hierhash.cli.main", *map(str, words)],
        env=os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith(f"error: features.image.name: {name} could not be loaded")
    assert "if there is no network" in line


@pytest.fixture
def timm_file(tmp_path):
    timm = pytest.importorskip("timm")
    from safetensors.torch import save_file

    torch.manual_seed(0)
    net = timm.create_model("test_resnet", pretrained=False, num_classes=7)
    net.bn1.running_mean += 0.5
    save_file(net.state_dict(), tmp_path / "net.safetensors")
    return net.eval(), tmp_path / "net.safetensors"


def test_timm_reads_a_file_and_normalises_as_the_model_was_trained(timm_file):
    net, file = timm_file
    rows = rows_of(BackboneSpec("timm:test_resnet", (40, 50), file))
    mean, std = (torch.tensor(net.pretrained_cfg[k]).view(3, 1, 1) for k in ("mean", "std"))
    pixels = torch.from_numpy(np.stack([np.asarray(p) for p in PICTURES])).permute(0, 3, 1, 2)
    with torch.inference_mode():
        maps = net.forward_features((pixels / 255 - mean) / std)
        expected = net.forward_head(maps, pre_logits=True)
    np.testing.assert_allclose(rows, expected.numpy(), rtol=1e-4, atol=1e-5)


def test_the_key_changes_with_weights_running_statistics_and_size(timm_file, tmp_path):
    from safetensors.torch import save_file

    net, file = timm_file
    spec = BackboneSpec("timm:test_resnet", (32, 32), file)
    key = image_backbone(spec).key
    assert image_backbone(spec).key == key
    net.bn1.running_mean += 0.5
    save_file(net.state_dict(), tmp_path / "other.safetensors")
    assert image_backbone(replace(spec, weights=tmp_path / "other.safetensors")).key != key
    assert image_backbone(replace(spec, size=(32, 48))).key != key


def test_a_file_of_another_network_is_refused(timm_file, tmp_path):
    _, file = timm_file
    with pytest.raises(ConfigError, match=r"net\.safetensors: .* give a file of this network"):
        image_backbone(BackboneSpec("timm:test_efficientnet", (32, 32), file))
    (tmp_path / "text.pt").write_text("not weights")
    with pytest.raises(ConfigError, match=r"text\.pt: cannot be loaded"):
        image_backbone(BackboneSpec("timm:test_resnet", (32, 32), tmp_path / "text.pt"))


def test_a_size_that_the_network_cannot_read_is_refused_with_its_own(tmp_path):
    timm = pytest.importorskip("timm")
    net = timm.create_model("vit_tiny_patch16_224", pretrained=False)
    torch.save(net.state_dict(), tmp_path / "vit.pt")
    spec = BackboneSpec("timm:vit_tiny_patch16_224", (224, 224), tmp_path / "vit.pt")
    assert rows_of(spec).shape == (3, 192)
    with pytest.raises(ConfigError, match=r"of 128x128; set size: \[224, 224\]"):
        image_backbone(replace(spec, size=(128, 128)))


def test_huggingface_reads_a_folder_given_as_name_or_as_weights(tmp_path):
    transformers = pytest.importorskip("transformers")
    config = transformers.ViTConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        image_size=32,
        patch_size=16,
    )
    net = transformers.ViTModel(config, add_pooling_layer=False).eval()
    net.save_pretrained(tmp_path)
    mean, std = [0.1, 0.2, 0.3], [0.5, 0.6, 0.7]
    transformers.ViTImageProcessor(image_mean=mean, image_std=std).save_pretrained(tmp_path)
    spec = BackboneSpec(f"huggingface:{tmp_path}", (32, 32))
    backbone = image_backbone(spec)
    small = [p.resize((32, 32), Image.Resampling.BILINEAR) for p in PICTURES]
    pixels = torch.from_numpy(np.stack([np.asarray(p) for p in small])).permute(0, 3, 1, 2) / 255
    centred = (pixels - torch.tensor(mean).view(3, 1, 1)) / torch.tensor(std).view(3, 1, 1)
    with torch.inference_mode():
        expected = net(centred).last_hidden_state.mean(dim=1)
    np.testing.assert_allclose(backbone(PICTURES), expected.numpy(), rtol=1e-4, atol=1e-5)
    by_weights = image_backbone(BackboneSpec("huggingface:some/vit", (32, 32), tmp_path))
    assert by_weights.key == backbone.key
    with pytest.raises(ConfigError, match=r"of 48x48; set size: \[32, 32\]"):
        image_backbone(replace(spec, size=(48, 48)))
