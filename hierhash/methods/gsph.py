"""GSPH, generalised semantic preserving hashing (Mandal et al., CVPR 2017), paired or unpaired.

Stage 1 finds codes A of pictures and B of texts: min ||q S - A B'||^2 over -1 <= A, B <= 1, q bits,
column by column, and takes their signs. Stage 2 learns each bit from features by kernel logistic
regression. S is 1 and 0 of items that share a leaf or do not, the cosine of their label vectors
(the paper's choice for items of several labels), or weighted by level. The authors' scripts
(devraj89/Generalized-Semantic-Preserving-Hashing-for-N-Label-Cross-Modal-Retrieval) hold S and A
B', n x n, and change one number at a time; numbers of a column do not bear on each other, so a
column goes at once. They also code database items by picture and text together ("unification"),
which is not to be set beside methods whose items are coded by one: here i2t, t2i have one, and i2m,
t2m the code of both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from annotated_types import Ge, Gt, Le
from numpy.typing import NDArray
from pydantic import Strict
from scipy import sparse
from scipy.linalg import cholesky, solve_triangular
from scipy.optimize import minimize
from scipy.special import expit

from hierhash.labels.items import ItemLabels
from hierhash.labels.similarity import LevelSimilarity
from hierhash.methods.linear_codes import Kernel, LinearCodes
from hierhash.methods.method import Preset
from hierhash.methods.weight_scheme import WeightScheme
from hierhash.training.fit import Watch
from hierhash.training.items import Items

Floats = NDArray[np.float64]
Times = Callable[[Floats], Floats]
JITTER = 1e-6
"""Added to the diagonal of the kernel of the bases, two of which may be alike."""


@dataclass(frozen=True)
class GSPHSettings:
    """Settings of GSPH.

    Args:
        similarity: S: ``any`` shared leaf, ``cosine`` of leaves, or ``levels``.
        level_weights: Scheme of the weights of ``levels``; None takes the tree's, else uniform.
        anchors: Training items that the kernel compares with (500 in the paper).
        sigma: Width of the kernel, in units of the root mean squared distance.
        penalty: C of the logistic regression.
        iterations: Most turns over A and B (100 in the paper).
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    similarity: Literal["any", "cosine", "levels"] = "cosine"
    level_weights: WeightScheme = None
    anchors: Annotated[int, Strict(), Ge(1), Le(500)] = 500
    sigma: Annotated[float, Gt(0)] = 1.0
    penalty: Annotated[float, Gt(0)] = 0.01
    iterations: Annotated[int, Strict(), Ge(1), Le(10_000)] = 100


class GSPH(LinearCodes):
    """GSPH as a ``Method``; items without a label teach nothing, others by what they have.

    Nor does an item of an inner node where S is that of leaves (``any``, ``cosine``): it would be
    taught as similar to nothing, not even to itself.

    Memory: n x anchors float64 of one modality at a time, and a few n x K. S is known by its
    products alone.
    """

    Settings: ClassVar[type] = GSPHSettings
    fuses: ClassVar[bool] = True

    def fit(self, train: Items, watch: Watch) -> None:
        """See ``Method``."""
        own, rng = self.settings, np.random.default_rng(self.problem.seed)
        labels = train.labels
        taught = labels.labelled if own.similarity == "levels" else labels.leaf_known
        train = train.subset(np.flatnonzero(taught))
        times = similarity(train.labels, own.similarity, self.level_weights(train))
        image, text = (np.flatnonzero(train.has[one]) for one in ("image", "text"))
        start = rng.uniform(-1, 1, (2, train.n, self.problem.bits))
        found = codes(
            times, train.n, (image, text), (start[0][image], start[1][text]), own.iterations
        )
        sizes: dict[str, float] = {}
        for one, at, bits in zip(("image", "text"), (image, text), found, strict=True):
            features = train.rows[one][at]
            kernel = Kernel.sampled(features, own.anchors, own.sigma, rng, centred=False)
            rows = kernel.rows(features)
            weights = logistic(rows, kernel.rows(kernel.anchors), bits, own.penalty)
            sizes[one] = self.learnt(one, kernel, rows, weights)
        # One scale for both: the bit of picture and text together, sign(p1 - (1 - p1) + p2 -
        # (1 - p2)) of their chances p of a +1, is the sign of the sum of their outputs.
        for one, size in sizes.items():
            self.weights[one] *= np.float32(size / np.sqrt(np.mean(np.square([*sizes.values()]))))

    @classmethod
    def facts(cls, settings: GSPHSettings) -> dict[str, Any]:
        """See ``Method``."""
        names = ("similarity", "anchors", "sigma", "penalty")
        return {name: getattr(settings, name) for name in names}


