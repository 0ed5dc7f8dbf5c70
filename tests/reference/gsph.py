"""GSPH with S and A B' whole, one number at a time (Mandal et al., CVPR 2017)."""

from __future__ import annotations

import numpy as np


def objective(S, A, B):
    """||q S - A B'||^2."""
    return float(((A.shape[1] * S - A @ B.T) ** 2).sum())


def column(S, A, B, bit):
    """Every number of a column of A moves by the clipped Newton step, the residual made anew."""
    A = A.copy()
    for row in range(len(A)):
        residual = A[row] @ B.T - A.shape[1] * S[row]
        step = -(residual @ B[:, bit]) / (B[:, bit] @ B[:, bit])
        A[row, bit] += np.clip(step, -1 - A[row, bit], 1 - A[row, bit])
    return A


def logistic_loss(weights, rows, bases, bits, penalty):
    """sum log(1 + exp(-h k'w)) + C w'K0 w of one bit."""
    total = sum(np.log(1 + np.exp(-h * (k @ weights))) for h, k in zip(bits, rows, strict=True))
    return float(total + penalty * weights @ bases @ weights)
