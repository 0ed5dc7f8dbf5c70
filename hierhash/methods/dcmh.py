"""The DCMH family: two branches, a training similarity, an optional head, the alternating loop.

Every row of the family is these settings with other values; the files beside this one hold them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from hierhash.branches.heads import build_head
from hierhash.branches.image_networks import ImageBranchSettings, build_image_branch
from hierhash.branches.mlp import MLPBranch, MLPSettings
from hierhash.branches.rows import FeatureRows, column_statistics
from hierhash.branches.two_branch import TwoBranch, finite_outputs
from hierhash.codes.coded import Coded
from hierhash.codes.coding import Signs
from hierhash.errors import ConfigError
from hierhash.labels.items import ItemLabels
from hierhash.labels.similarity import LevelSimilarity
from hierhash.labels.tree import LabelTree
from hierhash.methods.bit_codes import BitCodes
from hierhash.methods.method import Posteriors, Problem, Role, Rows, only_modality
from hierhash.methods.networks import weights_as_arrays
from hierhash.methods.predict import best_temperature, level_probabilities
from hierhash.methods.weight_scheme import WeightScheme, weights_of
from hierhash.training.alternating import AlternatingLoop
from hierhash.training.fit import Watch, fit
from hierhash.training.items import Items
from hierhash.training.settings import LoopSettings, Objective
from hierhash.training.state import TrainingData


@dataclass(frozen=True)
class SimilaritySettings:
    """The training similarity S.

    Args:
        pairs: ``leaf`` (similar = a shared leaf), ``any`` (similar = any shared ancestor, which is
            what multi-hot labels with ancestors silently mean) or ``tree`` (level-weighted).
        level_weights: Scheme for ``tree``; None takes the tree's own, else uniform.
        overlap: ``any`` or ``jaccard``, for items of several paths.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    pairs: Literal["leaf", "any", "tree"] = "tree"
    level_weights: WeightScheme = None
    overlap: Literal["any", "jaccard"] = "any"


@dataclass(frozen=True)
class HeadSettings:
    """The hierarchical classification head.

    Args:
        kind: ``none``, ``leaf``, ``per_level`` or ``path``.
        level_weights: Scheme of the head's level weights; None takes the tree's own, else uniform.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    kind: Literal["none", "leaf", "per_level", "path"] = "per_level"
    level_weights: WeightScheme = None


@dataclass(frozen=True)
class DCMHSettings:
    """All that makes up a member of the family."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    similarity: SimilaritySettings = field(default_factory=SimilaritySettings)
    head: HeadSettings = field(default_factory=HeadSettings)
    loss: Objective = field(default_factory=Objective)
    image: ImageBranchSettings = field(default_factory=ImageBranchSettings)
    text: MLPSettings = field(default_factory=MLPSettings)
    training: LoopSettings = field(default_factory=LoopSettings)


def build_model(
    settings: DCMHSettings,
    tree: LabelTree,
    image_shape: tuple[int, ...],
    text_width: int,
    bits: int,
    labels: ItemLabels | None = None,
    statistics: dict[str, tuple[torch.Tensor, torch.Tensor]] | None = None,
) -> TwoBranch:
    """The untrained network.

    Args:
        settings: The family member.
        tree: The label tree.
        image_shape: Shape of one image row: (d,), or (3, height, width) for pixels.
        text_width: Number of text features.
        bits: K.
        labels: Training labels, which the scheme ``information_content`` needs.
        statistics: Mean and deviation of dense features by modality.
    """
    known = statistics or {}
    depth = tree.depth
    sizes = [len(tree.nodes_at(level)) for level in range(1, depth + 1)]
    weights = weights_of(tree, settings.head.level_weights, labels, "model.head.level_weights")
    return TwoBranch(
        build_image_branch(settings.image, image_shape, bits, known.get("image")),
        MLPBranch(text_width, bits, settings.text, known.get("text")),
        build_head(
            settings.head.kind,
            bits,
            sizes,
            torch.from_numpy(tree.leaf_ancestors),
            torch.from_numpy(weights),
        ),
    )


def build_loop(
    settings: DCMHSettings,
    tree: LabelTree,
    items: Items,
    bits: int,
    seed: int,
    device: str = "cpu",
) -> AlternatingLoop:
    """Network, similarity and loop for some training items; the same seed gives the same loop.

    Raises:
        ConfigError: No training item has a label, or one modality is missing altogether.
    """
    if not items.labels.labelled.any():
        raise ConfigError("data: no training item has a label, so there is nothing to learn from")
    for name, modality in (("picture", "image"), ("text", "text")):
        if modality not in items.has or items.has[modality].sum() < 2:
            raise ConfigError(f"data: fewer than two training items have a {name}")
    torch.manual_seed(seed)
    torch.set_float32_matmul_precision(settings.training.precision)
    statistics = dense_statistics(items)
    image_shape, text_width = items.shapes["image"], items.shapes["text"][0]
    model: nn.Module = build_model(
        settings, tree, image_shape, text_width, bits, items.labels, statistics
    ).to(device)
    assert isinstance(model, TwoBranch)  # noqa: S101 - nn.Module.to loses the type
    data = TrainingData(
        rows={
            modality: FeatureRows(rows, device, items.variants.get(modality, ()), items.share)
            for modality, rows in items.rows.items()
        },
        present=dict(items.has),
        labels=items.labels,
        similarity=LevelSimilarity(
            items.labels, pair_weights(settings, tree, items.labels), settings.similarity.overlap
        ),
    )
    return AlternatingLoop(model, data, settings.loss, settings.training, bits, seed)


