"""The run folder: everything a run is reproduced from, each file written whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save
from torch import Tensor

from hierhash.errors import RunError
from hierhash.whole_file import cannot_write, whole_file, write_text

_PACKAGES = ("hierhash", "torch", "torchvision", "numpy", "scipy", "scikit-learn", "pandas")


def write_json(path: Path, content: Any) -> None:
    """Writes JSON, whole or not at all."""
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """Reads JSON of a run folder.

    Raises:
        RunError: The file is missing or damaged.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RunError(f"{path}: missing; is this a run folder of a finished run?") from error
    except (OSError, ValueError) as error:
        raise RunError(f"{path}: damaged ({error}); train the run again") from error


def append_line(path: Path, record: Mapping[str, Any]) -> None:
    """Adds one JSON line, in a single write; a line that does not fit is taken back.

    Raises:
        HierhashError: The file cannot be written.
    """
    line = (json.dumps(record, ensure_ascii=False) + "\n").encode()
    try:
        with open(path, "ab", buffering=0) as stream:
            before = stream.tell()
            if stream.write(line) < len(line):  # a disk that is nearly full takes a part
                stream.truncate(before)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        raise cannot_write(path, error) from error


def save_weights(path: Path, weights: Mapping[str, Tensor]) -> None:
    """Writes weights as safetensors, whole or not at all."""
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in weights.items()}
    with whole_file(path) as unfinished:
        unfinished.write_bytes(save(plain))


def load_weights(path: Path) -> dict[str, Tensor]:
    """Reads safetensors.

    Raises:
        RunError: The file is missing or damaged.
    """
    if not path.is_file():
        raise RunError(f"{path}: missing; is this a run folder of a finished run?")
    try:
        return load_file(path)
    except Exception as error:  # safetensors raises its own kinds, some without a base class
        raise RunError(
            f"{path}: not a safetensors file, or cut short; train the run again"
        ) from error


def environment() -> dict[str, Any]:
    """Versions, commit and machine, kept beside every number."""
    return {
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in _PACKAGES},
        "commit": commit(),
        "machine": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
    }


def commit() -> str:
    """The commit of the checkout hierhash runs from, with ``+`` if it was changed; else ``""``."""
    here = Path(__file__).resolve().parents[2]
    if not (here / ".git").exists():
        return ""

    def git(*words: str) -> str:
        done = subprocess.run(  # noqa: S603 - fixed words
            ["git", "-C", str(here), *words],  # noqa: S607 - whichever git is on the path
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip()

    changed = git("status", "--porcelain", "--", "hierhash")
    return git("rev-parse", "--short=12", "HEAD") + ("+" if changed else "")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
