"""The graphs of a run: image.onnx and text.onnx, from inputs to packed codes."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from hierhash.codes.coding import Coding, coding_of
from hierhash.errors import ConfigError, RunError
from hierhash.exported.rows import RowLayout
from hierhash.exporting.coding_graph import Coded, CodingGraph, HeadGraph, coding_graph
from hierhash.features.backbone import NetBackbone
from hierhash.features.hub import missing
from hierhash.features.onnx_graph import traced
from hierhash.features.pixels import Pixels
from hierhash.labels.facets import CATEGORY
from hierhash.labels.tree import LabelTree
from hierhash.methods.parts import parts_of
from hierhash.runs.saved import SavedRun

INPUTS = {"image": "pixels", "text": "rows"}
CODED_BY = "signs, expected centres or hyperplanes"


class _ChannelsFirst(nn.Module):
    """What the backbone ``pixels`` does."""

    def forward(self, pixels: Tensor) -> Tensor:
        return pixels.permute(0, 3, 1, 2)


def codings_of(saved: SavedRun) -> dict[str, Coding]:
    """By part the coding that its method tells.

    Raises:
        RunError: It tells none: only the method itself can code.
    """
    found = {}
    for name, part in parts_of(saved.method).items():
        description = part.meta().get("coding", {"name": "signs"})
        both = {"image", "text"} <= part.needs
        if description is None or not both or not hasattr(part, "branch"):
            raise RunError(_refusal(saved))
        tree = _tree(saved, name)
        found[name] = coding_of(
            description, partial(getattr, tree, "leaf_ancestors"), part.state().__getitem__
        )
    return found


def _tree(saved: SavedRun, part: str) -> LabelTree:
    return saved.tree if part == CATEGORY else saved.facets[part]


def check_exportable(saved: SavedRun) -> None:
    """Refuses a run that cannot be exported, before long work.

    Raises:
        RunError: Its method gives no bits that a graph can make, or it learnt from given features.
        ConfigError: A package is not installed.
    """
    try:
        import onnx  # noqa: F401 - all that an export needs, before anything is done
        import onnxruntime  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise ConfigError(f"export: {missing(error)}; run: pip install 'hierhash[onnx]'") from error
    for modality in saved.modalities:
        _codings(saved, modality)
    given = "image" if saved.given_image_features else "text"
    if saved.given_image_features or ("text" in saved.modalities and saved.vectoriser is None):
        raise RunError(
            f"{saved.folder}: trained on precomputed {given} features, which an exported run could "
            "not make; train on the pictures and texts themselves"
        )


def layout_of(saved: SavedRun) -> RowLayout:
    """What the graphs of a run give."""
    told = {name: one.tells for name, one in _codings(saved, saved.modalities[0]).items()}
    leaves, nodes = {}, {}
    for name, what in told.items():
        tree = _tree(saved, name)
        levels = [len(tree.nodes_at(level)) for level in range(1, tree.depth + 1)]
        if what == "leaves":
            leaves[name] = levels[-1]
        elif what == "nodes":
            nodes[name] = sum(levels)
    return RowLayout({one.name: one.bits for one in saved.method.layout()}, leaves, nodes)


def graph(saved: SavedRun, modality: str) -> bytes:
    """The graph of one modality as an ONNX file.

    Raises:
        ConfigError: The network cannot be exported.
        RunError: See ``check_exportable``.
    """
    branches = {
        name: part.branch(modality)  # type: ignore[attr-defined]  # it was asked for
        for name, part in parts_of(saved.method).items()
    }
    codings = _codings(saved, modality)
    features = _features(saved) if modality == "image" else None
    network = Coded(features, branches, codings).eval()
    outputs = layout_of(saved).outputs
    try:
        return traced(network, _inputs(saved, modality), INPUTS[modality], outputs, "n")
    except Exception as error:  # tracing and conversion raise their own kinds, without a base class
        raise ConfigError(
            f"{saved.folder}: its {modality} network cannot be exported ({type(error).__name__}); "
            "train with features.image.name=efficientnet_lite0, or another network"
        ) from error


def _inputs(saved: SavedRun, modality: str) -> Tensor:
    if modality == "image":
        return torch.zeros((2, *saved.backbone.size, 3), dtype=torch.uint8)
    return torch.zeros((2, *saved.shapes["text"]))


def _features(saved: SavedRun) -> nn.Module:
    backbone = saved.backbone
    if isinstance(backbone, Pixels):
        return _ChannelsFirst()
    if not isinstance(backbone, NetBackbone):
        raise ConfigError(
            f"{saved.folder}: its backbone {backbone.key} is no network that can be exported; "
            "train with features.image.name=efficientnet_lite0, or another network"
        )
    return backbone.network


def _codings(saved: SavedRun, modality: str) -> dict[str, CodingGraph]:
    bits = {segment.name: segment.bits for segment in saved.method.layout()}
    found = {}
    for name, coding in codings_of(saved).items():
        part: Any = parts_of(saved.method)[name]
        head = getattr(part, "head", None)
        if head is not None:
            head = HeadGraph(head, part.temperatures.get(modality, 1.0))
        own = coding_graph(coding, modality, bits.get(name, 0), head)
        if own is None:
            raise RunError(_refusal(saved))
        found[name] = own
    return found


def _refusal(saved: SavedRun) -> str:
    return (
        f"{saved.folder}: '{saved.config.method}' cannot be exported, only networks whose codes "
        f"are {CODED_BY} and that code pictures and texts: expected_tree_codes, the dcmh methods, "
        "soft_contrast, posterior_hyperplanes and others of docs/export.md"
    )
