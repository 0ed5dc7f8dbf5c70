"""The files of a run folder: which there are, whether they are whole, and what kind they are of."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hierhash.environment import package_version
from hierhash.errors import RunError
from hierhash.storage.checksums import checksums, damaged_files, sha256_of
from hierhash.storage.json_files import read_json, write_json
from hierhash.storage.yaml_mapping import Lines

MANIFEST = "manifest.json"
FORMAT = "hierhash-run-2"
EXPORT_FORMAT = "hierhash-export-1"
"""Of an exported run: graphs in place of what needs torch (``hierhash.exported``)."""
FILES = (
    "config.yaml",
    "tree.yaml",
    "splits.json",
    "environment.json",
    "vectoriser.json",
    "model.safetensors",
    "model.json",
)
"""What a finished run consists of; ``vectoriser.json`` only where it reads texts."""
FACET = "facet."
"""The tree of a facet is ``facet.NAME.yaml``."""


MARK = "environment.json"
LOGS = ("metrics.jsonl", "validation.jsonl", "final.jsonl")
FOLDERS = ("checkpoints", "tensorboard", "facets")


def facet_names(folder: Path) -> list[str]:
    """The facets of a run, by the trees that it holds."""
    return sorted(path.name[len(FACET) : -len(".yaml")] for path in folder.glob(f"{FACET}*.yaml"))


def is_exported(folder: Path) -> bool:
    """Whether a folder is an exported run, as its manifest says."""
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and content.get("format") == EXPORT_FORMAT


def refuse_exported(folder: Path) -> None:
    """Refuses an exported run where the run itself is needed.

    Raises:
        RunError: It is an exported run.
    """
    if is_exported(folder):
        raise exported_error(folder)


def exported_error(folder: Path) -> RunError:
    """What is said where the run itself is needed, and an exported one is given."""
    return RunError(
        f"{folder}: an exported run, which encodes, searches and predicts; for all else give the "
        "run that it was exported from"
    )


def run_files(folder: Path) -> list[str]:
    """The names of the files that a run consists of, as far as they are there."""
    if is_exported(folder):
        return list(read_manifest(folder, "export the run again")["files"])
    facets = [f"{FACET}{name}.yaml" for name in facet_names(folder)]
    return [name for name in (*FILES, *facets) if (folder / name).is_file()]


def finish_run(folder: Path) -> None:
    """Writes the manifest of a run, last of all: from now on it is a finished one.

    Raises:
        HierhashError: It cannot be written.
    """
    there = run_files(folder)
    content = {
        "format": FORMAT,
        "hierhash": package_version("hierhash"),
        "files": checksums(folder, there),
    }
    write_json(folder / MANIFEST, content)


def remove_run(folder: Path) -> None:
    """Removes what a run wrote into its folder, its mark last, and nothing else."""
    for name in (MANIFEST, *run_files(folder), *LOGS):
        if name != MARK:
            (folder / name).unlink(missing_ok=True)
    for name in FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / MARK).unlink(missing_ok=True)


def refuse_foreign(folder: Path) -> None:
    """Refuses a folder that holds anything and that no run was begun in.

    Raises:
        RunError: It is such a folder: a catalogue, an index, an export, a user's own project.
    """
    refuse_exported(folder)
    there = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    if there and not _is_marked(folder):
        shown = ", ".join(there[:3]) + (" and more" if len(there) > 3 else "")
        raise RunError(f"{folder}: holds {shown}, which no run wrote; choose another --out")


def _is_marked(folder: Path) -> bool:
    return (folder / MARK).is_file() and "config_sha256" in _environment(folder)


def _environment(folder: Path) -> dict[str, Any]:
    try:
        content = json.loads((folder / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def check_run(folder: Path) -> None:
    """Refuses what is no finished run, or one of which a file is not as it was written.

    Runs of hierhash 0.1.0 have no manifest: their files are taken as they are.

    Raises:
        RunError: In one line for each file that is wrong.
    """
    if not folder.is_dir():
        raise RunError(f"{folder}: no such run folder; train one with hierhash train")
    if (folder / "codes.npy").is_file():
        raise RunError(f"{folder}: an index, not a run; give the folder that hierhash train wrote")
    if not (folder / "config.yaml").is_file():
        raise RunError(f"{folder}: not a run folder; give one that hierhash train wrote")
    if not (folder / MANIFEST).is_file():
        # Only hierhash 0.1.0, which did not note the threads, ended without a manifest.
        if "threads" in _environment(folder) or not (folder / "model.json").is_file():
            again = f"hierhash train {folder / 'config.yaml'} --out {folder} --resume"
            raise RunError(f"{folder}: the training was interrupted; go on with: {again}")
        return
    if is_exported(folder):
        check_files(folder, EXPORT_FORMAT, "export the run again")
    else:
        check_files(folder, FORMAT, "train the run again")


def check_files(folder: Path, known: str, remedy: str) -> None:
    """Refuses a folder that is not as its manifest says.

    Args:
        folder: A run or an index.
        known: The format that this version reads.
        remedy: How to come to a good folder.

    Raises:
        RunError: Another format, or files that are missing, damaged or changed.
    """
    manifest = read_manifest(folder, remedy)
    if manifest["format"] != known:
        raise RunError(
            f"{folder / MANIFEST}: format '{manifest['format']}', this version reads {known}; "
            f"use the hierhash that wrote it, or {remedy}"
        )
    wrong = damaged_files(folder, manifest["files"])
    if wrong:
        raise RunError([f"{problem}; {remedy}" for problem in wrong])


def read_manifest(folder: Path, remedy: str) -> dict[str, Any]:
    """The manifest of a run or an index.

    Raises:
        RunError: It is missing or damaged.
    """
    path = folder / MANIFEST
    content = read_json(path)
    if not isinstance(content, dict) or not isinstance(content.get("format"), str):
        raise RunError(f"{path}: not a manifest of hierhash; {remedy}")
    files = content.get("files")
    if not isinstance(files, Mapping) or not all(
        isinstance(name, str) and Path(name).name == name and isinstance(known, str)
        for name, known in files.items()
    ):
        raise RunError(f"{path}: lacks the hashes of its files; {remedy}")
    return dict(content)


def model_sha256(run: Path) -> str:
    """SHA-256 of a run's weights; codes of other weights are not comparable.

    Raises:
        RunError: The manifest is damaged, or the weights are missing.
    """
    if (run / MANIFEST).is_file():
        known = read_manifest(run, "train the run again")["files"].get("model.safetensors")
        if known:
            return str(known)
    try:
        return sha256_of(run / "model.safetensors")
    except OSError as error:
        raise RunError(
            f"{run}/model.safetensors: missing; is this a run folder of a finished run?"
        ) from error


def read_config(folder: Path) -> dict[str, Any]:
    """The config of a run as plain values, unchecked: it was checked when it was written.

    Raises:
        RunError: It is missing or damaged.
    """
    path = folder / "config.yaml"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise RunError(f"{path}: missing or damaged; train the run again") from error
    return Lines.of(text, str(path)).content