def similarity(labels: ItemLabels, kind: str, weights: Floats) -> Times:
    """The product of S, n x n, with (n, k), in O(n k) for each level."""
    if kind == "cosine":
        items, classes, counts = labels.multi_hot_rows(labels.depth)
        values = 1 / np.sqrt(counts[items])
        vectors = sparse.csr_array((values, (items, classes)), shape=(labels.n, classes.max() + 1))
        return lambda values: np.asarray(vectors @ (vectors.T @ values))
    leaf = np.eye(labels.depth)[-1]
    return LevelSimilarity(labels, weights if kind == "levels" else leaf).dot


def codes(
    times: Times,
    n: int,
    at: tuple[NDArray[np.int64], NDArray[np.int64]],
    start: tuple[Floats, Floats],
    iterations: int,
    tolerance: float = 1e-6,
) -> tuple[Floats, Floats]:
    """Stage 1: A (n1, q) and B (n2, q) of -1 and +1.

    Args:
        times: The product with S of all n items.
        n: Number of items.
        at: The items that have a picture, and those that have a text.
        start: A and B to start from.
        iterations: Most turns.
        tolerance: It ends where the objective falls by less than so much of itself.
    """
    A, B = start[0].copy(), start[1].copy()
    last = np.inf
    for _ in range(iterations):
        columns(A, B, product(times, n, at, B))
        towards = product(times, n, (at[1], at[0]), A)
        columns(B, A, towards)
        # Of ||q S - A B'||^2 all but the constant.
        value = float(((A.T @ A) * (B.T @ B)).sum() - 2 * B.shape[1] * (B * towards).sum())
        if last - value <= tolerance * abs(value):
            break
        last = value
    return np.where(A >= 0, 1.0, -1.0), np.where(B >= 0, 1.0, -1.0)


def product(
    times: Times, n: int, at: tuple[NDArray[np.int64], NDArray[np.int64]], B: Floats
) -> Floats:
    """S B of the items at[0] by those at[1], which the rows of B are."""
    whole = np.zeros((n, B.shape[1]))
    whole[at[1]] = B
    return np.asarray(times(whole)[at[0]])


def columns(A: Floats, B: Floats, SB: Floats) -> None:
    """Each column of A in turn becomes the best between -1 and 1, all else as it is."""
    q, inner = B.shape[1], B.T @ B
    for bit in range(q):
        if inner[bit, bit] > 0:
            # (A B' - q S - a b') b, of which nothing n x n is needed.
            rest = A @ inner[:, bit] - q * SB[:, bit] - A[:, bit] * inner[bit, bit]
            A[:, bit] = np.clip(-rest / inner[bit, bit], -1, 1)


def logistic(rows: NDArray[Any], bases: NDArray[Any], bits: Floats, penalty: float) -> Floats:
    """Stage 2: the least w of sum log(1 + exp(-h k'w)) + C w'K0 w, for every bit at once.

    Args:
        rows: (n, m), the kernel of items and bases.
        bases: (m, m), K0, the kernel of the bases.
        bits: (n, q) of -1 and +1.
        penalty: C.

    Returns:
        float64 (m, q).
    """
    root = cholesky(bases + JITTER * np.eye(len(bases)), lower=True)  # K0 = root root', v = root'w
    turned = solve_triangular(root, rows.T.astype(np.float64), lower=True).T
    shape = len(bases), bits.shape[1]

    def loss(flat: Floats) -> tuple[float, Floats]:
        v = flat.reshape(shape)
        margins = bits * (turned @ v)
        value = np.logaddexp(0, -margins).sum() + penalty * (v**2).sum()
        slope = turned.T @ (-bits * expit(-margins)) + 2 * penalty * v
        return float(value), slope.ravel()

    best = minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B")
    return np.asarray(solve_triangular(root, best.x.reshape(shape), lower=True, trans="T"))


PRESET = Preset(
    GSPH,
    GSPHSettings(),
    trials=(
        {"model.penalty": 0.01},
        {"model.penalty": 0.001},
        {"model.penalty": 0.1},
        {"model.penalty": 0.01, "model.sigma": 0.5},
        {"model.penalty": 0.001, "model.sigma": 0.5},
        {"model.penalty": 0.01, "model.sigma": 2.0},
    ),
)
