"""DCH entry by entry (Xu et al., TIP 2017)."""

from __future__ import annotations

import numpy as np


def objective(B, Y, W, sides, ridge, feature_ridge, mu):
    """||Y - W'B||^2 + lambda ||W||^2 + mu sum_m (||B - P'X||^2 + rho ||P||^2), rows as items.

    Args:
        sides: Of each modality (items that have it, X, P).
    """
    total = ((Y - B @ W) ** 2).sum() + ridge * (W**2).sum()
    for at, X, P in sides:
        total += mu * (((B[at] - X @ P) ** 2).sum() + feature_ridge * (P**2).sum())
    return float(total)


def bits(B, Y, W, targets, mu):
    """One turn over all bits of all items: each becomes the sign that gives the smaller sum.

    Args:
        targets: Of each modality (n, K) outputs, rows of NaN where an item lacks it.
    """
    B = B.copy()
    for bit in range(B.shape[1]):
        for item in range(len(B)):
            losses = []
            for value in (1.0, -1.0):
                code = B[item].copy()
                code[bit] = value
                loss = ((Y[item] - code @ W) ** 2).sum()
                for outputs in targets:
                    if not np.isnan(outputs[item]).any():
                        loss += mu * ((code - outputs[item]) ** 2).sum()
                losses.append(loss)
            B[item, bit] = 1.0 if losses[0] <= losses[1] else -1.0
    return B
