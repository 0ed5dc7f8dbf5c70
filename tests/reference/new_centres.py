"""What the centre of a new leaf should be near to, written from the formula, pair by pair."""

from __future__ import annotations


def error_of_centre(centre, others, own_path, paths, weights):
    """sum_v W_v pull_v (K S_v - <z, c_v>)^2; infinite where another leaf has the same centre.

    ``own_path`` and each of ``paths`` hold the class at every level; W_v is 1 over the number of
    leaves that share as many levels, pull_v is 8 nearer than .4 K w_L bits.
    """
    bits = len(centre)
    shared = [sum(a == b for a, b in zip(own_path, path, strict=True)) for path in paths]
    error = 0.0
    for other, path, levels in zip(others, paths, shared, strict=True):
        product = sum(a * b for a, b in zip(centre, other, strict=True))
        if product == bits:
            return float("inf")
        likeness = sum(w for w, a, b in zip(weights, own_path, path, strict=True) if a == b)
        apart = sum(a != b for a, b in zip(centre, other, strict=True))
        pull = 8 if apart < 0.4 * weights[-1] * bits else 1
        error += pull * (bits * likeness - product) ** 2 / shared.count(levels)
    return error
