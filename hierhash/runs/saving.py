"""Writes a run's folder: what it is before it is trained, and what its method learnt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hierhash.bench.risk import risk_controls
from hierhash.bench.segment_weights import segment_weights
from hierhash.config.hash import config_hash
from hierhash.config.schema import RunConfig
from hierhash.config.writing import dump_config, with_absolute_paths
from hierhash.environment import environment
from hierhash.errors import HierhashError
from hierhash.methods.method import Method
from hierhash.prepare import Prepared
from hierhash.retrieval.risk_file import RISK, controls_as_json
from hierhash.retrieval.run_files import FACET, finish_run
from hierhash.retrieval.weighing import SEGMENT_WEIGHTS
from hierhash.runs.saved import SPLIT
from hierhash.storage.json_files import read_json, write_json
from hierhash.storage.whole_file import write_text
from hierhash.training.weights_file import save_weights


def save_description(folder: Path, config: RunConfig, prepared: Prepared) -> None:
    """Writes what a run is, before it is trained: config, tree, split, environment, vocabulary."""
    folder.mkdir(parents=True, exist_ok=True)
    # First of all: it tells the folder of a run from any other.
    write_json(folder / "environment.json", environment() | {"config_sha256": config_hash(config)})
    write_text(folder / "config.yaml", dump_config(with_absolute_paths(config)))
    prepared.tree.to_yaml(folder / "tree.yaml")
    for name, facet in prepared.facets.items():
        facet.tree.to_yaml(folder / f"{FACET}{name}.yaml")
    prepared.split.save(folder / SPLIT, prepared.catalogue.ids)
    if prepared.vectoriser is not None:
        write_json(folder / "vectoriser.json", prepared.vectoriser.state())


@dataclass(frozen=True)
class Took:
    """How long a training took.

    Args:
        seconds: Of this process; what ran before it was stopped is not counted.
        resumed: Whether it went on with a training that was stopped.
    """

    seconds: float
    resumed: bool = False


def save_method(folder: Path, method: Method, prepared: Prepared, took: Took | None = None) -> None:
    """Writes what a method learnt and the shapes that it needs: the run is finished.

    Args:
        folder: The run folder.
        method: What was fitted.
        prepared: What it was fitted to.
        took: Written beside what it was done with, in ``environment.json``; None writes nothing.

    Raises:
        HierhashError: It learnt what is no finite number, or the files cannot be written.
    """
    save_state(folder, method)
    shapes = prepared.items.shapes
    content = {
        "image_shape": list(shapes["image"]) if "image" in shapes else None,
        "text_width": shapes["text"][0] if "text" in shapes else None,
        "given_image_features": prepared.catalogue.image_features is not None,
    }
    risk = {RISK: controls_as_json(risk_controls(method, prepared))}
    weights = {SEGMENT_WEIGHTS: segment_weights(method, prepared)}
    write_json(folder / "model.json", content | method.meta() | risk | weights)
    if took is not None:
        path = folder / "environment.json"
        told = {"seconds": round(took.seconds, 1), "resumed": took.resumed}
        write_json(path, read_json(path) | {"training": told})
    finish_run(folder)


def save_state(folder: Path, method: Method) -> None:
    """Writes what a method learnt as ``model.safetensors``.

    Raises:
        HierhashError: It learnt what is no finite number, or the file cannot be written.
    """
    state = method.state()
    wrong = [name for name, array in state.items() if not np.isfinite(array).all()]
    if wrong:
        raise HierhashError(
            f"{folder}: the training left values that are not finite ('{wrong[0]}'); lower its "
            "learning rate, or mend the method"
        )
    save_weights(folder / "model.safetensors", state)
