"""Writes an exported run: a folder that answers queries and codes items without torch."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from hierhash.config.writing import dump_config, with_last_names
from hierhash.environment import environment, package_version
from hierhash.errors import RunError
from hierhash.exported.run import GRAPHS, load_exported
from hierhash.exporting.agreement import Agreement, Compared, agreement, some_items
from hierhash.exporting.card import model_card
from hierhash.exporting.graphs import check_exportable, graph, layout_of
from hierhash.exporting.known_data import KnownData, known_data
from hierhash.retrieval.run_files import EXPORT_FORMAT, FACET, MANIFEST, facet_names
from hierhash.runs.indexing import about_distance
from hierhash.runs.saved import SavedRun
from hierhash.storage.checksums import checksums
from hierhash.storage.json_files import read_json, write_json
from hierhash.storage.whole_file import write_text
from hierhash.storage.whole_folder import whole_folder

KEPT = (
    "tree.yaml",
    "vectoriser.json",
    "model.safetensors",
    "model.json",
)
"""Files of the run that an export holds; its split stays behind, for it names the user's items."""
CARD = "README.md"


def export_run(saved: SavedRun, out: Path, checked: int) -> Agreement:
    """Writes an exported run, after its codes were compared with those of the run itself.

    Args:
        saved: The run; it stays as it is.
        out: The folder to write; its parents are made.
        checked: On how many items codes are compared.

    Returns:
        What the comparison found.

    Raises:
        RunError: The run cannot be exported, or ``out`` exists.
        ConfigError: A package is not installed, or a network cannot be exported.
        HierhashError: The graphs give other codes than the run, or the folder cannot be written.
    """
    if out.exists():
        raise RunError(f"{out}: exists already; choose another name or remove it")
    check_exportable(saved)
    out.parent.mkdir(parents=True, exist_ok=True)
    data = known_data(saved)
    with whole_folder(out) as folder:
        _describe(folder, saved)
        for name in (*KEPT, *(f"{FACET}{one}.yaml" for one in facet_names(saved.folder))):
            if (saved.folder / name).is_file():
                shutil.copyfile(saved.folder / name, folder / name)
        for modality in saved.modalities:
            (folder / GRAPHS[modality]).write_bytes(graph(saved, modality))
        about = _about(saved)
        _finish(folder, about)
        found = agreement(saved, load_exported(folder), _some(saved, data, checked))
        write_text(folder / CARD, model_card(saved, data, found, folder))
        _finish(folder, about | {"agreement": found.told()})
    return found


def _some(saved: SavedRun, data: KnownData | None, checked: int) -> Compared:
    return some_items(saved, None if data is None else data.items.catalogue, checked)


def _describe(folder: Path, saved: SavedRun) -> None:
    """Writes config and environment of the run, of paths the last name alone."""
    write_text(folder / "config.yaml", dump_config(with_last_names(saved.config)))
    about = read_json(saved.folder / "environment.json")
    if "extended_from" in about:
        parent = Path(str(about["extended_from"].get("run", ""))).name
        about["extended_from"] = about["extended_from"] | {"run": parent}
    write_json(folder / "environment.json", about)


def _finish(folder: Path, about: dict[str, Any]) -> None:
    """Writes the manifest of all files that are there."""
    there = sorted(path.name for path in folder.iterdir() if path.name != MANIFEST)
    write_json(folder / MANIFEST, about | {"files": checksums(folder, there)})


def _about(saved: SavedRun) -> dict[str, Any]:
    """What a manifest says beside its files."""
    layout = layout_of(saved)
    return {
        "format": EXPORT_FORMAT,
        "hierhash": package_version("hierhash"),
        "method": saved.method_name,
        "modalities": saved.modalities,
        "pixels": list(saved.backbone.size) if "image" in saved.modalities else None,
        "segments": dict(layout.segments),
        "posteriors": list(layout.leaves),
        "levels": list(layout.nodes),
        "prefixes": list(saved.prefixes),
        "fuses": saved.method.fuses,
        **about_distance(saved.method.distance()),
        "bit_order": "big-endian packbits",
        "environment": environment(),
    }
