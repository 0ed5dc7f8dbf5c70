"""Tree centres: a code of -1 and +1 for every leaf, whose products follow the tree.

Wanted is <c_u, c_v> = K S_uv with S_uv = sum_l w_l [u and v share their class of level l], and no
two leaves nearer than ``least`` bits. The weighted squared error of all pairs is lowered bit by
bit: with bit b taken out, what is left to explain is R, and z'Rz grows while z moves to the signs
of Rz.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

ROUNDS, RESTARTS = 40, 4
TOO_NEAR = np.float32(8)
SHARES = (1.0, 0.5, 0.25, 0.1)
FEW_LEAVES = 500
"""Above this one start and few rounds are enough, and all that there is time for."""


def tree_centres(
    ancestors: NDArray[np.integer[Any]],
    weights: NDArray[np.float64],
    lengths: Sequence[int],
    seed: int = 0,
) -> NDArray[np.int8]:
    """Centres of all leaves, whose first bits are centres by themselves at several lengths.

    They are built in stages, one a length. In each the bits of the earlier ones stand; of several
    starts the one without doubles and of least error is kept. Pairs count so that every level of
    the tree has the same say, and eight times where they are nearer than four fifths of what
    siblings want. Memory: five arrays of leaves x leaves.

    Args:
        ancestors: int (L, leaves), the class of each leaf at each level.
        weights: (L,), level weights, summing to 1, or (stages, L), those of each length.
        lengths: Rising lengths that are centres by themselves, the last one K (``stages``).
        seed: Of the starts.

    Returns:
        int8 (leaves, K) of -1 and +1.

    Example:
        >>> centres = tree_centres(np.array([[0, 0, 1], [0, 1, 2]]), np.array([0.5, 0.5]), [32])
        >>> near, far = centres[0] @ centres[1], centres[0] @ centres[2]
        >>> bool(near > 8 > abs(int(far)))
        True
    """
    same = [level[:, None] == level[None, :] for level in ancestors]
    shared: NDArray[np.int64] = np.stack(same).sum(axis=0)
    balance = _balance(shared)
    rng = np.random.default_rng(seed)
    centres = np.zeros((len(shared), 0), dtype=np.float32)
    for length, own in zip(lengths, each_stage(weights, lengths), strict=True):
        likeness = np.zeros(shared.shape, dtype=np.float32)
        for weight, level in zip(own, same, strict=True):
            likeness += np.float32(weight) * level
        centres = _longer(centres, length, _Goal(likeness, balance, least_apart(own)), rng)
    return centres.astype(np.int8)


def each_stage(weights: NDArray[np.float64], lengths: Sequence[int]) -> NDArray[np.float64]:
    """Level weights of each length, (stages, L), of those for all or of one row a length.

    Example:
        >>> each_stage(np.array([0.5, 0.5]), [16, 32]).shape
        (2, 2)
    """
    return np.broadcast_to(weights, (len(lengths), weights.shape[-1]))


def stages(bits: int) -> list[int]:
    """The lengths at which a code of so many bits is a code by itself.

    Example:
        >>> stages(128), stages(24), stages(8)
        ([16, 32, 64, 128], [16, 24], [8])
    """
    lengths = [length for length in (16 * 2**power for power in range(24)) if length < bits]
    return [*lengths, bits]


def least_apart(weights: NDArray[np.float64]) -> float:
    """Bits that should lie between any two leaves, as a share of all bits.

    Two fifths of the leaf level's weight: siblings want half of it.

    Example:
        >>> least_apart(np.array([0.5, 0.5]))
        0.2
    """
    return 0.4 * float(weights[-1])


@dataclass(frozen=True)
class _Goal:
    """What products of centres should be, per bit.

    Args:
        likeness: (n, n), S.
        balance: (n, n), weight of each pair.
        least: Bits between any two leaves, as a share of all.
    """

    likeness: Matrix
    balance: Matrix
    least: float


def _longer(done: Matrix, bits: int, goal: _Goal, rng: np.random.Generator) -> Matrix:
    """``done`` with further bits up to a length: the best of several starts."""
    leaves = len(done)
    few = leaves <= FEW_LEAVES
    best: tuple[tuple[int, float], Matrix] | None = None
    for _ in range(RESTARTS if few else 1):
        fresh = np.where(rng.standard_normal((leaves, bits - done.shape[1])) >= 0, 1, -1)
        found = np.concatenate([done, fresh.astype(np.float32)], axis=1)
        _improve(found, done.shape[1], goal, ROUNDS if few else 6, rng)
        products = found @ found.T
        error = (goal.balance * (bits * goal.likeness - products) ** 2).sum()
        key = (_doubles(products, bits), float(error))
        if best is None or key < best[0]:
            best = key, found
    assert best is not None  # noqa: S101 - there is at least one start
    return best[1]


def _balance(shared: NDArray[np.int64]) -> Matrix:
    """Weight of each pair: all pairs that share so many levels weigh 1 together; none to itself."""
    counts = np.bincount(shared.ravel(), minlength=int(shared.max()) + 1).astype(np.float64)
    counts[-1] -= len(shared)
    balance: Matrix = (len(shared) / np.maximum(counts, 1))[shared].astype(np.float32)
    np.fill_diagonal(balance, 0)
    return balance


def _doubles(products: Matrix, bits: int) -> int:
    return int((products >= bits).sum() - len(products)) // 2


def _improve(
    centres: Matrix, first: int, goal: _Goal, rounds: int, rng: np.random.Generator
) -> None:
    """Moves the bits from ``first`` on, in place, until hardly any moves."""
    bits = centres.shape[1]
    products = centres @ centres.T
    for _ in range(rounds):
        near = (bits - products) < 2 * goal.least * bits
        pull = goal.balance * np.where(near, TOO_NEAR, np.float32(1))
        open_error = pull * (bits * goal.likeness - products)
        changed = 0
        for bit in first + rng.permutation(bits - first):
            old = centres[:, bit].copy()
            new = _better(old, open_error, pull, rng)
            if (new != old).any():
                changed += 1
                step = np.outer(new, new) - np.outer(old, old)
                products += step
                open_error -= pull * step
                centres[:, bit] = new
        if changed <= (bits - first) // 50:
            break


def _better(old: Matrix, open_error: Matrix, pull: Matrix, rng: np.random.Generator) -> Matrix:
    """A bit z of larger z'Rz, with R = open_error + pull * old old' (the bit taken out)."""

    def left(z: Matrix) -> Matrix:
        return np.asarray(open_error @ z + old * (pull @ (old * z)))

    best, force = old, left(old)
    value = float(best @ force)
    for _ in range(6):
        signs = np.where(force > 0, 1, np.where(force < 0, -1, best)).astype(np.float32)
        for share in SHARES:  # all at once may overshoot
            tried = np.where(rng.random(len(best)) < share, signs, best)
            pushed = left(tried)
            if float(tried @ pushed) > value + 1e-4 * abs(value):
                best, force, value = tried, pushed, float(tried @ pushed)
                break
        else:
            break
    return best
