"""A finished run on disk: writing its folder, and loading it to encode, search and predict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from hierhash.branches.rows import FeatureRows
from hierhash.branches.two_branch import TwoBranch, outputs_of
from hierhash.builder import Kept, Prepared, config_hash
from hierhash.config import RunConfig, dump_config, load_config, with_absolute_paths
from hierhash.environment import environment
from hierhash.errors import RunError
from hierhash.features.backbone import ImageBackbone
from hierhash.features.image_backbones import image_backbone
from hierhash.features.text_vectorisers import TextVectoriser, text_vectoriser
from hierhash.labels.tree import LabelTree
from hierhash.methods.dcmh import build_model
from hierhash.methods.predict import best_temperature
from hierhash.retrieval.run_files import check_run, finish_run
from hierhash.retrieval.text_branch import check_text, load_vocabulary
from hierhash.storage.json_files import read_json, write_json
from hierhash.storage.whole_file import write_text
from hierhash.training.weights_file import load_weights, save_weights

SPLIT = "splits.json"
LARGEST = 100_000_000


def save_description(folder: Path, config: RunConfig, prepared: Prepared) -> None:
    """Writes what a run is, before it is trained: config, tree, split, environment, vocabulary."""
    folder.mkdir(parents=True, exist_ok=True)
    # First of all: it tells the folder of a run from any other.
    write_json(folder / "environment.json", environment() | {"config_sha256": config_hash(config)})
    write_text(folder / "config.yaml", dump_config(with_absolute_paths(config)))
    prepared.tree.to_yaml(folder / "tree.yaml")
    prepared.split.save(folder / SPLIT, prepared.catalogue.ids)
    if prepared.vectoriser is not None:
        write_json(folder / "vectoriser.json", prepared.vectoriser.state())


def save_model(folder: Path, model: TwoBranch, prepared: Prepared) -> None:
    """Writes the weights, the shapes they need and the head's temperatures: the run is finished."""
    save_weights(folder / "model.safetensors", model.state_dict())
    shapes = {
        "image_shape": list(prepared.items.image.shape[1:]),
        "text_width": int(prepared.items.text.shape[1]),
        "temperatures": _temperatures(model, prepared),
        "given_image_features": prepared.catalogue.image_features is not None,
    }
    write_json(folder / "model.json", shapes)
    finish_run(folder)


def _temperatures(model: TwoBranch, prepared: Prepared) -> dict[str, float]:
    """The temperature of each modality, chosen on items that nothing else was chosen on."""
    if model.head is None:
        return {}
    rows, items = prepared.split.calibrate, prepared.items
    temperatures = {}
    for modality, features, has in (
        ("image", items.image, items.has_image),
        ("text", items.text, items.has_text),
    ):
        known = rows[has[rows]]
        temperatures[modality] = 1.0
        if len(known):
            outputs = outputs_of(model.branch(modality), FeatureRows(features[known]))
            labels = prepared.labels.subset(known)
            temperatures[modality] = best_temperature(model.head, outputs, labels)
    return temperatures


