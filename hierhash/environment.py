"""What a number was made with: versions, commit, processor and threads, kept beside it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_PACKAGES = (
    "hierhash",
    "torch",
    "torchvision",
    "onnxruntime",
    "numpy",
    "scipy",
    "scikit-learn",
    "pandas",
)
# Those that change the order of sums in matrix products, and so the last digits of weights.
_FLAGS = ("avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8", "asimd")


def environment() -> dict[str, Any]:
    """Versions, commit, processor and threads as plain values.

    ``threads`` is the number torch computes with: another number gives other weights, each number
    the same weights every time.
    """
    model, flags = processor()
    return {
        "python": platform.python_version(),
        "packages": {name: package_version(name) for name in _PACKAGES},
        "commit": commit(),
        "machine": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "cpu": model,
        "cpu_flags": flags,
        "threads": _threads(),
    }


def package_version(package: str) -> str:
    """The installed version of a package, or nothing.

    Example:
        >>> package_version("no-such-package")
        ''
    """
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def processor() -> tuple[str, list[str]]:
    """The model name of the processor, and those of its abilities that bear on results."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        return platform.processor() or platform.machine(), []
    facts: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        facts.setdefault(name.strip(), value.strip())
    able = set((facts.get("flags") or facts.get("Features") or "").split())
    return facts.get("model name", platform.machine()), [flag for flag in _FLAGS if flag in able]


def commit() -> str:
    """The commit of the checkout hierhash runs from, with ``+`` if it was changed; else ``""``."""
    here = Path(__file__).resolve().parents[1]
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


def _threads() -> int | None:
    # Whoever computes has torch loaded; nobody else shall pay for loading it.
    torch = sys.modules.get("torch")
    return int(torch.get_num_threads()) if torch is not None else None


def cores() -> int:
    """Cores that this process may use.

    Example:
        >>> cores() > 0
        True
    """
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        return os.cpu_count() or 1
