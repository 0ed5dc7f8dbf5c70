"""Applies each fault of mutants.py to a copy of the repository; its tests must fail there.

    python tests/mutants/run.py [part of a name ...]

Ends with code 1 if a fault goes unnoticed, or cannot be applied any more.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.mutants.mutants import MUTANTS, Mutant  # noqa: E402

ANYWHERE = shutil.ignore_patterns("__pycache__", ".*_cache")
# Only at the top: the package and its tests have a folder of runs, too.
AT_THE_TOP = shutil.ignore_patterns(".git", ".venv", "runs", "demo", "dist")
# What pytest ends with if it did not run the tests: stopped, usage, nothing found.
NOT_RUN = (2, 4, 5)
LONGEST = 600  # seconds


def main(words: list[str]) -> int:
    """Tries the faults whose names hold one of the words (all without words)."""
    chosen = [one for one in MUTANTS if not words or any(word in one.name for word in words)]
    unnoticed = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "copy")
        shutil.copytree(ROOT, copy, ignore=left_out)
        for tests in sorted({one.tests for one in chosen}):
            if code := tests_end(copy, tests):
                print(f"{tests} ends with code {code} without any fault; mend that first")
                return 1
        for one in chosen:
            said = tried(copy, one)
            unnoticed += said != "noticed"
            print(f"{said:>10}: {one.name}", flush=True)
    print(f"{len(chosen) - unnoticed} of {len(chosen)} faults are noticed")
    return 1 if unnoticed else 0


def left_out(folder: str, names: list[str]) -> set[str]:
    """What of a folder is not copied."""
    found = ANYWHERE(folder, names)
    return found | AT_THE_TOP(folder, names) if Path(folder) == ROOT else found


def tried(copy: Path, one: Mutant) -> str:
    """What becomes of a fault: noticed, UNNOTICED, NOT RUN or NOT THERE."""
    path = copy / one.file
    text = path.read_text(encoding="utf-8")
    if text.count(one.old) != 1:
        return "NOT THERE"
    path.write_text(text.replace(one.old, one.new), encoding="utf-8")
    try:
        code = tests_end(copy, one.tests)
    finally:
        path.write_text(text, encoding="utf-8")
    return "UNNOTICED" if code == 0 else "NOT RUN" if code in NOT_RUN else "noticed"


def tests_end(copy: Path, tests: str) -> int:
    """The exit code of some tests in the copy, stopped at the first failure."""
    words = ["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "not slow"]
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        return subprocess.run(
            [sys.executable, *words, *tests.split()],
            cwd=copy,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=LONGEST,
        ).returncode
    except subprocess.TimeoutExpired:
        return 1  # they hang, which is noticed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
