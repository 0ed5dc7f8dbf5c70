"""Files that ship with the package: label trees and configs.

They live at the top of the repository, and inside the wheel under ``hierhash/_shipped``; both
places resolve the same.
"""

from __future__ import annotations

from pathlib import Path

from hierhash.errors import InputError, did_you_mean

ENDINGS = (".yaml", ".csv")
_PACKAGE = Path(__file__).resolve().parent


def shipped_folder(kind: str) -> Path:
    """The folder of a kind of shipped file.

    Args:
        kind: ``"label_trees"`` or ``"configs"``.

    Example:
        >>> shipped_folder("label_trees").name
        'label_trees'
    """
    installed = _PACKAGE / "_shipped" / kind
    return installed if installed.is_dir() else _PACKAGE.parent / kind


def list_shipped(kind: str) -> list[str]:
    """Names of the shipped YAML files of a kind, relative to their folder, in order."""
    folder = shipped_folder(kind)
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.yaml"))


def shipped_path(kind: str, name: str) -> Path:
    """The path of a shipped file, with or without its ``.yaml``.

    Raises:
        InputError: No file of that name ships with hierhash.
    """
    file_name = name if name.endswith(ENDINGS) else f"{name}.yaml"
    path = shipped_folder(kind) / file_name
    if not path.is_file():
        known = list_shipped(kind)
        hint = did_you_mean(file_name, known)
        raise InputError(f"{name}: no such file, nor one of the shipped {kind}{hint}")
    return path


def find(kind: str, name: str | Path) -> Path:
    """A user's own file if it exists, else the shipped file of that name.

    Raises:
        InputError: Neither exists.
    """
    own = Path(name)
    return own if own.is_file() else shipped_path(kind, str(name))