def dense_statistics(items: Items) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """Mean and deviation of the columns of each modality that has dense feature rows."""
    return {
        modality: column_statistics(rows, items.has[modality])
        for modality, rows in items.rows.items()
        if isinstance(rows, np.ndarray) and rows.ndim == 2
    }


def pair_weights(
    settings: DCMHSettings, tree: LabelTree, labels: ItemLabels
) -> NDArray[np.float64]:
    """Level weights of S: all on the leaf, all on level 1, or the scheme's."""
    if settings.similarity.pairs == "tree":
        return weights_of(
            tree, settings.similarity.level_weights, labels, "model.similarity.level_weights"
        )
    one = np.zeros(tree.depth)
    one[-1 if settings.similarity.pairs == "leaf" else 0] = 1.0
    return one


class DCMH(BitCodes):
    """A member of the family as a ``Method``.

    Args:
        settings: Its settings.
        problem: What it is made for.
        device: Where it trains.
    """

    Settings: ClassVar[type] = DCMHSettings
    needs: ClassVar[frozenset[str]] = frozenset({"image", "text", "labels"})

    def __init__(self, settings: DCMHSettings, problem: Problem, device: str = "cpu") -> None:
        self.settings, self.problem, self.device = settings, problem, device
        self.temperatures: dict[str, float] = {}
        self._model: TwoBranch | None = None

    @property
    def epochs(self) -> int:
        """See ``Method``."""
        return self.settings.training.epochs

    @property
    def model(self) -> TwoBranch:
        """The network, once it is being fitted or was loaded."""
        if self._model is None:
            raise ValueError("neither fitted nor loaded")
        return self._model

    def check(self, train: Items) -> None:
        """See ``Method``."""
        self._loop(train)

    def fit(self, train: Items, watch: Watch) -> None:
        """See ``Method``."""
        loop = self._loop(train)
        self._model = loop.model
        fit(loop, watch)

    def _loop(self, train: Items) -> AlternatingLoop:
        own = self.problem
        return build_loop(self.settings, own.tree, train, own.bits, own.seed, self.device)

    def calibrate(self, items: Items) -> None:
        """A temperature for each modality, under which the true leaves are likeliest."""
        head = self.model.head
        if head is None:
            return
        for modality in ("image", "text"):
            known = items.having(modality, np.arange(items.n))
            self.temperatures[modality] = 1.0
            if len(known):
                outputs = self.outputs({modality: items.rows[modality][known]})
                labels = items.labels.subset(known)
                self.temperatures[modality] = best_temperature(
                    lambda own, heat: level_probabilities(head, own, heat)[-1], outputs, labels
                )

    def encode(self, rows: Rows, role: Role) -> Coded:
        """See ``Method``; queries and database items are coded alike."""
        return Signs()(self.outputs(rows), only_modality(rows)[0])

    def classify(self, rows: Rows) -> Posteriors | None:
        """See ``Method``; each level's own softmax, so levels may contradict each other."""
        if self.model.head is None:
            return None
        temperature = self.temperatures.get(only_modality(rows)[0], 1.0)
        return level_probabilities(self.model.head, self.outputs(rows), temperature)

    def outputs(self, rows: Rows) -> NDArray[np.float32]:
        """Real outputs of the branch of one modality, float32 (n, K)."""
        modality, features = only_modality(rows)
        return finite_outputs(self.model.branch(modality), features, modality)

    def state(self) -> dict[str, NDArray[Any]]:
        """See ``Method``: the weights of the network."""
        return weights_as_arrays(self.model)

    def meta(self) -> dict[str, Any]:
        """See ``Method``."""
        return {"temperatures": self.temperatures}

    def load(self, state: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
        """See ``Method``."""
        # Level weights come with the stored ones; a scheme may need training labels to be built.
        settings = replace(
            self.settings,
            head=replace(self.settings.head, level_weights="uniform"),
            image=replace(self.settings.image, weights=None),
        )
        statistics = {
            modality: (torch.zeros(len(mean)), torch.ones(len(mean)))
            for modality in ("image", "text")
            if len(mean := state.get(f"{modality}.mean", np.zeros(0))) and mean.ndim == 1
        }
        shapes = self.problem.shapes
        # On the meta device nothing is allocated: shapes that are wrong cost no memory.
        with torch.device("meta"):
            model = build_model(
                settings,
                self.problem.tree,
                shapes["image"],
                shapes["text"][0],
                self.problem.bits,
                statistics=statistics,
            )
        weights = {name: torch.from_numpy(array) for name, array in state.items()}
        model.load_state_dict(weights, assign=True)
        self._model = model.eval()
        self.temperatures = dict(meta["temperatures"])

    @classmethod
    def facts(cls, settings: DCMHSettings) -> dict[str, Any]:
        """See ``Method``."""
        loss, training = settings.loss, settings.training
        return {
            "gamma": loss.gamma,
            "eta": loss.eta,
            "scale": loss.scale,
            "head_weight": loss.head_weight,
            "lr": training.lr,
            "epochs": training.epochs,
            "optimiser": training.optimiser,
            "pairs": settings.similarity.pairs,
            "head": settings.head.kind,
        }
