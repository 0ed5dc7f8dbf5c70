"""Supervised contrast, anchor by anchor (Khosla et al. 2020, eq. 2)."""

from __future__ import annotations

import math


def supervised_contrast(similarities, positive, candidate):
    """Mean over anchors with a positive of -1/|P| sum_p log(exp(s_p) / sum_a exp(s_a))."""
    losses = []
    for line, same, kept in zip(similarities, positive, candidate, strict=True):
        among = [place for place in range(len(line)) if kept[place]]
        own = [place for place in among if same[place]]
        if own:
            total = sum(math.exp(line[place]) for place in among)
            shares = [math.log(math.exp(line[place]) / total) for place in own]
            losses.append(-sum(shares) / len(own))
    return sum(losses) / len(losses) if losses else 0.0
