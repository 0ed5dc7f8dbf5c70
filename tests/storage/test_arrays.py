"""Feature files that claim more than they hold, or indices that are not there."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from hierhash.errors import DataError
from hierhash.storage.arrays import load_features


def header(shape: tuple[int, ...], descr: str = "<f4") -> bytes:
    """A .npy file of no values whose header asks for this shape."""
    out = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        out, {"descr": descr, "fortran_order": False, "shape": shape}
    )
    return out.getvalue()


def refusal(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        load_features(path)
    assert len(caught.value.problems) == 1
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(str(path))


def test_good_files_are_read(tmp_path: Path) -> None:
    dense = np.arange(12, dtype=np.float32).reshape(3, 4)
    np.save(tmp_path / "a.npy", dense)
    assert (load_features(tmp_path / "a.npy") == dense).all()
    for form in ("csr", "csc", "coo"):
        sparse.save_npz(tmp_path / "a.npz", sparse.csr_matrix(dense).asformat(form))
        found = load_features(tmp_path / "a.npz")
        assert found.format == "csr"
        assert (found.toarray() == dense).all()


@pytest.mark.parametrize("shape", [(1000, 100_000_000), (2**40, 2**40), (-1, 5), (3, 4)])
def test_a_header_that_asks_for_more_than_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shape: tuple[int, int]
) -> None:
    (tmp_path / "a.npy").write_bytes(header(shape) + b"\0" * 40)
    loaded: list[Any] = []
    monkeypatch.setattr(np, "load", lambda *given, **_: loaded.append(given))
    assert "its header asks for " in refusal(tmp_path / "a.npy")
    assert loaded == [], "refused before anything is mapped or allocated"


@pytest.mark.parametrize(
    "content", [b"", b"junk", b"\x93NUMPY", header((2, 2), "|O"), header((2, 2))[:40]]
)
def test_damaged_files(tmp_path: Path, content: bytes) -> None:
    for name in ("a.npy", "a.npz"):
        (tmp_path / name).write_bytes(content)
        assert "not a readable array" in refusal(tmp_path / name)


def repacked(path: Path, **members: bytes) -> None:
    """Replace members of a .npz file."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    content |= {f"{name}.npy": value for name, value in members.items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in content.items():
            archive.writestr(name, value)


def array(values: Any) -> bytes:
    out = io.BytesIO()
    np.save(out, np.asarray(values))
    return out.getvalue()


@pytest.fixture
def npz(tmp_path: Path) -> Callable[..., Path]:
    def made(**members: bytes) -> Path:
        path = tmp_path / "text_features.npz"
        sparse.save_npz(path, sparse.csr_matrix(np.eye(3)))
        repacked(path, **members)
        return path

    return made


def test_a_member_that_asks_for_more_than_is_there(npz: Callable[..., Path]) -> None:
    said = refusal(npz(data=header((50_000_000_000,), "<f8")))
    assert said.startswith("::data.npy: its header asks for 400,000,000,000 bytes")


@pytest.mark.parametrize(
    ("member", "values", "message"),
    [
        (
            "indices",
            np.array([0, 1, 7], np.int32),
            ": row 3 holds the index 7, but there are only 3",
        ),
        ("indices", np.array([0, -2, 1], np.int32), ": row 2 holds the index -2"),
        ("indptr", np.array([0, 2, 1, 3], np.int32), ": the starts of its rows do not fit"),
        ("shape", np.array([3, 10**12]), "a shape of (3, 1000000000000), beyond 10,000,000"),
    ],
)
def test_indices_that_are_not_there(
    npz: Callable[..., Path], member: str, values: Any, message: str
) -> None:
    assert message in refusal(npz(**{member: array(values)}))


def test_other_sparse_formats(tmp_path: Path) -> None:
    sparse.save_npz(tmp_path / "a.npz", sparse.dia_matrix(np.eye(3)))
    assert "format dia; save it as csr" in refusal(tmp_path / "a.npz")
