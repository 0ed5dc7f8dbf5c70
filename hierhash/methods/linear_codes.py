"""What shallow methods have in common whose bits are signs of linear functions of feature rows.

Each modality's features go through an RBF kernel with sampled items, its anchors, or stay as they
are; then they are centred. A bit is the sign of a weighted sum of these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.coded import Coded
from hierhash.codes.coding import Signs
from hierhash.errors import ConfigError
from hierhash.methods.bit_codes import BitCodes
from hierhash.methods.method import Problem, Role, Rows
from hierhash.methods.weight_scheme import weights_of
from hierhash.training.items import Items, blocks

Floats = NDArray[np.float32]
NAMES = ("anchors", "gamma", "mean", "weights")


@dataclass(frozen=True, eq=False)
class Kernel:
    """k(x, a) = exp(-gamma |x - a|^2) of every anchor a, less its mean; without anchors x itself.

    Args:
        anchors: float32 (m, d); m of 0 keeps the features.
        gamma: Of the kernel.
        mean: (m,), or (d,) without anchors: what is taken off.
    """

    anchors: Floats
    gamma: float
    mean: NDArray[Any]

    @classmethod
    def sampled(
        cls, features: Any, count: int, sigma: float, rng: np.random.Generator, centred: bool = True
    ) -> Kernel:
        """A kernel whose anchors are some of the items (n, d), drawn by ``rng``.

        Args:
            features: Of the training items.
            count: Anchors; all items where they are fewer, 0 for none.
            sigma: Width of the kernel, exp(-|x - a|^2 / (2 sigma^2 s^2)), in units of s, where s^2
                is the mean squared distance of items and anchors.
            rng: Draws the anchors.
            centred: Take the mean off.
        """
        n = features.shape[0]
        drawn = np.sort(rng.permutation(n)[:count])
        kernel = cls(_dense(features[drawn]), 0.0, np.zeros(len(drawn) or features.shape[1]))
        if count:
            apart = sum(_squares(features[block], kernel.anchors).sum() for block in blocks(n))
            mean_square = float(apart) / (n * len(drawn)) or 1.0
            kernel = replace(kernel, gamma=1 / (2 * sigma**2 * mean_square))
        if centred:
            sums = sum(kernel.rows(features[block]).sum(axis=0) for block in blocks(n))
            kernel = replace(kernel, mean=sums / n)
        return replace(kernel, mean=kernel.mean.astype(np.float32))

    def rows(self, features: Any) -> Floats:
        """float32 (n, m) of features (n, d)."""
        found = np.zeros((features.shape[0], len(self.mean)), dtype=np.float32)
        for block in blocks(features.shape[0]):
            if len(self.anchors):
                found[block] = np.exp(-self.gamma * _squares(features[block], self.anchors))
            else:
                found[block] = _dense(features[block])
        found -= self.mean.astype(np.float32)
        return found


class LinearCodes(BitCodes):
    """All of a method but ``fit``, which gives ``kernels`` and ``weights``.

    A query is the outputs divided by their root mean square over the training items, cut to -1..1.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"image", "text", "labels"})
    epochs = 0

    def __init__(self, settings: Any, problem: Problem, device: str = "cpu") -> None:
        self.settings, self.problem = settings, problem
        self.kernels: dict[str, Kernel] = {}
        self.weights: dict[str, Floats] = {}
        """By modality float32 (m, K)."""

    def check(self, train: Items) -> None:
        """See ``Method``."""
        for modality in ("image", "text"):
            if modality not in train.has or not train.has[modality].any():
                raise ConfigError(f"data: no training item has this modality: {modality}")
            if len(train.shapes[modality]) != 1:
                raise ConfigError(
                    "features.image.name: pixels, and the method reads feature rows; choose "
                    "another, such as efficientnet_lite0"
                )
        if not train.labels.leaf_known.any():
            raise ConfigError("data: no training item has a known leaf")
        self.level_weights(train)

    def level_weights(self, train: Items) -> NDArray[np.float64]:
        """The weights of the levels, as the settings name them."""
        own = self.settings.level_weights
        return weights_of(self.problem.tree, own, train.labels, "model.level_weights")

    def learnt(self, modality: str, kernel: Kernel, rows: Floats, weights: NDArray[Any]) -> float:
        """Takes over a modality's kernel and weights (m, K), divided by the size that it gives.

        The size is the root mean square of the outputs of ``rows``.
        """
        size = float(np.sqrt(np.mean((rows @ weights.astype(np.float32)) ** 2))) or 1.0
        self.kernels[modality], self.weights[modality] = kernel, (weights / size).astype(np.float32)
        return size

    def outputs(self, rows: Rows) -> Floats:
        """float32 (n, K); of several modalities the sum."""
        parts = [self.kernels[one].rows(rows[one]) @ self.weights[one] for one in rows]
        return np.asarray(np.sum(parts, axis=0), dtype=np.float32)

    def encode(self, rows: Rows, role: Role) -> Coded:
        """See ``Method``."""
        if len(rows) > 1 and not self.fuses:
            raise ValueError("give one modality: there is no fusion")
        return Signs()(self.outputs(rows), next(iter(rows)))

    def state(self) -> dict[str, NDArray[Any]]:
        """See ``Method``."""
        found: dict[str, NDArray[Any]] = {}
        for one, kernel in self.kernels.items():
            parts = kernel.anchors, np.array([kernel.gamma]), kernel.mean, self.weights[one]
            found |= {f"{one}.{name}": part for name, part in zip(NAMES, parts, strict=True)}
        return found

    def meta(self) -> dict[str, Any]:
        """See ``Method``: texts are read by the method itself."""
        return {"temperatures": {}, "coding": None}

    def load(self, state: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
        """See ``Method``."""
        for one in ("image", "text"):
            anchors, gamma, mean, weights = (state[f"{one}.{name}"] for name in NAMES)
            [width] = self.problem.shapes[one]
            whole = anchors.shape[1:] == (width,) and len(mean) == (len(anchors) or width)
            if not whole or weights.shape != (len(mean), self.problem.bits):
                raise ValueError(f"anchors or weights of {one} are of another shape")
            self.kernels[one] = Kernel(anchors, float(gamma[0]), mean)
            self.weights[one] = weights


def _squares(features: Any, anchors: Floats) -> NDArray[np.float64]:
    from sklearn.metrics.pairwise import euclidean_distances

    return np.asarray(euclidean_distances(features, anchors, squared=True))


def _dense(features: Any) -> Floats:
    whole = features.toarray() if hasattr(features, "toarray") else features
    return np.asarray(whole, dtype=np.float32)
