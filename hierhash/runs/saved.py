"""A finished run on disk: writing its folder, and loading it to encode, search and predict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from hierhash.config.reading import load_config
from hierhash.config.schema import RunConfig
from hierhash.data.split.split import read_split_file
from hierhash.errors import InputError, RunError
from hierhash.features.backbone import ImageBackbone
from hierhash.features.image_backbones import image_backbone
from hierhash.features.text_vectorisers import TextVectoriser, text_vectoriser
from hierhash.labels.tree import LabelTree
from hierhash.methods.method import Method
from hierhash.methods.parts import category_of
from hierhash.methods.registry import find_preset
from hierhash.new_method import build_method
from hierhash.prepare import Kept, Prepared
from hierhash.retrieval.run_files import FACET, check_run, refuse_exported
from hierhash.retrieval.text_branch import check_text, load_vocabulary
from hierhash.storage.json_files import read_json
from hierhash.training.items import BOTH, MODALITIES
from hierhash.training.weights_file import load_weights

SPLIT = "splits.json"
LARGEST = 100_000_000


@dataclass
class SavedRun:
    """A loaded run.

    Args:
        folder: Its folder.
        config: Its config.
        tree: Its tree.
        method: What was trained.
        vectoriser: Turns texts into features; None where it learnt from given ones, or from none.
        shapes: Shape of one feature row of each modality that it was made for.
        given_image_features: It learnt from precomputed image features.
        facets: The trees of its facets, by name.
    """

    folder: Path
    config: RunConfig
    tree: LabelTree
    method: Method
    vectoriser: TextVectoriser | None
    shapes: dict[str, tuple[int, ...]]
    given_image_features: bool = False
    facets: Mapping[str, LabelTree] = field(default_factory=dict)
    _backbone: ImageBackbone | None = None

    @property
    def kept(self) -> Kept:
        """What its data set is prepared with, so that it is split and read as in training."""
        return Kept(self.folder / SPLIT, self.tree, self.vectoriser, self.facets)

    @property
    def method_name(self) -> str:
        """Of the method that was trained."""
        return self.config.method

    @property
    def facet_columns(self) -> dict[str, str]:
        """By facet the column that its values are read from."""
        return {name: facet.column for name, facet in self.config.facets.items()}

    @property
    def prefixes(self) -> Sequence[int]:
        """Shorter lengths whose codes are the first bits of the category's."""
        return category_of(self.method).prefixes

    @property
    def modalities(self) -> list[str]:
        """What it can code: those of ``image`` and ``text`` that its method learns from."""
        return [one for one in MODALITIES if one in self.method.needs]

    def trained_on(self) -> set[str]:
        """The ids of its training items."""
        return set(read_split_file(self.folder / SPLIT)["train"])

    def check_data(self, prepared: Prepared) -> None:
        """Refuses data whose features are of another kind than those it was trained on.

        Raises:
            RunError: Text features are given and were not, or the other way round; or features
                have another shape.
        """
        given = prepared.catalogue.text_features is not None
        fits = given == (self.vectoriser is None) or "text" not in self.shapes
        if not fits or prepared.items.shapes != self.shapes:
            raise RunError(
                f"{self.folder}: the data have other features than it was trained on; "
                "give it its own data, or train a new run"
            )

    def check_modality(self, modality: str) -> None:
        """Refuses a modality that its method does not code.

        Raises:
            RunError: It does not.
        """
        if modality == BOTH:
            if not self.method.fuses:
                raise RunError(
                    f"{self.folder}: '{self.config.method}' has no code of picture and text "
                    "together; choose image or text"
                )
            return
        if modality not in MODALITIES:
            raise InputError(f"modality: '{modality}' is not image or text")
        if modality not in self.modalities:
            raise RunError(
                f"{self.folder}: '{self.config.method}' reads no {modality}s, only "
                f"{' and '.join(self.modalities)}s; choose the other modality or another method"
            )

    def text_rows(self, texts: Sequence[str]) -> Any:
        """Feature rows of texts.

        Raises:
            RunError: The run learnt from precomputed text features, so it cannot read texts.
        """
        self.check_modality("text")
        if self.vectoriser is None:
            raise RunError(f"{self.folder}: trained on precomputed text features; it reads no text")
        return self.vectoriser.transform(texts)

    def check_text(self, text: str) -> None:
        """Refuses a text that says nothing to the run.

        Raises:
            DataError: It is empty, or no word of it is known; the nearest known words are named.
        """
        if self.vectoriser is not None:
            check_text(self.vectoriser, text)

    def notes(self, text: str) -> list[str]:
        """What of a text is not taken as it stands."""
        return [] if self.vectoriser is None else self.vectoriser.notes(text)

    def readings(self, text: str) -> dict[str, str]:
        """By word of a text that is not known the known word that it is read as."""
        return {} if self.vectoriser is None else self.vectoriser.readings(text)

    def knows(self, text: str) -> bool:
        """Whether a text has a word that the run knows."""
        return self.vectoriser is None or self.vectoriser.knows(text)

    @property
    def backbone(self) -> ImageBackbone:
        """What turns pictures into feature rows.

        Raises:
            RunError: The run learnt from precomputed image features, so it cannot read pictures.
        """
        self.check_modality("image")
        if self.given_image_features:
            raise RunError(self._reads_no_pictures)
        if self._backbone is None:
            self._backbone = image_backbone(self.config.features.image.backbone())
        return self._backbone

    @property
    def _reads_no_pictures(self) -> str:
        return f"{self.folder}: trained on precomputed image features; it reads no pictures"

    def image_rows(self, images: Sequence[Image.Image]) -> Any:
        """Feature rows of RGB pictures.

        Raises:
            RunError: As ``backbone``.
        """
        return self.fitting(self.backbone(images))

    def fitting(self, rows: Any) -> Any:
        """Feature rows of pictures, as they are, where they are what the run learnt from.

        Raises:
            RunError: They are not: runs of older versions do not say what they learnt from.
        """
        if rows.shape[1:] != self.shapes["image"]:
            raise RunError(self._reads_no_pictures)
        return rows


