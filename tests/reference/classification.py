"""Literal metrics of hierarchical classification: sets of ancestors, item by item."""

from __future__ import annotations


def ancestors(path):
    """All nodes on a path, the root left out."""
    return {tuple(path[: depth + 1]) for depth in range(len(path))}


def set_scores(predicted, true):
    """HP, hR, hF1 of predicted and true paths (micro average)."""
    common = sum(len(ancestors(p) & ancestors(t)) for p, t in zip(predicted, true, strict=True))
    precision = common / sum(len(ancestors(p)) for p in predicted)
    recall = common / sum(len(ancestors(t)) for t in true)
    return precision, recall, 2 * precision * recall / (precision + recall)


def mistake_height(predicted, true):
    """Mean height of the lowest common ancestor over the true leaf, over the mistakes."""
    heights = [
        len(t) - len(ancestors(p) & ancestors(t))
        for p, t in zip(predicted, true, strict=True)
        if p != t
    ]
    return sum(heights) / len(heights)
