"""Metrics of hierarchical classification, from per-level predictions of items of one path.

Ancestor sets: P of the predicted leaf and T of the true node, the root left out; hP = sum |P^T| /
sum |P|, hR = sum |P^T| / sum |T|, hF1 their harmonic mean (Kiritchenko et al. 2005, as in HiClass).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

ECE_BINS = 15

Codes = NDArray[np.int64]


def classification_metrics(
    probabilities: Sequence[NDArray[np.float32]], truth: Codes, ancestors: Codes, depths: Codes
) -> dict[str, float]:
    """All metrics of the protocol.

    Args:
        probabilities: For each level, (n, C_l).
        truth: int64 (n, L), class of each item at each level, -1 where unknown; items known
            nowhere are left out.
        ancestors: int64 (L, leaves), the class of each leaf at each level.
        depths: int64 (leaves,), nodes on the path of each leaf: below L for a shallow leaf, whose
            class is repeated downwards and counts once.

    Returns:
        ``accuracy_level_1``...``accuracy_level_L``; ``exact_path``: every known level right by its
        own argmax; ``consistency``: share of items whose per-level argmaxes form one path; ``hp``,
        ``hr``, ``hf1`` of the leaf prediction's path; ``lca_height_of_mistakes``: mean height of
        the lowest common ancestor over the true leaf, over the mistakes (1 = siblings); ``ece``:
        expected calibration error of the leaf level, 15 bins.

    Example:
        >>> sure = np.eye(2, dtype=np.float32)
        >>> flat = np.array([[0, 1]])
        >>> scores = classification_metrics([sure], np.array([[0], [0]]), flat, np.array([1, 1]))
        >>> scores["accuracy_level_1"], scores["hf1"]
        (0.5, 0.5)
    """
    known_somewhere = (truth >= 0).any(axis=1)
    truth = truth[known_somewhere]
    chances = [level[known_somewhere] for level in probabilities]
    picked = np.stack([level.argmax(axis=1) for level in chances], axis=1)
    known = truth >= 0
    right = (picked == truth) & known
    scores = {
        f"accuracy_level_{level + 1}": _ratio(right[:, level].sum(), known[:, level].sum())
        for level in range(truth.shape[1])
    }
    guess = picked[:, -1]
    path = ancestors.T[guess]
    scores["exact_path"] = float((right == known).all(axis=1).mean()) if len(truth) else np.nan
    scores["consistency"] = float((path == picked).all(axis=1).mean()) if len(truth) else np.nan
    leaf_known = known[:, -1]
    agreed = ((path == truth) & known).sum(axis=1)  # depth of the LCA, but for a repeated leaf
    found = leaf_known & (guess == truth[:, -1])
    agreed[found] = depths[guess[found]]
    true_depth = np.where(leaf_known, depths[truth[:, -1]], known.sum(axis=1))
    scores |= _set_metrics(agreed.sum(), depths[guess].sum(), true_depth.sum())
    wrong = leaf_known & ~found
    heights = (true_depth - agreed)[wrong]
    scores["lca_height_of_mistakes"] = float(heights.mean()) if len(heights) else 0.0
    scores["ece"] = expected_calibration_error(
        chances[-1][leaf_known].max(axis=1), right[leaf_known, -1]
    )
    return scores


def _set_metrics(common: float, predicted: float, true: float) -> dict[str, float]:
    precision, recall = _ratio(common, predicted), _ratio(common, true)
    both = precision + recall
    return {"hp": precision, "hr": recall, "hf1": 2 * precision * recall / both if both else 0.0}


def expected_calibration_error(
    confidence: NDArray[np.float32], right: NDArray[np.bool_], bins: int = ECE_BINS
) -> float:
    """Mean gap between confidence and accuracy over equal-width bins, weighted by their items.

    Example:
        >>> expected_calibration_error(np.array([0.75, 0.75]), np.array([True, False]))
        0.25
    """
    if not len(confidence):
        return float("nan")
    place = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    gaps = np.bincount(place, weights=confidence - right.astype(np.float64), minlength=bins)
    return float(np.abs(gaps).sum() / len(confidence))


def _ratio(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole else float("nan")