def load_run(folder: Path) -> SavedRun:
    """Loads a finished run.

    Raises:
        RunError: A file of the folder is missing, damaged or changed.
    """
    check_run(folder)
    refuse_exported(folder)
    meta = _meta(folder / "model.json")
    config = load_config(folder / "config.yaml")
    tree = LabelTree.from_yaml(folder / "tree.yaml")
    shapes: dict[str, tuple[int, ...]] = {}
    if meta["image_shape"] is not None:
        shapes["image"] = tuple(meta["image_shape"])
    if meta["text_width"] is not None:
        shapes["text"] = (meta["text_width"],)
    if lacking := [one for one in _needed(config) if one not in shapes]:
        raise RunError(f"{folder}/model.json: no shape of {lacking[0]} rows; train the run again")
    facets = facet_trees(folder, config)
    method = _method(folder, build_method(config, tree, facets, shapes), meta)
    vectoriser = None
    if (folder / "vectoriser.json").exists():
        vectoriser = text_vectoriser(config.features.text)
        load_vocabulary(vectoriser, folder)
    given = bool(meta.get("given_image_features", False))
    return SavedRun(folder, config, tree, method, vectoriser, shapes, given, facets)


def facet_trees(folder: Path, config: RunConfig) -> dict[str, LabelTree]:
    """The trees of a run's facets, in the order of its config.

    Raises:
        InputError: A file is missing or damaged.
    """
    return {name: LabelTree.from_yaml(folder / f"{FACET}{name}.yaml") for name in config.facets}


def _needed(config: RunConfig) -> list[str]:
    return [one for one in MODALITIES if one in find_preset(config.method).method.needs]


def _method(folder: Path, method: Method, meta: dict[str, Any]) -> Method:
    weights = load_weights(folder / "model.safetensors")
    try:
        method.load(weights, meta)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise RunError(
            f"{folder}/model.safetensors: does not fit config.yaml; train the run again"
        ) from error
    return method


def _meta(path: Path) -> dict[str, Any]:
    content = read_json(path)
    needed: dict[str, Any] = {
        "image_shape": list | None,
        "text_width": int | None,
        "temperatures": dict,
    }
    if not isinstance(content, dict) or not all(
        name in content and isinstance(content[name], kind) and not isinstance(content[name], bool)
        for name, kind in needed.items()
    ):
        raise RunError(f"{path}: lacks {', '.join(needed)}; train the run again")
    width = content["text_width"]
    sizes = [*(content["image_shape"] or []), *([] if width is None else [width])]
    if not all(type(size) is int and 1 <= size <= LARGEST for size in sizes):
        raise RunError(
            f"{path}: image_shape and text_width are whole numbers from 1 to {LARGEST:,}; "
            "train the run again"
        )
    for modality, value in content["temperatures"].items():
        if type(value) not in (int, float) or not 0 < value < math.inf:
            raise RunError(
                f"{path}: temperatures: {modality} is not a number above 0; train the run again"
            )
    return content
