from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import io as scipy_io

from hierhash.config.reading import resolve_config
from hierhash.config.schema import DataConfig, FeaturesConfig
from hierhash.config.writing import dump_config, with_absolute_paths
from hierhash.errors import DataError
from hierhash.prepare import labelled_items, prepare
from tests.cli.small_run import write_shop


@pytest.mark.parametrize("protocol", ["standard", "unseen_leaves"])
def test_sizes_of_the_split_hold_for_every_protocol(protocol):
    sizes = {"train": 200, "validation": 30, "query": 20}
    split = {"protocol": protocol, "sizes": sizes}
    data = {"source": "synthetic", "options": {"n": 600, "branching": [3, 3]}, "split": split}
    config = resolve_config({"data": data})
    parts = prepare(config.data, config.features, "cpu").split.parts
    assert {part: len(parts[part]) for part in sizes} == sizes


def test_files_that_the_options_of_a_source_name_are_read_from_a_config(tmp_path, monkeypatch):
    scipy_io.savemat(tmp_path / "x.mat", {"YAll": np.eye(3), "LAll": np.eye(3)})
    (tmp_path / "t.yaml").write_text("name: t\ntree: {A: [a, b], B: [c]}\n")
    (tmp_path / "words.txt").write_text("one two three")
    options = {"tree": "t.yaml", "vocabulary": "words.txt"}
    config = resolve_config({"data": {"source": "mat", "path": "x.mat", "options": options}})
    monkeypatch.chdir(tmp_path)
    away = with_absolute_paths(config)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    catalogue = labelled_items(away.data).catalogue
    assert catalogue.texts == ["one", "two", "three"]
    assert catalogue.labels[2] == ("B/c",)


def test_absolute_paths_leave_names_and_all_else_as_they_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plain = resolve_config({"data": {"tree": "sample", "options": {"text": ["title"]}}})
    assert dump_config(with_absolute_paths(plain)) == dump_config(plain)
    named = resolve_config(
        {
            "data": {"path": "d", "split": {"file": "s.json"}, "options": {"images": "pics"}},
            "features": {"image": {"name": "torchvision:resnet18", "weights": "w.pt"}},
            "model": {"image": {"weights": "v.mat"}},
        }
    )
    there = with_absolute_paths(named)
    assert there.data.path == tmp_path / "d"
    assert there.data.split.file == tmp_path / "s.json"
    assert there.data.options == {"images": str(tmp_path / "pics")}
    assert there.features.image.weights == tmp_path / "w.pt"
    assert there.model.image.weights == tmp_path / "v.mat"
    assert there.model.training == named.model.training


@pytest.mark.parametrize("missing", ["picture", "text"])
def test_a_catalogue_of_one_modality_is_refused_before_long_work(missing, tmp_path, monkeypatch):
    shop = write_shop(tmp_path / "shop")
    lines = [json.loads(line) for line in (shop / "metadata.jsonl").read_text().splitlines()]
    for line in lines:
        line.pop("file_name" if missing == "picture" else "text")
    (shop / "metadata.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    monkeypatch.setattr("hierhash.prepare.image_backbone", lambda spec: pytest.fail("long work"))
    data = DataConfig(source="imagefolder", path=shop)
    with pytest.raises(DataError, match=f"no item has a {missing}, and training needs"):
        prepare(data, FeaturesConfig(), "cpu")
