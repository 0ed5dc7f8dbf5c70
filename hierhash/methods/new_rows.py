"""Rows of a softmax head for new leaves, fitted from few items while all old rows stay.

A row begins at its class mean and is then the least of a convex loss in itself alone: the softmax
over all leaves of the new items and of the old leaves' mean outputs, with a pull to where it began.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp

PULL = 0.3
"""Chosen on validation items: 1 brings new leaves less, 0.1 costs old ones more."""
Floats = NDArray[np.float64]
Rows = tuple[Floats, Floats]


@dataclass(frozen=True)
class Examples:
    """What the rows of new leaves are fitted to: outputs of a network and whose they are.

    Args:
        outputs: float64 (m, width), each divided by its modality's temperature.
        heat: float64 (m,), 1 / temperature, which biases are multiplied by.
        new: int64 (m,), the new leaf's number, or -1 of an old leaf's mean.
        weight: float64 (m,), how much each counts.
    """

    outputs: Floats
    heat: Floats
    new: NDArray[np.int64]
    weight: Floats


def class_mean_rows(means: Floats, old_means: Floats, old: Rows) -> Rows:
    """Rows along class means, as long and as biased as the old ones are on average.

    Only differences between rows bear on a softmax, so directions are taken from the mean row and
    the mean of the means (weight imprinting, Qi, Brown & Lowe, CVPR 2018, but not normalised).

    Args:
        means: float64 (new, width), mean output of each new leaf.
        old_means: float64 (old, width), those of the old leaves.
        old: Rows (old, width) and biases (old,) of the head.

    Returns:
        float64 (new, width) and (new,).

    Example:
        >>> eye = np.eye(2)
        >>> rows, biases = class_mean_rows(np.array([[2.0, 2.0]]), eye, (4 * eye, np.zeros(2)))
        >>> rows.round(2).tolist(), biases.tolist()
        ([[4.0, 4.0]], [0.0])
    """
    weight, bias = old
    centre, middle = weight.mean(axis=0), old_means.mean(axis=0)
    length = np.linalg.norm(weight - centre, axis=1).mean()
    away = means - middle
    away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-12)
    return centre + length * away, np.full(len(means), bias.mean())


def loss_of_rows(rows: Rows, start: Rows, old: Rows, examples: Examples, pull: float) -> float:
    """The loss that ``fitted_rows`` lowers, convex in ``rows``.

    Example:
        >>> one = Examples(np.ones((1, 1)), np.ones(1), np.zeros(1, np.int64), np.ones(1))
        >>> zero = np.zeros((1, 1)), np.zeros(1)
        >>> round(loss_of_rows(zero, zero, zero, one, 0.0), 3)  # two leaves alike
        0.693
    """
    return _loss(rows, start, _base(old, examples), examples, pull)[0]


def fitted_rows(start: Rows, old: Rows, examples: Examples, pull: float = PULL) -> Rows:
    """The rows of new leaves with the least loss; the old ones stay.

    sum of weight x -log softmax over all leaves + pull / 2 x squared distance from the start.

    Args:
        start: Where they begin, float64 (new, width) and (new,).
        old: The old rows and biases.
        examples: Of new leaves and old ones.
        pull: How much the start counts.

    Returns:
        float64 (new, width) and (new,).
    """
    base, shape = _base(old, examples), start[0].shape

    def split(flat: Floats) -> Rows:
        return flat[: start[0].size].reshape(shape), flat[start[0].size :]

    def value(flat: Floats) -> tuple[float, Floats]:
        loss, (rows, biases) = _loss(split(flat), start, base, examples, pull)
        return loss, np.concatenate([rows.ravel(), biases])

    first = np.concatenate([start[0].ravel(), start[1]])
    return split(np.asarray(minimize(value, first, jac=True, method="L-BFGS-B").x))


def _base(old: Rows, examples: Examples) -> Floats:
    """What the old leaves add to the softmax of each example, as a logarithm."""
    weight, bias = old
    logits = examples.outputs @ weight.T + examples.heat[:, None] * bias
    return np.asarray(logsumexp(logits, axis=1))


def _loss(
    rows: Rows, start: Rows, base: Floats, examples: Examples, pull: float
) -> tuple[float, Rows]:
    """The loss up to what the old leaves' own logits add, and its gradient."""
    weight, bias = rows
    logits = examples.outputs @ weight.T + examples.heat[:, None] * bias
    total = np.logaddexp(base, logsumexp(logits, axis=1))
    own = (examples.new[:, None] == np.arange(len(bias))).astype(np.float64)
    away = weight - start[0], bias - start[1]
    loss = examples.weight @ (total - (own * logits).sum(axis=1))
    loss += pull / 2 * ((away[0] ** 2).sum() + (away[1] ** 2).sum())
    open_ = examples.weight[:, None] * (np.exp(logits - total[:, None]) - own)
    gradient = open_.T @ examples.outputs + pull * away[0]
    return float(loss), (gradient, open_.T @ examples.heat + pull * away[1])
