"""The sample, folders, fashion, imagefolder, import and the registry."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from hierhash.data.catalogue import Catalogue
from hierhash.data.check import check
from hierhash.data.readers.fashion import read_fashion
from hierhash.data.readers.folders import read_folders
from hierhash.data.readers.imagefolder import read_imagefolder, write_imagefolder
from hierhash.data.readers.sample import FOLDER, read_sample
from hierhash.data.sources import SOURCES, detect, read
from hierhash.data.stats import catalogue_stats
from hierhash.data.synthetic import BLOCK, Synthetic, read_synthetic
from hierhash.errors import DataError, TreeError
from hierhash.labels import LabelTree
from tests.data.small_pictures import picture_bytes

HEADER = (
    "id,gender,masterCategory,subCategory,articleType,baseColour,season,year,usage,"
    "productDisplayName\n"
)


def test_sample_is_whole_small_and_free_of_repeats() -> None:
    sample = read_sample()
    assert len(sample) > 2500
    assert sample.problems == []
    assert sample.tree is not None
    labels = sample.tree.encode(sample.labels, where=sample.where.__getitem__)
    assert labels.single_path
    assert len({image.read() for image in sample.images if image}) == len(sample)
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 8_000_000
    assert not any("clipart by" in (text or "").lower() for text in sample.texts)
    assert check(sample, decode_images=False).problems == []


def test_folders_with_texts_beside(tmp_path: Path) -> None:
    root = tmp_path / "museum"
    (root / "Art" / "Oil").mkdir(parents=True)
    (root / "Art" / "Oil" / "1.png").write_bytes(picture_bytes())
    (root / "Art" / "Oil" / "1.txt").write_text("a  sunset\n")
    (root / "Art" / "2.txt").write_text("about art")
    (root / "3.png").write_bytes(picture_bytes())
    (root / "notes.doc").write_text("")
    (root / ".hidden").write_text("")
    museum = read_folders(root)
    found = dict(zip(museum.ids, zip(museum.texts, museum.labels, strict=True), strict=True))
    assert found == {
        "3": (None, ()),
        "Art/2": ("about art", ("Art",)),
        "Art/Oil/1": ("a sunset", ("Art/Oil",)),
    }
    assert museum.tree is not None
    assert museum.tree.leaves == (("Art", "Oil"),)
    assert [problem.kind for problem in museum.problems] == ["other file"]
    with pytest.raises(DataError, match=r"no picture and no \.txt"):
        read_folders(_empty(tmp_path))


def _empty(tmp_path: Path) -> Path:
    (tmp_path / "empty").mkdir()
    return tmp_path / "empty"


@pytest.mark.parametrize("layout", ["kaggle", "zip"])
def test_fashion_both_layouts(tmp_path: Path, layout: str) -> None:
    rows = (
        "1,Men,Apparel,Topwear,Tshirts,Red,Summer,2013,Casual,Puma Tee, Red, Large\n"
        "2,Men,Apparel,Topwear,Tshirts,Blue,Summer,2013,Casual,Nike Tee\n"
        "3,Men,Footwear,Shoes,Tshirts,Blue,Summer,2013,Casual,off\n"
        "4,Women,Footwear,Shoes,Heels,Black,Winter,2012,Party,Heels\n"
        "5,Women,Footwear\n"
    )
    name = "styles.csv" if layout == "kaggle" else "labels.csv"
    (tmp_path / name).write_text(HEADER + rows)
    if layout == "kaggle":
        (tmp_path / "images").mkdir()
        for number in (1, 2):
            (tmp_path / "images" / f"{number}.jpg").write_bytes(picture_bytes(kind="JPEG"))
    else:
        with zipfile.ZipFile(tmp_path / "images.zip", "w") as archive:
            for number in (1, 2):
                archive.writestr(f"{number}.jpg", picture_bytes(kind="JPEG"))
    fashion = read_fashion(tmp_path)
    assert fashion.ids == ["1", "2", "4"]
    assert fashion.texts[0] == "Puma Tee, Red, Large"
    assert fashion.labels[2] == ("Footwear/Shoes/Heels",)
    assert fashion.attributes["baseColour"] == ["Red", "Blue", "Black"]
    assert fashion.images[0] is not None
    assert fashion.images[0].open().size == (6, 4)
    assert fashion.tree is not None
    assert fashion.tree.levels == ("masterCategory", "subCategory", "articleType")
    kinds = sorted(problem.kind for problem in fashion.problems)
    assert kinds == ["broken row", "missing image", "off the majority parent"]
    assert detect(tmp_path) == "fashion"


def test_fashion_without_its_files(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no styles.csv or labels.csv"):
        read_fashion(tmp_path)
    (tmp_path / "styles.csv").write_text("id,gender\n1,Men\n")
    with pytest.raises(DataError, match="'masterCategory' is missing"):
        read_fashion(tmp_path)
    (tmp_path / "styles.csv").write_text(HEADER + "1,Men,A,B,C,Red,S,2013,Casual,T\n")
    with pytest.raises(DataError, match=r"no images/ folder"):
        read_fashion(tmp_path)


def test_imagefolder_keeps_items_of_one_modality(shop: Path) -> None:
    catalogue = read_imagefolder(shop)
    assert catalogue.has_image.tolist() == [True, True, False]
    assert catalogue.has_text.tolist() == [True, False, True]
    assert catalogue.labels == [("Hats",), ("Wear/Shoes",), ()]
    assert catalogue.attributes == {"c": ["red", "", ""]}
    assert detect(shop) == "imagefolder"
    (shop / "metadata.csv").write_text("text\nx\n")
    with pytest.raises(DataError, match="both metadata"):
        read_imagefolder(shop)


def test_imagefolder_path_column_is_one_path(tmp_path: Path) -> None:
    (tmp_path / "metadata.jsonl").write_text('{"text": "t", "path": ["Audio/Video", "Cables"]}\n')
    assert read_imagefolder(tmp_path).labels == [("Audio\\/Video/Cables",)]


def test_import_reads_back_the_same(shop: Path, tmp_path: Path) -> None:
    tree = LabelTree.from_nested({"Wear": ["Hats", "Shoes"]}, name="t")
    first = read_imagefolder(shop)
    first.image_features = np.arange(6, dtype=np.float32).reshape(3, 2)
    first.text_features = sparse.csr_matrix(np.eye(3))
    out = tmp_path / "out"
    write_imagefolder(first, out, tree)
    back = read_imagefolder(out)
    assert (back.ids, back.texts, back.attributes) == (first.ids, first.texts, first.attributes)
    assert back.labels == [("Wear/Hats",), ("Wear/Shoes",), ()]
    assert back.tree is not None
    assert back.tree.sha256 == tree.sha256
    assert back.images[0] is not None
    assert first.images[0] is not None
    assert back.images[0].read() == first.images[0].read()
    assert back.image_features is not None
    assert (back.image_features == first.image_features).all()
    assert back.text_features is not None
    assert (back.text_features.toarray() == np.eye(3)).all()


def test_import_leaves_nothing_half_written(shop: Path, tmp_path: Path) -> None:
    catalogue = read_imagefolder(shop)
    out = tmp_path / "out"
    with pytest.raises(TreeError, match="not in the tree"):
        write_imagefolder(catalogue, out, LabelTree.from_nested(["Other"], name="t"))
    image = catalogue.images[1]
    assert image is not None
    image.path.unlink()
    with pytest.raises(DataError, match="cannot read the image"):
        write_imagefolder(catalogue, out)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shop"]


def test_import_replaces_only_its_own_and_only_by_force(shop: Path, tmp_path: Path) -> None:
    catalogue = read_imagefolder(shop)
    write_imagefolder(catalogue, tmp_path / "out")
    with pytest.raises(DataError, match="exists already"):
        write_imagefolder(catalogue, tmp_path / "out")
    write_imagefolder(catalogue, tmp_path / "out", force=True)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.tex").write_text("years of work")
    with pytest.raises(DataError, match="--force does not replace it"):
        write_imagefolder(catalogue, tmp_path / "home", force=True)
    assert (tmp_path / "home" / "thesis.tex").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "out", "shop"]


def test_synthetic_is_the_same_however_it_is_read() -> None:
    long = read_synthetic(n=BLOCK + 100, seed=3)
    short = read_synthetic(n=50, seed=3)
    assert short.texts == long.texts[:50]
    assert short.image_features is not None
    assert long.image_features is not None
    assert (short.image_features == long.image_features[:50]).all()
    assert [len(chunk.texts) for chunk in Synthetic(n=BLOCK + 100).chunks()] == [BLOCK, 100]
    other = read_synthetic(n=50, seed=4)
    assert other.texts != short.texts


def test_synthetic_difficulty_is_graded() -> None:
    """Nearest class mean: harder sets have lower accuracy, at the leaves first."""
    accuracy = []
    for difficulty in (0.0, 1.0, 4.0):
        recipe = Synthetic(n=2000, branching=(3, 3), difficulty=difficulty)
        chunk = next(recipe.chunks())
        half = 1000
        means = np.stack(
            [
                chunk.image_features[:half][chunk.leaf[:half] == leaf].mean(axis=0)
                for leaf in range(9)
            ]
        )
        away = ((chunk.image_features[half:, None] - means) ** 2).sum(axis=2)
        nearest = away.argmin(axis=1)
        accuracy.append(
            (
                float((nearest == chunk.leaf[half:]).mean()),
                float((nearest // 3 == chunk.leaf[half:] // 3).mean()),
            )
        )
    assert accuracy[0] == (1.0, 1.0)
    assert accuracy[0][0] > accuracy[1][0] > accuracy[2][0] > 1 / 9
    assert accuracy[2][1] > accuracy[2][0]


def test_synthetic_refuses_nonsense() -> None:
    with pytest.raises(DataError) as error:
        read_synthetic(n=0, branching=(), difficulty=-1)
    assert len(error.value.problems) == 3


def test_registry_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(SOURCES) == {
        "sample",
        "imagefolder",
        "folders",
        "table",
        "mat",
        "fashion",
        "emoji",
        "synthetic",
    }
    with pytest.raises(DataError, match="did you mean 'sample'"):
        read("sampel")
    with pytest.raises(DataError, match="has no option 'wide'"):
        read("synthetic", wide=3)
    with pytest.raises(DataError, match="needs the path"):
        read("table")
    monkeypatch.delenv("HIERHASH_DATA", raising=False)
    with pytest.raises(DataError, match="set HIERHASH_DATA"):
        read("fashion")
    monkeypatch.setenv("HIERHASH_DATA", str(tmp_path))
    with pytest.raises(DataError, match=r"no styles.csv"):
        read("fashion")
    with pytest.raises(DataError, match="no such file"):
        detect(tmp_path / "none")
    with pytest.raises(DataError, match="holds no metadata"):
        detect(tmp_path)


def test_stats_count_modalities_levels_and_leaves(shop: Path) -> None:
    catalogue = read_imagefolder(shop)
    tree = LabelTree.from_nested({"Wear": ["Hats", "Shoes"]}, name="t")
    found = catalogue_stats(catalogue, tree, tree.encode(catalogue.labels))
    assert (found["image_and_text"], found["image_only"], found["text_only"]) == (1, 1, 1)
    assert found["leaves"] == {"Wear/Hats": 1, "Wear/Shoes": 1}
    assert [row["classes"] for row in found["levels"]] == [1, 2]


def test_catalogue_refuses_columns_of_other_lengths() -> None:
    with pytest.raises(DataError, match="2 ids but 1 texts"):
        Catalogue("x", ["1", "2"], [None, None], ["a"], [(), ()])


def test_subset_takes_every_column() -> None:
    catalogue = read_synthetic(n=6)
    part = catalogue.subset(np.array([False, True, False, False, True, False]))
    assert part.ids == [catalogue.ids[1], catalogue.ids[4]]
    assert part.image_features is not None
    assert part.image_features.shape == (2, 64)
    assert part.attributes["colour"][1] == catalogue.attributes["colour"][4]
    assert len(catalogue.subset([])) == 0
