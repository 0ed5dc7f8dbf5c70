"""An exported run: reads pictures and texts by its graphs, as ``runs.saved`` does with torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import sparse

from hierhash.codes.coding import ExpectedCode, coding_of
from hierhash.codes.weighted_hamming import WeightedHamming
from hierhash.errors import InputError, RunError
from hierhash.exported.graph import Graph
from hierhash.exported.method import ExportedMethod, ExportedPart
from hierhash.exported.rows import RowLayout
from hierhash.features.backbone import stacked
from hierhash.features.text_vectorisers import TextVectoriser
from hierhash.labels.facets import CATEGORY
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.run_files import (
    EXPORT_FORMAT,
    FACET,
    MANIFEST,
    check_files,
    model_sha256,
    read_config,
    read_manifest,
)
from hierhash.retrieval.text_branch import check_text, coding_parts, read_arrays, vectoriser_of
from hierhash.storage.json_files import read_json
from hierhash.training.items import BOTH, MODALITIES

AGAIN = "export the run again"
GRAPHS = {"image": "image.onnx", "text": "text.onnx"}


class GraphPixels:
    """The picture graph in the place of a backbone: what it computes are whole rows.

    Args:
        key: Names it.
        size: (height, width) of the pictures that it reads.
        graph: The graph.
    """

    def __init__(self, key: str, size: tuple[int, int], graph: Graph) -> None:
        self.key, self.size, self._graph = key, size, graph

    def __call__(self, images: Sequence[Image.Image]) -> NDArray[Any]:
        """Rows of RGB pictures, resized as training resizes them."""
        return self.features(stacked(images, self.size))

    def features(self, pixels: NDArray[np.uint8]) -> NDArray[Any]:
        """Rows of pictures that are resized already."""
        return self._graph(pixels)


@dataclass(frozen=True)
class ExportedRun:
    """A loaded export; graphs and words are read when they are first needed.

    Args:
        folder: Its folder.
        method_name: Of the method that was trained.
        tree: Its tree.
        facets: The trees of its facets, by name.
        facet_columns: By facet the column that its values are read from.
        method: What codes the rows of its graphs.
        layout: Of the rows.
        size: (height, width) of the pictures that it reads.
        modalities: What it can code, of ``image`` and ``text``.
    """

    folder: Path
    method_name: str
    tree: LabelTree
    facets: Mapping[str, LabelTree]
    facet_columns: Mapping[str, str]
    method: ExportedMethod
    layout: RowLayout
    size: tuple[int, int] | None
    modalities: Sequence[str]
    given_image_features: bool = field(default=False, init=False)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of one row of each modality."""
        return dict.fromkeys(self.modalities, (self.layout.width,))

    @property
    def prefixes(self) -> Sequence[int]:
        """Shorter lengths whose codes are the first bits of the category's."""
        return self.method.category.prefixes

    def check_modality(self, modality: str) -> None:
        """Refuses a modality that it does not code.

        Raises:
            RunError: It does not.
        """
        if modality == BOTH and not self.method.fuses:
            raise RunError(
                f"{self.folder}: '{self.method_name}' has no code of picture and text together; "
                "choose image or text"
            )
        if modality not in (BOTH, *MODALITIES):
            raise InputError(f"modality: '{modality}' is not image or text")
        if modality != BOTH and modality not in self.modalities:
            raise RunError(
                f"{self.folder}: '{self.method_name}' reads no {modality}s, only "
                f"{' and '.join(self.modalities)}s; choose the other modality or another method"
            )

    @cached_property
    def backbone(self) -> GraphPixels:
        """What turns pictures into rows.

        Raises:
            ConfigError, RunError: The graph cannot be run.
        """
        self.check_modality("image")
        assert self.size is not None  # noqa: S101 - it reads pictures
        graph = Graph(self.folder / GRAPHS["image"], self.layout)
        return GraphPixels(f"export-{model_sha256(self.folder)[:12]}", self.size, graph)

    def check_graphs(self) -> None:
        """Loads all that it answers by.

        Raises:
            ConfigError: ONNX Runtime is not installed.
            RunError: A graph or the vocabulary is not what the manifest says.
        """
        if "image" in self.modalities:
            _ = self.backbone
        if "text" in self.modalities:
            _ = self._text_graph, self.vectoriser

    def image_rows(self, images: Sequence[Image.Image]) -> Any:
        """Rows of RGB pictures.

        Raises:
            ConfigError, RunError: As ``backbone``.
        """
        return self.backbone(images)

    def fitting(self, rows: Any) -> Any:
        """Rows of pictures, as they are: its own graph made them."""
        return rows

    @cached_property
    def _text_graph(self) -> Graph:
        return Graph(self.folder / GRAPHS["text"], self.layout)

    def text_rows(self, texts: Sequence[str]) -> Any:
        """Rows of texts.

        Raises:
            ConfigError, RunError: The graph cannot be run, or it reads no texts.
        """
        self.check_modality("text")
        features = self.vectoriser.transform(texts)
        if sparse.issparse(features):
            features = features.toarray()
        return self._text_graph(np.asarray(features, dtype=np.float32))

    @cached_property
    def vectoriser(self) -> TextVectoriser:
        """What turns texts into features.

        Raises:
            RunError: Its vocabulary is damaged.
        """
        return vectoriser_of(self.folder, read_config(self.folder))

    def check_text(self, text: str) -> None:
        """Refuses a text that says nothing to the run.

        Raises:
            DataError: It is empty, or no word of it is known; the nearest known words are named.
        """
        self.check_modality("text")
        check_text(self.vectoriser, text)

    def notes(self, text: str) -> list[str]:
        """What of a text was not taken as it stands."""
        return self.vectoriser.notes(text)

    def readings(self, text: str) -> dict[str, str]:
        """By word of a text that is not known the known word that it is read as."""
        return self.vectoriser.readings(text)

    def knows(self, text: str) -> bool:
        """Whether a text has a word that the run knows."""
        return "text" in self.modalities and self.vectoriser.knows(text)


