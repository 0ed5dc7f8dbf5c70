"""Losses of early image hashing, pair by pair and triplet by triplet."""

from __future__ import annotations


def segment_similarity(parts, classes, others, theirs, weights):
    """SHDH (arXiv:1704.02088): the mean of (sum_k u_k <h_i^k, h_j^k> / C_k - s_ij)^2."""
    values = []
    for i, own in enumerate(classes):
        for j, other in enumerate(theirs):
            if own[-1] >= 0 and other[-1] >= 0:
                theta = sum(
                    u * sum(a * b for a, b in zip(one[i], two[j], strict=True)) / len(one[i])
                    for u, one, two in zip(weights, parts, others, strict=True)
                )
                similar = sum(
                    u * (1 if a == b else -1) for u, a, b in zip(weights, own, other, strict=True)
                )
                values.append((theta - similar) ** 2)
    return sum(values) / max(len(values), 1)


def hinge(distances, classes, margin):
    """NINH (CVPR 2015): the mean over triplets of max(0, D_ij - D_ik + margin)."""
    n, values = len(classes), []
    for i in range(n):
        for j in range(n):
            for k in range(n):
                known = min(classes[i], classes[j], classes[k]) >= 0
                if known and i != j and classes[i] == classes[j] != classes[k]:
                    values.append(max(0, distances[i][j] - distances[i][k] + margin))
    return sum(values) / max(len(values), 1)


def ranking(distances, relevance, margin):
    """DSRH (CVPR 2015): for each query hinges weighted 2^r_j - 2^r_k, over the sum of weights."""
    queries = []
    for own, r in zip(distances, relevance, strict=True):
        total = value = 0.0
        for j in range(len(own)):
            for k in range(len(own)):
                if r[j] > r[k] >= 0:
                    weight = 2 ** r[j] - 2 ** r[k]
                    total += weight
                    value += weight * max(0, own[j] - own[k] + margin)
        if total:
            queries.append(value / total)
    return sum(queries) / max(len(queries), 1)


def similarity_objective(codes, classes):
    """CNNH (AAAI 2014), stage 1: ||S - H H' / K||^2."""
    bits, total = len(codes[0]), 0.0
    for one, group in zip(codes, classes, strict=True):
        for other, their in zip(codes, classes, strict=True):
            product = sum(a * b for a, b in zip(one, other, strict=True)) / bits
            total += ((1 if group == their else -1) - product) ** 2
    return total
