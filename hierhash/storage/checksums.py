"""SHA-256 of the files of a folder, written into its manifest and checked when it is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal.

    Raises:
        OSError: The file cannot be read.
    """
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def checksums(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """SHA-256 of some files of a folder, by their names."""
    return {name: sha256_of(folder / name) for name in names}


def damaged_files(folder: Path, expected: Mapping[str, str]) -> list[str]:
    """What is wrong with the files of a folder, one line each; nothing when all are as written.

    Args:
        folder: The folder.
        expected: SHA-256 by file name, from the manifest.

    Example:
        >>> damaged_files(Path("run"), {"model.json": "00"})
        ['run/model.json: missing']
    """
    problems = []
    for name, known in expected.items():
        path = folder / name
        if not path.is_file():
            problems.append(f"{path}: missing")
        elif sha256_of(path) != known:
            problems.append(f"{path}: damaged, or changed by hand (its SHA-256 is another)")
    return problems
