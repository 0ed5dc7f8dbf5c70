"""How deep in a tree one may answer so that answers are wrong at most so often.

An item is answered with the deepest node on the way to its likeliest leaf whose probability is at
least t. That node is wrong if and only if the coarsest wrong node on the way has a probability of
at least t, so an item's loss falls with t, and conformal risk control applies (Angelopoulos et al.,
ICLR 2024, arXiv:2208.02814, eq. 4): the smallest t under which (wrong + 1) / (n + 1) of n items
that nothing was learnt from is at most the risk asked for. The share of wrong answers among new
items of the same kind is then, in expectation, at most that risk.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.labels.items import ItemLabels

Ancestors = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class RiskControl:
    """What is needed to control the risk of answers in one tree.

    Args:
        n: Number of items that it is learnt from.
        wrong_at: Of the items whose likeliest leaf is wrong, the probability of the coarsest wrong
            node on the way to it, largest first.
    """

    n: int
    wrong_at: tuple[float, ...]

    def can_keep(self, risk: float) -> bool:
        """Whether there are items enough to promise a risk: with fewer than 9 none below a tenth.

        Example:
            >>> RiskControl(9, ()).can_keep(0.1), RiskControl(8, ()).can_keep(0.1)
            (True, False)
        """
        return risk * (self.n + 1) + 1e-9 >= 1

    def threshold(self, risk: float) -> float:
        """The smallest probability that a node needs; infinity where no answer is safe.

        Args:
            risk: Share of wrong answers that is accepted, in 0..1.

        Example:
            >>> control = RiskControl(9, (0.9, 0.6, 0.2))
            >>> control.threshold(0.4), 0.2 < control.threshold(0.3) < 0.21
            (0.0, True)
            >>> control.threshold(0.05)
            inf
        """
        # A product of floats may fall short of the whole number that it stands for.
        allowed = math.floor(risk * (self.n + 1) + 1e-9) - 1
        if allowed < 0:
            return math.inf
        if allowed >= len(self.wrong_at):
            return 0.0
        return math.nextafter(self.wrong_at[allowed], math.inf)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for a JSON file."""
        return {"n": self.n, "wrong_at": list(self.wrong_at)}

    @staticmethod
    def from_dict(content: Any) -> RiskControl:
        """What ``as_dict`` gave.

        Raises:
            ValueError: It is something else.
        """
        if isinstance(content, Mapping):
            n, wrong_at = content.get("n"), content.get("wrong_at")
            if type(n) is int and isinstance(wrong_at, Sequence) and 0 <= len(wrong_at) <= n:
                numbers = all(type(one) in (int, float) and 0 <= one <= 1 for one in wrong_at)
                if numbers and list(wrong_at) == sorted(wrong_at, reverse=True):
                    return RiskControl(n, tuple(map(float, wrong_at)))
        raise ValueError("no control of risk")


def chain(leaves: NDArray[Any], ancestors: Ancestors) -> tuple[NDArray[Any], NDArray[Any]]:
    """The nodes on the way to the likeliest leaf of each item, and their probabilities.

    Args:
        leaves: (n, leaves), leaf probabilities.
        ancestors: int (L, leaves), the class of each leaf at each level.

    Returns:
        Classes int (n, L), and probabilities (n, L), which fall from level to level.

    Example:
        >>> nodes, chances = chain(np.array([[0.5, 0.3, 0.2]]), np.array([[0, 0, 1], [0, 1, 2]]))
        >>> nodes.tolist(), chances.tolist()
        ([[0, 0]], [[0.8, 0.5]])
    """
    best = leaves.argmax(axis=1)
    nodes = ancestors[:, best].T
    chances = [
        (leaves * (level[None, :] == level[best][:, None])).sum(axis=1) for level in ancestors
    ]
    # A sum of floats may pass 1, and so a threshold that nothing is to pass.
    return nodes, np.minimum(np.stack(chances, axis=1), 1.0)


def risk_control(leaves: NDArray[Any], labels: ItemLabels, ancestors: Ancestors) -> RiskControl:
    """Learns what is needed from items that no part of the method has seen.

    Items without a known leaf are left out; of several paths any may be the right one.

    Args:
        leaves: (n, leaves), leaf probabilities of the items.
        labels: Their labels.
        ancestors: int (L, leaves).
    """
    known = np.flatnonzero(labels.leaf_known)
    nodes, chances = chain(np.asarray(leaves, dtype=np.float64), ancestors)
    right = right_levels(nodes, labels)
    wrong_at = []
    for item in known.tolist():
        wrong = np.flatnonzero(~right[item])
        if len(wrong):
            wrong_at.append(float(min(1.0, chances[item, wrong[0]])))
    return RiskControl(len(known), tuple(sorted(wrong_at, reverse=True)))


def right_levels(nodes: NDArray[Any], labels: ItemLabels) -> NDArray[np.bool_]:
    """Whether each node lies on a path of its item, bool (n, L).

    Args:
        nodes: int (n, L), the class at each level.
        labels: Labels of the n items.
    """
    owner = np.repeat(np.arange(labels.n), labels.counts)
    right = np.zeros(nodes.shape, dtype=bool)
    np.logical_or.at(right, owner, labels.codes == nodes[owner])
    return right