@dataclass
class SavedRun:
    """A loaded run."""

    folder: Path
    config: RunConfig
    tree: LabelTree
    model: TwoBranch
    vectoriser: TextVectoriser | None
    temperatures: dict[str, float]
    image_shape: tuple[int, ...]
    text_width: int
    given_image_features: bool = False
    _backbone: ImageBackbone | None = None

    @property
    def kept(self) -> Kept:
        """What its data set is prepared with, so that it is split and read as in training."""
        return Kept(self.folder / SPLIT, self.tree, self.vectoriser)

    def check_data(self, prepared: Prepared) -> None:
        """Refuses data whose features are of another kind than those it was trained on.

        Raises:
            RunError: Text features are given and were not, or the other way round; or features
                have another shape.
        """
        given = prepared.catalogue.text_features is not None
        shapes = prepared.items.image.shape[1:], prepared.items.text.shape[1]
        if given != (self.vectoriser is None) or shapes != (self.image_shape, self.text_width):
            raise RunError(
                f"{self.folder}: the data have other features than it was trained on; "
                "give it its own data, or train a new run"
            )

    def text_outputs(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Real outputs of texts, float32 (n, K).

        Raises:
            RunError: The run learnt from precomputed text features, so it cannot read texts.
        """
        if self.vectoriser is None:
            raise RunError(f"{self.folder}: trained on precomputed text features; it reads no text")
        return outputs_of(self.model.text, FeatureRows(self.vectoriser.transform(texts)))

    def check_text(self, text: str) -> None:
        """Refuses a text that says nothing to the run.

        Raises:
            DataError: It is empty, or no word of it is known; the nearest known words are named.
        """
        if self.vectoriser is not None:
            check_text(self.vectoriser, text)

    def image_outputs(self, images: Sequence[Image.Image]) -> NDArray[np.float32]:
        """Real outputs of RGB pictures, float32 (n, K).

        Raises:
            RunError: The run learnt from precomputed image features, so it cannot read pictures.
        """
        refusal = f"{self.folder}: trained on precomputed image features; it reads no pictures"
        if self.given_image_features:
            raise RunError(refusal)
        if self._backbone is None:
            self._backbone = image_backbone(self.config.features.image.backbone())
        rows = self._backbone(images)
        # Runs of older versions do not say what they learnt from.
        if rows.shape[1:] != self.image_shape:
            raise RunError(refusal)
        return outputs_of(self.model.image, FeatureRows(rows))


def load_run(folder: Path) -> SavedRun:
    """Loads a finished run.

    Raises:
        RunError: A file of the folder is missing, damaged or changed.
    """
    check_run(folder)
    shapes = _shapes(folder / "model.json")
    config = load_config(folder / "config.yaml")
    tree = LabelTree.from_yaml(folder / "tree.yaml")
    model = _model(folder, config, tree, shapes)
    vectoriser = None
    if (folder / "vectoriser.json").exists():
        vectoriser = text_vectoriser(config.features.text)
        load_vocabulary(vectoriser, folder)
    return SavedRun(
        folder,
        config,
        tree,
        model,
        vectoriser,
        shapes["temperatures"],
        tuple(shapes["image_shape"]),
        shapes["text_width"],
        bool(shapes.get("given_image_features", False)),
    )


def _model(folder: Path, config: RunConfig, tree: LabelTree, shapes: dict[str, Any]) -> TwoBranch:
    weights = load_weights(folder / "model.safetensors")
    # Level weights come with the stored ones; a scheme may need training labels to be built again.
    settings = replace(
        config.model,
        head=replace(config.model.head, level_weights="uniform"),
        image=replace(config.model.image, weights=None),
    )
    statistics = {
        modality: (torch.zeros(len(mean)), torch.ones(len(mean)))
        for modality in ("image", "text")
        if len(mean := weights.get(f"{modality}.mean", torch.zeros(0))) and mean.ndim == 1
    }
    # On the meta device nothing is allocated: shapes that are wrong cost no memory.
    with torch.device("meta"):
        model = build_model(
            settings,
            tree,
            tuple(shapes["image_shape"]),
            shapes["text_width"],
            config.bits,
            statistics=statistics,
        )
    try:
        model.load_state_dict(weights, assign=True)
    except RuntimeError as error:
        raise RunError(
            f"{folder}/model.safetensors: does not fit config.yaml; train the run again"
        ) from error
    wrong = [name for name, tensor in weights.items() if not bool(torch.isfinite(tensor).all())]
    if wrong:
        raise RunError(
            f"{folder}/model.safetensors: '{wrong[0]}' holds what is no finite number; "
            "train the run again"
        )
    return model.eval()


def resumable(folder: Path, config: RunConfig) -> tuple[str, Kept]:
    """The hash in a stopped run's checkpoint and what the run keeps.

    Its own config.yaml has absolute paths, so configs are compared with absolute paths; the hash is
    that of the config as it was first given. Texts are read again, since a stored vocabulary is
    rounded and a resumed run ends bit-identical.

    Raises:
        InputError: A file of the folder is missing or damaged, or it is a run of another config.
    """
    own, asked = (with_absolute_paths(one) for one in (load_config(folder / "config.yaml"), config))
    # The hash leaves out where data lie; other data of the same name are another run.
    if config_hash(own) != config_hash(asked) or own.data != asked.data:
        raise RunError(
            f"{folder}: holds a run of another config or other data; resume with its own: "
            f"hierhash train {folder / 'config.yaml'} --out {folder} --resume"
        )
    stored = read_json(folder / "environment.json")
    tree = LabelTree.from_yaml(folder / "tree.yaml")
    return stored.get("config_sha256", config_hash(config)), Kept(folder / SPLIT, tree, None)


def _shapes(path: Path) -> dict[str, Any]:
    shapes = read_json(path)
    needed = {"image_shape": list, "text_width": int, "temperatures": dict}
    if not isinstance(shapes, dict) or not all(
        isinstance(shapes.get(name), kind) for name, kind in needed.items()
    ):
        raise RunError(f"{path}: lacks {', '.join(needed)}; train the run again")
    sizes = [*shapes["image_shape"], shapes["text_width"]]
    if not all(type(size) is int and 1 <= size <= LARGEST for size in sizes):
        raise RunError(
            f"{path}: image_shape and text_width are whole numbers from 1 to {LARGEST:,}; "
            "train the run again"
        )
    for modality, value in shapes["temperatures"].items():
        if type(value) not in (int, float) or not 0 < value < math.inf:
            raise RunError(
                f"{path}: temperatures: {modality} is not a number above 0; train the run again"
            )
    return shapes