def load_exported(folder: Path) -> ExportedRun:
    """Loads an exported run.

    Raises:
        RunError: A file of the folder is missing, damaged or changed.
    """
    check_files(folder, EXPORT_FORMAT, AGAIN)
    manifest = read_manifest(folder, AGAIN)
    config = read_config(folder)
    tree = LabelTree.from_yaml(folder / "tree.yaml")
    try:
        segments = {str(name): int(bits) for name, bits in manifest["segments"].items()}
        facets = {
            name: LabelTree.from_yaml(folder / f"{FACET}{name}.yaml")
            for name in segments
            if name != CATEGORY
        }
        trees = {CATEGORY: tree, **facets}
        leaves = {name: len(trees[name].leaves) for name in manifest["posteriors"]}
        nodes = {name: _nodes(trees[name]) for name in manifest["levels"]}
        layout = RowLayout(segments, leaves, nodes)
        prefixes = {CATEGORY: tuple(int(one) for one in manifest["prefixes"])}
        distances = {}
        if manifest.get("distance") == "weighted":  # of runs without facets alone
            distances[CATEGORY] = WeightedHamming.of(manifest["weights"], layout.bits)
        parts = {
            name: ExportedPart(
                name,
                layout,
                trees[name],
                cache(partial(_expected_code, folder, name)) if manifest["fuses"] else None,
                prefixes.get(name, ()),
                distances.get(name),
            )
            for name in segments
        }
        height, width = manifest["pixels"] or (0, 0)
        columns = {name: str(config["facets"][name]["column"]) for name in facets}
        return ExportedRun(
            folder,
            str(config["method"]),
            tree,
            facets,
            columns,
            ExportedMethod(parts),
            layout,
            (int(height), int(width)) if manifest["pixels"] else None,
            [one for one in MODALITIES if one in manifest["modalities"]],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RunError(f"{folder / MANIFEST}: lacks what an export says; {AGAIN}") from error


def _nodes(tree: LabelTree) -> int:
    return sum(len(tree.nodes_at(level)) for level in range(1, tree.depth + 1))


def _expected_code(folder: Path, name: str) -> ExpectedCode:
    """What makes one code of several posteriors about the same items."""
    about = read_json(folder / "model.json")
    stored = read_arrays(folder / "model.safetensors")
    try:
        description, arrays = coding_parts(folder, about, stored)[name]
        # This coding asks for no ancestors.
        coding = coding_of(description, lambda: np.zeros((0, 0), np.int64), arrays.__getitem__)
    except (KeyError, ValueError, AttributeError) as error:
        raise RunError(f"{folder}/model.json: coding: {error}; {AGAIN}") from error
    if not isinstance(coding, ExpectedCode):
        raise RunError(f"{folder}/model.json: coding: has no code of picture and text; {AGAIN}")
    return coding
