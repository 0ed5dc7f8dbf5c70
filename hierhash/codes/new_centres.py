"""Tree centres of new leaves beside those that are there and stay as they are.

A new leaf's centre z has the products with the others that ``tree_centres`` aims at: the least

    J(z) = sum_v W_v pull_v (K S_v - <z, c_v>)^2,

W giving each level of agreement the same say and pull being 8 for leaves that z is too near to.
Bits are flipped one at a time, always the one that lowers J most, until none does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.tree_centres import TOO_NEAR, each_stage, least_apart

STARTS = 8
Floats = NDArray[np.float64]


def with_new_centres(
    centres: NDArray[np.int8],
    place: NDArray[np.int64],
    ancestors: NDArray[np.integer[Any]],
    weights: NDArray[np.float64],
    lengths: Sequence[int],
    seed: int = 0,
) -> NDArray[np.int8]:
    """Centres of all leaves of a grown tree; those of the old ones are the given ones.

    New leaves are placed in their order, each beside the old ones and the new ones before it, in
    stages, so that a prefix at one of the lengths is what an extension of that prefix gives. A
    centre that another leaf has already is taken only where every single flip leads to another
    leaf's, too. Memory: of one leaf (leaves, K) float64.

    Args:
        centres: int8 (old leaves, K) of -1 and +1.
        place: int64 (leaves,), the row in ``centres`` of each leaf, -1 of a new one.
        ancestors: int (L, leaves), the class of each leaf at each level of the grown tree.
        weights: (L,) or (stages, L), level weights that the old centres were made with.
        lengths: Rising lengths that are centres by themselves, the last one K.
        seed: Of the starts.

    Returns:
        int8 (leaves, K) of -1 and +1.

    Example:
        >>> old = np.array([[1, 1, 1, 1, 1, 1, 1, 1], [-1, -1, -1, -1, 1, 1, 1, 1]], dtype=np.int8)
        >>> tree = np.array([[0, 0, 1], [0, 1, 2]])
        >>> all_three = with_new_centres(old, np.array([0, -1, 1]), tree, np.array([0.5, 0.5]), [8])
        >>> (all_three @ all_three.T)[1].tolist()
        [4, 8, 0]
    """
    found = np.zeros((len(place), lengths[-1]), dtype=np.float64)
    known = place >= 0
    found[known] = centres[place[known]]
    by_stage = each_stage(weights, lengths)
    for number, leaf in enumerate(np.flatnonzero(~known).tolist()):
        same = ancestors[:, known] == ancestors[:, [leaf]]
        likeness, balance = by_stage @ same, _balance(same.sum(axis=0))
        first = 0
        for stage, length in enumerate(lengths):
            others = found[known, :length]
            rng = np.random.default_rng([seed, len(centres) + number, length])
            wanted, least = length * likeness[stage], least_apart(by_stage[stage])
            found[leaf, :length] = _placed(found[leaf, :first], others, wanted, balance, least, rng)
            first = length
        known = known | (np.arange(len(place)) == leaf)
    return found.astype(np.int8)


def open_error(
    products: Floats, wanted: Floats, balance: Floats, bits: int, least: float
) -> Floats:
    """What a centre's products leave open: the objective J, infinite for a leaf's double.

    Args:
        products: (..., others), <z, c_v>.
        wanted: (others,), K S_v.
        balance: (others,), W.
        bits: K.
        least: Bits between any two leaves, as a share of all.

    Returns:
        float64 (...).

    Example:
        >>> zero, one = np.zeros(1), np.ones(1)
        >>> [float(open_error(p * one, zero, one, 8, 0.25)) for p in (2.0, 6.0, 8.0)]
        [4.0, 288.0, inf]
    """
    pull = np.where(bits - products < 2 * least * bits, float(TOO_NEAR), 1.0)
    error = (balance * pull * (wanted - products) ** 2).sum(axis=-1)
    return np.where((products >= bits).any(axis=-1), np.inf, error)


def _balance(shared: NDArray[np.int64]) -> Floats:
    """Weight of each other leaf: all that share so many levels weigh 1 together."""
    counts = np.bincount(shared)
    return np.asarray(1.0 / counts[shared])


def _placed(
    done: Floats,
    others: Floats,
    wanted: Floats,
    balance: Floats,
    least: float,
    rng: np.random.Generator,
) -> Floats:
    """A centre that goes on from ``done``: the best of several starts."""
    bits, first = others.shape[1], len(done)
    best, least_error = np.zeros(0), np.inf
    for _ in range(STARTS):
        tried = np.concatenate([done, np.where(rng.random(bits - first) < 0.5, -1.0, 1.0)])
        error = _flip_while_it_helps(tried, first, others, wanted, balance, least)
        if error < least_error or not len(best):
            best, least_error = tried, error
    return best


def _flip_while_it_helps(
    centre: Floats, first: int, others: Floats, wanted: Floats, balance: Floats, least: float
) -> float:
    """Flips bits from ``first`` on, in place, to a local optimum; returns its error."""
    bits = len(centre)
    products = others @ centre
    error = float(open_error(products, wanted, balance, bits, least))
    while True:
        # Row b: the products with bit b flipped.
        flipped = products - 2 * (centre * others)[:, first:].T
        errors = open_error(flipped, wanted, balance, bits, least)
        bit = int(errors.argmin())
        # Every flip is by whole numbers, so an error that is lower is lower by more than rounding.
        if not errors[bit] < error * (1 - 1e-12):
            return error
        centre[first + bit] *= -1
        products, error = flipped[bit], float(errors[bit])
