"""Makes the method that a config names, for the data and the device it will train on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import torch

from hierhash.config.schema import RunConfig
from hierhash.errors import ConfigError
from hierhash.labels.facets import CATEGORY
from hierhash.labels.tree import LabelTree
from hierhash.methods.faceted import Faceted
from hierhash.methods.method import Method, Problem
from hierhash.methods.registry import find_preset
from hierhash.prepare import Prepared


def new_method(config: RunConfig, prepared: Prepared) -> Method:
    """The method of a config, made for the data and not yet fitted."""
    trees = {name: facet.tree for name, facet in prepared.facets.items()}
    device = pick_device(config.device)
    return build_method(config, prepared.tree, trees, prepared.items.shapes, device)


def build_method(
    config: RunConfig,
    tree: LabelTree,
    facets: Mapping[str, LabelTree],
    shapes: Mapping[str, tuple[int, ...]],
    device: str = "cpu",
) -> Method:
    """The method of a config, with a part for each facet where there are some."""
    preset = find_preset(config.method)

    def part(own: LabelTree, bits: int) -> Method:
        return preset.method(config.model, Problem(own, bits, shapes, config.seed), device)

    category = part(tree, config.bits)
    if not facets:
        return category
    others = {name: part(own, config.facets[name].bits) for name, own in facets.items()}
    # What is a class's elsewhere is the instance's here: it is that of its parts.
    return cast(Method, Faceted({CATEGORY: category, **others}))


def pick_device(wish: str) -> str:
    """``auto`` becomes ``cuda`` where there is one, else ``cpu``.

    Raises:
        ConfigError: A CUDA device is asked for and there is none, or the name is not a device.
    """
    if wish == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(wish)
    except RuntimeError as error:
        raise ConfigError(f"device: '{wish}' is not a device; use auto, cpu or cuda") from error
    if device.type not in ("cpu", "cuda"):
        raise ConfigError(f"device: '{wish}' is not supported; use auto, cpu or cuda")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise ConfigError(
            f"device: '{wish}' asked for, but torch finds no such CUDA device; use auto or cpu"
        )
    return wish
