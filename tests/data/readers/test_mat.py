"""The .mat layouts that circulate, on small files of both kinds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import io as scipy_io
from scipy import sparse

from hierhash.data.readers.mat import read_mat
from hierhash.errors import DataError
from hierhash.labels import LabelTree

N = 5
LABELS = np.array([[1, 0, 1], [0, 1, 0], [0, 0, 0], [1, 1, 1], [0, 0, 1]])
TAGS = np.array([[1, 0, 0, 1]] * 3 + [[0, 0, 1, 0]] * 2, dtype=float)
PIXELS = np.arange(N * 4 * 6 * 3, dtype=np.uint8).reshape(N, 4, 6, 3)  # item, row, column, channel
MULTI_HOT = [
    ("label_1", "label_3"),
    ("label_2",),
    (),
    ("label_1", "label_2", "label_3"),
    ("label_3",),
]


def save_v73(path: Path, variables: dict[str, Any]) -> None:
    """As MATLAB writes them: axes in reverse, with the class as an attribute."""
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, value in variables.items():
            item = file.create_dataset(name, data=np.asarray(value).T)
            item.attrs["MATLAB_class"] = np.bytes_("double")


def in_matlab_order(pixels: np.ndarray) -> np.ndarray:
    return np.moveaxis(pixels, 0, -1)


@pytest.mark.parametrize("kind", ["v5", "v7.3"])
@pytest.mark.parametrize("names", [("images", "tags", "labels"), ("IAll", "YAll", "LAll")])
def test_pixels_tags_and_labels_in_one_file(
    tmp_path: Path, kind: str, names: tuple[str, str, str]
) -> None:
    variables = dict(zip(names, (in_matlab_order(PIXELS), TAGS, LABELS), strict=True))
    path = tmp_path / "FLICKR-25K.mat"
    (scipy_io.savemat if kind == "v5" else save_v73)(path, variables)
    data = read_mat(path)
    assert data.labels == MULTI_HOT
    assert data.text_features is not None
    assert (np.asarray(data.text_features) == TAGS).all()
    assert data.image_features is None
    for row, image in enumerate(data.images):
        assert image is not None
        assert (np.asarray(image.open()) == PIXELS[row]).all()
    assert data.where[1] == f"{path}:2"
    assert data.tree is not None
    assert data.tree.encode(data.labels).n == N


@pytest.mark.parametrize("axes", [(0, 1, 2, 3), (0, 3, 1, 2)])
def test_pixels_written_by_python(tmp_path: Path, axes: tuple[int, ...]) -> None:
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "x.mat", "w") as file:
        file["IAll"], file["LAll"] = PIXELS.transpose(axes), LABELS
    image = read_mat(tmp_path / "x.mat").images[3]
    assert image is not None
    assert (np.asarray(image.open()) == PIXELS[3]).all()


def test_one_file_per_variable_with_features_and_names(tmp_path: Path) -> None:
    folder = tmp_path / "mir"
    (folder / "pictures").mkdir(parents=True)
    (folder / "pictures" / "im3.jpg").write_bytes(b"x")
    features = np.random.default_rng(0).normal(size=(N, 7))
    names = np.array([[f"im{row + 1}.jpg"] for row in range(N)], dtype=object)
    scipy_io.savemat(folder / "mirflickr25k-xall.mat", {"XAll": features})
    scipy_io.savemat(folder / "mirflickr25k-yall.mat", {"YAll": sparse.csc_matrix(TAGS)})
    scipy_io.savemat(folder / "mirflickr25k-lall.mat", {"LAll": LABELS})
    scipy_io.savemat(folder / "mirflickr25k-fall.mat", {"FAll": names})
    data = read_mat(
        folder,
        label_names=["sky", "sea/lake", "dog"],
        vocabulary=["a", "b", "c", "d"],
        images=folder / "pictures",
    )
    assert data.ids == [f"im{row + 1}.jpg" for row in range(N)]
    assert data.image_features is not None
    assert np.allclose(data.image_features, features)
    assert sparse.issparse(data.text_features)
    assert data.texts[0] == "a d"
    assert data.labels[1] == ("sea\\/lake",)
    assert [image is not None for image in data.images] == [False, False, True, False, False]


def test_parts_in_one_file(tmp_path: Path) -> None:
    X = np.eye(N)
    scipy_io.savemat(
        tmp_path / "wiki.mat",
        {
            "I_tr": X[:3], "T_tr": TAGS[:3], "L_tr": np.array([[1], [2], [3]]),
            "I_te": X[3:], "T_te": TAGS[3:], "L_te": np.eye(4)[:2],
        },
    )  # fmt: skip
    with pytest.raises(DataError, match="differ in their number of label columns"):
        read_mat(tmp_path / "wiki.mat")
    hot = np.eye(3)
    scipy_io.savemat(
        tmp_path / "wiki.mat",
        {
            "I_tr": X[:3], "T_tr": TAGS[:3], "L_tr": hot,
            "I_te": X[3:], "T_te": TAGS[3:], "L_te": hot[:2],
        },
    )  # fmt: skip
    data = read_mat(tmp_path / "wiki.mat")
    assert data.attributes["part"] == ["train"] * 3 + ["query"] * 2
    assert data.image_features is not None
    assert (data.image_features == X).all()
    assert data.labels[3] == ("label_1",)


def test_a_class_number_is_one_class_in_every_part(tmp_path: Path) -> None:
    scipy_io.savemat(
        tmp_path / "wiki.mat",
        {
            "I_tr": np.eye(N)[:3], "T_tr": TAGS[:3], "L_tr": np.array([[1], [2], [3]]),
            "I_te": np.eye(N)[3:], "T_te": TAGS[3:], "L_te": np.array([[4], [1]]),
        },
    )  # fmt: skip
    data = read_mat(tmp_path / "wiki.mat")
    numbers = [label for own in data.labels for label in own]
    assert numbers == ["label_1", "label_2", "label_3", "label_4", "label_1"]
    assert data.tree is not None
    assert len(data.tree.leaves) == 4


def test_captions_and_picture_names(tmp_path: Path) -> None:
    """The layout of newer systems: index.mat, caption.mat, label.mat."""
    captions = np.empty((N, 1), dtype=object)
    captions[:, 0] = [f"caption {row}" for row in range(N)]
    scipy_io.savemat(tmp_path / "caption.mat", {"caption": captions})
    scipy_io.savemat(tmp_path / "index.mat", {"index": [f"pics/{row}.jpg" for row in range(N)]})
    scipy_io.savemat(tmp_path / "label.mat", {"category": LABELS})
    data = read_mat(tmp_path)
    assert data.texts[4] == "caption 4"
    assert data.ids[4] == "pics/4.jpg"


def test_labels_of_a_tree(tmp_path: Path) -> None:
    tree = LabelTree.from_nested({"A": ["a", "b"], "B": ["c"]}, name="t")
    scipy_io.savemat(tmp_path / "x.mat", {"YAll": TAGS, "LAll": LABELS})
    assert read_mat(tmp_path / "x.mat", tree=tree).labels[0] == ("A/a", "B/c")


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"param": [1, 2]}, "no variables with known names"),
        ({"YAll": TAGS}, "no labels"),
        ({"YAll": TAGS[:, :3], "LAll": LABELS[:4]}, "4 items by the labels but features"),
        ({"YAll": TAGS * np.nan, "LAll": LABELS}, "features hold NaN"),
        ({"YAll": TAGS, "LAll": LABELS * np.nan}, "the labels hold NaN or infinite values"),
        ({"YAll": TAGS, "LAll": np.array([[1, np.nan, 2, 1, 1]])}, "the labels hold NaN"),
        ({"YAll": TAGS, "LAll": LABELS * 0.5 + LABELS[:, ::-1]}, "not multi-hot"),
        ({"IAll": np.zeros((2, 2, 3, 4)), "LAll": LABELS}, "does not hold 5 pictures"),
    ],
)
def test_wrong_files_give_one_line(tmp_path: Path, variables: dict[str, Any], message: str) -> None:
    scipy_io.savemat(tmp_path / "x.mat", variables)
    with pytest.raises(DataError, match=message) as error:
        read_mat(tmp_path / "x.mat")
    assert "\n" not in str(error.value)


def test_damaged_file(tmp_path: Path) -> None:
    (tmp_path / "x.mat").write_bytes(b"\x89HDF\r\n\x1a\n" + b"0" * 600)
    with pytest.raises(DataError, match=r"not a readable .mat file"):
        read_mat(tmp_path / "x.mat")
    (tmp_path / "x.mat").write_bytes(b"junk")
    with pytest.raises(DataError, match=r"not a readable .mat file"):
        read_mat(tmp_path / "x.mat")
