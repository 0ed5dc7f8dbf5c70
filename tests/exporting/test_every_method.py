"""Every method is exported and codes as the run does, or is refused in a line that names those."""

from __future__ import annotations

import json

import numpy as np
import pytest

from hierhash.data.images import ImageRef
from hierhash.errors import RunError
from hierhash.exported.run import load_exported
from hierhash.exporting.writing import export_run
from hierhash.labels.facets import CATEGORY
from hierhash.methods.registry import find_preset, presets
from hierhash.retrieval.load_index import load_index
from hierhash.runs.prediction import predict_one
from hierhash.runs.saved import load_run
from tests.cli.small_run import hierhash, write_shop
from tests.exporting.small_export import done

pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")

CONFIG = """
method: {name}
bits: 16
device: cpu
data:
  source: imagefolder
  path: {shop}
  split: {{sizes: {{train: 24, validation: 8, query: 6}}}}
features: {{image: {{name: "torchvision:squeezenet1_1", size: [32, 32]}}, text: {{name: words}}}}
"""
REFUSED = {
    "posterior_float",
    "classifier_code",
    "itq",
    "dch",
    "gsph",
    "lsh",
    "features_sign",
    "features_pq",
    "features_opq",
    "features_rabitq",
    "features_cosine",
    "minhash",
    "bm25",
    "tfidf_cosine",
    "shdh",
    "cnnh",
    "ninh",
    "dsrh",
    "dlbhc",
    "dlbhc_fine",
    "drsch",
    "semantic_hashing",
    "posterior_signs",
    "posterior_itq",
    "posterior_pq",
    "posterior_opq",
    "posterior_rabitq",
    "polysemous_tree_codes",
}
QUICK = {"posterior_float", "hierarchical_dcmh"}
METHODS = [
    name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in presets()
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return write_shop(tmp_path_factory.mktemp("methods") / "shop", n=48)


@pytest.mark.parametrize("name", METHODS)
def test_it_is_exported_or_refused(name, shop, tmp_path):
    (tmp_path / "c.yaml").write_text(CONFIG.format(name=name, shop=shop))
    trained = hasattr(find_preset(name).settings, "training")
    short = ["model.training.epochs=2"] if trained else []
    if name in ("dcmh_published", "dcmh_leaf", "dcmh_any"):
        short.append("model.text.hidden=16")
    done(hierhash("train", tmp_path / "c.yaml", *short, "--out", tmp_path / "run"))
    saved, out = load_run(tmp_path / "run"), tmp_path / "export"
    if name in REFUSED:
        with pytest.raises(RunError, match=f"'{name}' cannot be exported, only .* soft_contrast"):
            export_run(saved, out, 8)
        assert not out.exists()
        return
    found = export_run(saved, out, 48)
    assert found.differing <= 1
    exported = load_exported(out)
    picture = ImageRef(shop / "0.png").open()
    for modality, rows, ours in (
        ("image", saved.image_rows([picture]), exported.image_rows([picture])),
        ("text", saved.text_rows(["wear hats"]), exported.text_rows(["wear hats"])),
    ):
        first = saved.method.encode({modality: rows}, "query")
        second = exported.method.encode({modality: ours}, "query")
        np.testing.assert_allclose(first.query, second.query, atol=3e-4)
        levels = saved.method.classify({modality: rows})
        same = exported.method.classify({modality: ours})
        assert (levels is None) == (same is None)
        for one, two in zip(levels or [], same or [], strict=True):
            np.testing.assert_allclose(one, two, atol=1e-5)
    assert exported.method.layout() == saved.method.layout()
    assert exported.method.distance() == saved.method.distance()
    assert exported.prefixes == [*saved.prefixes] or tuple(saved.prefixes) == exported.prefixes
    if levels is not None:
        told = [predict_one(run, "text", "wear hats", 0.1) for run in (saved, exported)]
        assert [one["class"] for one in told[0]["levels"]] == [
            one["class"] for one in told[1]["levels"]
        ]
    about = json.loads((out / "manifest.json").read_text())
    known = CATEGORY in about["posteriors"] or CATEGORY in about["levels"]
    assert known == (levels is not None)


def test_weighted_codes_are_ranked_by_the_export_as_by_the_run(shop, tmp_path):
    (tmp_path / "c.yaml").write_text(CONFIG.format(name="hichnet", shop=shop))
    short = "model.training.epochs=2"
    done(hierhash("train", tmp_path / "c.yaml", short, "--out", tmp_path / "run"))
    done(hierhash("export", tmp_path / "run", tmp_path / "export"))
    about = json.loads((tmp_path / "export" / "manifest.json").read_text())
    assert about["distance"] == "weighted"
    assert about["weights"] == [[8, 1], [8, 4]]
    card = (tmp_path / "export" / "README.md").read_text()
    assert "from the first on 8 bits 1, 8 bits 4 each, as `weights` in manifest.json" in card
    indexes = []
    for name in ("run", "export"):
        words = ("encode", tmp_path / name, shop, tmp_path / f"{name}.index")
        done(hierhash(*words, "--modality", "text"))
        indexes.append(load_index(tmp_path / f"{name}.index"))
    first, second = indexes
    assert second.distance == first.distance
    found = [
        hierhash("search", tmp_path / f"{name}.index", "--text", "wear hats", "--json").out
        for name in ("run", "export")
    ]
    assert [[hit["item"]["id"], hit["distance"]] for hit in json.loads(found[1])] == [
        [hit["item"]["id"], hit["distance"]] for hit in json.loads(found[0])
    ]
