"""DCH, discrete cross-modal hashing (Xu et al., TIP 2017): codes that a linear classifier reads.

min ||Y - W'B||^2 + lambda ||W||^2 + mu sum_m (||B - P_m'X_m||^2 + rho ||P_m||^2) over B of -1 and
+1 (the paper's objective; Y holds labels, X_m kernel rows), in turns: its W step and P step are
ridge regressions, its B step finds one bit given the others (discrete cyclic coordinate descent),
and nothing is relaxed. The scripts in circulation (BMC-SDNU/Cross-Modal-Hashing-Retrieval) have the
turns over bits commented out: they solve for a real B and take its signs, and with mu = 0, so that
no feature bears on B.

With ``labels: levels`` the rows of Y are the classes of all levels, those of level l times the root
of its weight: a code then lies near those of its class's parents, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from annotated_types import Ge, Gt, Le
from numpy.typing import NDArray
from pydantic import Strict
from scipy import sparse

from hierhash.labels.items import ItemLabels
from hierhash.methods.linear_codes import Kernel, LinearCodes
from hierhash.methods.method import Preset
from hierhash.methods.weight_scheme import WeightScheme
from hierhash.training.fit import Watch
from hierhash.training.items import Items

Floats = NDArray[np.float64]
Positive = Annotated[float, Gt(0)]


@dataclass(frozen=True)
class DCHSettings:
    """Settings of DCH.

    Args:
        labels: What Y holds: ``leaf``, as in the paper, or ``levels``.
        level_weights: Scheme of the weights of ``levels``; None takes the tree's, else uniform.
        anchors: Training items that an RBF kernel compares with; 0 takes the features themselves.
        sigma: Width of the kernel, in units of the root mean squared distance.
        ridge: lambda.
        feature_ridge: rho.
        mu: How much the features bear on B.
        iterations: Turns of W, P and B (5 in the scripts).
        sweeps: Most turns over all bits in one turn of B.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    labels: Literal["leaf", "levels"] = "leaf"
    level_weights: WeightScheme = None
    anchors: Annotated[int, Strict(), Ge(0), Le(1000)] = 1000
    sigma: Positive = 1.0
    ridge: Positive = 1.0
    feature_ridge: Positive = 0.01
    mu: Annotated[float, Ge(0)] = 1e-5
    iterations: Annotated[int, Strict(), Ge(1), Le(1000)] = 5
    sweeps: Annotated[int, Strict(), Ge(1), Le(1000)] = 10


class DCH(LinearCodes):
    """DCH as a ``Method``; items without a leaf teach nothing, others by what they have.

    Memory: n x anchors float32 of each modality (n x d without anchors), and an anchors x anchors
    matrix. A turn over the bits takes O(n K^2).
    """

    Settings: ClassVar[type] = DCHSettings

    def fit(self, train: Items, watch: Watch) -> None:
        """See ``Method``."""
        own, rng = self.settings, np.random.default_rng(self.problem.seed)
        train = train.subset(np.flatnonzero(train.labels.leaf_known))
        Y = label_rows(train.labels, self.problem.sizes, self.level_weights(train), own.labels)
        sides, kernels = {}, {}
        for one, has in train.has.items():
            at = np.flatnonzero(has)
            features = train.rows[one][at]
            kernels[one] = Kernel.sampled(features, own.anchors, own.sigma, rng)
            sides[one] = Side(at, kernels[one].rows(features), own.feature_ridge)
        B = rng.choice([-1.0, 1.0], size=(train.n, self.problem.bits))
        for _ in range(own.iterations):
            before = B.copy()
            W = classifier(B, Y, own.ridge)
            Q = Y @ W.T
            for side in sides.values() if own.mu else ():
                Q[side.at] += own.mu * (side.X @ side.ridge(B))
            B = discrete(B, Q, W @ W.T, own.sweeps)
            if np.array_equal(B, before):
                break
        for one, side in sides.items():
            self.learnt(one, kernels[one], side.X, side.ridge(B))

    @classmethod
    def facts(cls, settings: DCHSettings) -> dict[str, Any]:
        """See ``Method``."""
        names = ("labels", "anchors", "sigma", "mu", "iterations")
        return {name: getattr(settings, name) for name in names}


class Side:
    """A modality: which items have it, their centred rows X, and regressions on them.

    Args:
        at: Items that have it.
        X: float32 (m, width).
        ridge: rho.
    """

    def __init__(self, at: NDArray[np.int64], X: NDArray[np.float32], ridge: float) -> None:
        self.at, self.X = at, X
        self._inner = (X.T @ X).astype(np.float64) + ridge * np.eye(X.shape[1])

    def ridge(self, B: Floats) -> Floats:
        """P, (width, K): the least ||B - X P||^2 + rho ||P||^2 over the items that have it."""
        return np.asarray(np.linalg.solve(self._inner, self.X.T @ B[self.at]))


def label_rows(labels: ItemLabels, sizes: list[int], weights: Floats, kind: str) -> Any:
    """Y, sparse (n, classes): 1 for an item's leaves, or sqrt(w_l) for its classes of level l."""
    levels = range(1, labels.depth + 1) if kind == "levels" else [labels.depth]
    parts = []
    for level in levels:
        items, classes, _ = labels.multi_hot_rows(level)
        value = np.sqrt(weights[level - 1]) if kind == "levels" else 1.0
        shape = (labels.n, sizes[level - 1])
        parts.append(sparse.csr_array((np.full(len(items), value), (items, classes)), shape=shape))
    return sparse.hstack(parts, format="csr")


def classifier(B: Floats, Y: Any, ridge: float) -> Floats:
    """W, (K, classes): the least ||Y - B W||^2 + lambda ||W||^2."""
    inner = B.T @ B + ridge * np.eye(B.shape[1])
    return np.asarray(np.linalg.solve(inner, (Y.T @ B).T))


def discrete(B: Floats, Q: Floats, inner: Floats, sweeps: int) -> Floats:
    """B bit by bit: b = sign(q - B_others (W W')_others,b), until no bit of any item changes.

    Args:
        B: (n, K) of -1 and +1, where it starts.
        Q: (n, K), Y W' + mu X P.
        inner: (K, K), W W'.
        sweeps: Most turns over all bits.
    """
    B, others = B.copy(), inner - np.diag(np.diag(inner))
    for _ in range(sweeps):
        before = B.copy()
        for bit in range(B.shape[1]):
            B[:, bit] = np.where(Q[:, bit] - B @ others[:, bit] >= 0, 1.0, -1.0)
        if np.array_equal(B, before):
            break
    return B


PRESET = Preset(
    DCH,
    DCHSettings(),
    trials=(
        {"model.mu": 1e-5},
        {"model.mu": 1e-3},
        {"model.mu": 3e-3},
        {"model.mu": 1e-3, "model.sigma": 0.5},
        {"model.mu": 3e-3, "model.sigma": 0.7},
        {"model.mu": 1e-3, "model.feature_ridge": 0.001},
        {"model.mu": 1e-3, "model.feature_ridge": 0.1},
        {"model.mu": 1e-3, "model.anchors": 0, "model.feature_ridge": 1.0},
    ),
)
