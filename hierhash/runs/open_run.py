"""A run from its folder, whatever it was written as; an exported one loads no torch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hierhash.exported.run import ExportedRun, load_exported
from hierhash.retrieval.run_files import is_exported

if TYPE_CHECKING:
    from hierhash.runs.saved import SavedRun


def open_run(folder: Path) -> SavedRun | ExportedRun:
    """A finished run, or an exported one.

    Raises:
        RunError: It is neither, or a file of the folder is missing, damaged or changed.
    """
    if is_exported(folder):
        return load_exported(folder)
    from hierhash.runs.saved import load_run  # it loads torch

    return load_run(folder)
