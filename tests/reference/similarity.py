"""Literal slow versions of similarity and relevance: the oracle of the fast ones.

An item is a list of its label paths. Everything is written as the formulas say, pair by pair.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

Path = tuple[str, ...]
Item = Sequence[Path]


def ancestors(item: Item, level: int, depth: int, childless: set[Path]) -> set[Path]:
    """The item's classes at a level: a childless node goes on below itself, an inner one ends."""
    found = set()
    for path in item:
        if len(path) >= level:
            found.add(path[:level])
        elif path in childless:
            found.add(path)
    assert 1 <= level <= depth
    return found


def level_similarity(a: set[Path], b: set[Path], overlap: str) -> float:
    if not a or not b:
        return 0.0
    if overlap == "any":
        return 1.0 if a & b else 0.0
    return len(a & b) / len(a | b)


def similarity(
    items: Sequence[Item], weights: Sequence[float], childless: set[Path], overlap: str
) -> np.ndarray:
    """S, pair by pair."""
    depth = len(weights)
    S = np.zeros((len(items), len(items)))
    for i, one in enumerate(items):
        for j, other in enumerate(items):
            if i == j:
                S[i, j] = 1.0
                continue
            for level in range(1, depth + 1):
                a = ancestors(one, level, depth, childless)
                b = ancestors(other, level, depth, childless)
                S[i, j] += weights[level - 1] * level_similarity(a, b, overlap)
    return S


def one_level(items: Sequence[Item], level: int, depth: int, childless: set[Path], overlap: str):
    """S of a single level, pair by pair."""
    weights = [float(k == level) for k in range(1, depth + 1)]
    return similarity(items, weights, childless, overlap)


def common_depth(u: Path, v: Path, depth: int, childless: set[Path]) -> int:
    """The level of the lowest common ancestor of two paths; the same leaf is at the last."""
    if u == v and u in childless:
        return depth
    shared = 0
    for a, b in zip(u, v, strict=False):
        if a != b:
            break
        shared += 1
    return shared


def relevance(
    queries: Sequence[Item], database: Sequence[Item], depth: int, childless: set[Path]
) -> np.ndarray:
    """The maximum over pairs of paths, pair by pair."""
    return np.array(
        [
            [
                max((common_depth(u, v, depth, childless) for u in q for v in d), default=0)
                for d in database
            ]
            for q in queries
        ],
        dtype=np.int64,
    ).reshape(len(queries), len(database))


def lca_height(u: Path, v: Path, height: Callable[[Path], int]) -> float:
    """Barz & Denzler: 1 - height(LCA) / height(root)."""
    lca: Path = ()
    for level in range(1, min(len(u), len(v)) + 1):
        if u[:level] != v[:level]:
            break
        lca = u[:level]
    return 1 - height(lca) / height(())


def likelihood(theta: np.ndarray, S: np.ndarray) -> float:
    """DCMH's negative log likelihood of pairs."""
    return -sum(
        s * t - (max(t, 0.0) + math.log1p(math.exp(-abs(t))))
        for s, t in zip(S.ravel(), theta.ravel(), strict=True)
    )


def conditional_entropy(classes: Sequence[Path], above: Sequence[Path]) -> float:
    """H(Y_l | Y_{l-1}) in nats, by counting."""
    total = 0.0
    for parent in set(above):
        own = [c for c, p in zip(classes, above, strict=True) if p == parent]
        for c in set(own):
            total -= (own.count(c) / len(classes)) * math.log(own.count(c) / len(own))
    return total
