"""A foreign .mat file shows nothing but its own content, and asks for no memory it cannot fill."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import io as scipy_io

from hierhash.data.readers.mat import read_mat
from hierhash.errors import DataError

h5py = pytest.importorskip("h5py")
LABELS = np.eye(4)


def refusal(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_mat(path)
    assert len(caught.value.problems) == 1
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{path}: ")


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.h5"
    with h5py.File(path, "w") as file:
        file["Y"] = np.eye(4)
    (tmp_path / "passwd").write_bytes(b"root:x:0:0:root!")
    return path


Write = Callable[[Any, Path], None]


def external_storage(file: Any, secret: Path) -> None:
    place = [(str(secret.parent / "passwd"), 0, 16)]
    file.create_dataset("YAll", (4, 4), "u1", external=place)


def external_link(file: Any, secret: Path) -> None:
    file["YAll"] = h5py.ExternalLink(str(secret), "/Y")


def link_through_a_group(file: Any, secret: Path) -> None:
    file.create_group("deep/er")["link"] = h5py.ExternalLink(str(secret), "/")
    file["YAll"] = h5py.SoftLink("/deep/er/link/Y")


def virtual(file: Any, secret: Path) -> None:
    layout = h5py.VirtualLayout((4, 4), "f8")
    layout[:] = h5py.VirtualSource(str(secret), "Y", (4, 4))
    file.create_virtual_dataset("YAll", layout)


def cells(file: Any, secret: Path) -> None:
    place = [(str(secret.parent / "passwd"), 0, 16)]
    text = file.create_dataset("#refs#/a", (8,), "u2", external=place)
    file["YAll"] = np.array([[text.ref] * 4], dtype=h5py.ref_dtype)


def sparse_parts(file: Any, secret: Path) -> None:
    group = file.create_group("YAll")
    group.attrs["MATLAB_sparse"] = 4
    group["ir"], group["jc"] = np.arange(4), np.arange(5)
    group.create_dataset("data", (4,), "u1", external=[(str(secret.parent / "passwd"), 0, 16)])


@pytest.mark.parametrize("write", [external_storage, virtual, cells, sparse_parts])
def test_values_in_another_file(tmp_path: Path, secret: Path, write: Write) -> None:
    with h5py.File(tmp_path / "x.mat", "w") as file:
        file["LAll"] = LABELS
        write(file, secret)
    assert "keeps its values in another file, which is not read" in refusal(tmp_path / "x.mat")


@pytest.mark.parametrize("write", [external_link, link_through_a_group])
def test_links_to_another_file(tmp_path: Path, secret: Path, write: Write) -> None:
    with h5py.File(tmp_path / "x.mat", "w") as file:
        file["LAll"] = LABELS
        write(file, secret)
    assert "is a link to another file, which a .mat file may not hold" in refusal(
        tmp_path / "x.mat"
    )


def test_pictures_in_another_file_are_refused_when_they_are_read(
    tmp_path: Path, secret: Path
) -> None:
    with h5py.File(tmp_path / "x.mat", "w") as file:
        file["LAll"] = LABELS
        place = [(str(secret.parent / "passwd"), 0, 16)]
        file.create_dataset("IAll", (4, 2, 2, 1), "u1", external=place)
    image = read_mat(tmp_path / "x.mat").images[0]
    assert image is not None
    with pytest.raises(DataError, match="keeps its values in another file"):
        image.open()


@pytest.mark.parametrize("chunks", [None, (1, 1024)])
def test_a_dataset_that_claims_more_than_the_file_holds(
    tmp_path: Path, chunks: tuple[int, int] | None
) -> None:
    with h5py.File(tmp_path / "x.mat", "w") as file:
        file["LAll"] = LABELS
        file.create_dataset("YAll", (4, 10**11), "f4", chunks=chunks)
    assert "asks for 1,600,000,000,000 bytes, more than the file can hold" in refusal(
        tmp_path / "x.mat"
    )


def test_sparse_rows_beyond_the_file(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.mat", "w") as file:
        file["LAll"] = LABELS
        group = file.create_group("YAll")
        group.attrs["MATLAB_sparse"] = 10**13
        group["data"], group["ir"], group["jc"] = np.ones(4), np.arange(4), np.arange(5)
    assert "has 10,000,000,000,000 rows, more than the file can hold" in refusal(tmp_path / "x.mat")


def test_an_older_file_that_claims_more_than_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "x.mat"
    scipy_io.savemat(path, {"YAll": np.eye(4, dtype=np.float64) * 0.5, "LAll": LABELS})
    content = path.read_bytes()
    shape = np.array([4, 4], "<i4").tobytes()
    path.write_bytes(content.replace(shape, np.array([4, 2**30], "<i4").tobytes(), 1))
    assert "'YAll' has the shape (4, 1073741824), more than the file can hold" in refusal(path)


def test_soft_links_inside_a_file_and_plain_files_are_read(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.mat", "w") as file:
        file["LAll"], file["there"] = LABELS, np.eye(4)
        file["YAll"] = h5py.SoftLink("/there")
    assert read_mat(tmp_path / "x.mat").text_features.shape == (4, 4)
