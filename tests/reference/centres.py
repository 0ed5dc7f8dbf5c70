"""Losses that draw items to centres of their classes, written out item by item."""

from __future__ import annotations

import math


def dot(one, other):
    return sum(a * b for a, b in zip(one, other, strict=True))


def cosine(one, other):
    return dot(one, other) / math.sqrt(dot(one, one) * dot(other, other))


def margin_softmax(outputs, classes, centres, scale, margin):
    """OrthoHash (arXiv:2109.14449), eq. 6: mean of -log softmax of s (cos - m [true])."""
    losses = []
    for own, true in zip(outputs, classes, strict=True):
        if true >= 0:
            logits = [
                scale * (cosine(own, centre) - margin * (c == true))
                for c, centre in enumerate(centres)
            ]
            losses.append(math.log(sum(math.exp(one) for one in logits)) - logits[true])
    return sum(losses) / max(len(losses), 1)


def central_similarity(outputs, classes, centres):
    """CSQ (CVPR 2020), eq. 4, and the official code's (|h| - 1)^2, means over bits."""
    central, quantised = [], []
    for own, true in zip(outputs, classes, strict=True):
        if true >= 0:
            for u, c in zip(own, centres[true], strict=True):
                h, target = (math.tanh(u) + 1) / 2, (c + 1) / 2
                central.append(-target * math.log(h) - (1 - target) * math.log(1 - h))
                quantised.append((abs(math.tanh(u)) - 1) ** 2)
    count = max(len(central), 1)
    return sum(central) / count, sum(quantised) / count


def proxy_loss(outputs, labels, proxies, zeta):
    """HyP2 / DSPH: 1 - cos to own proxies and max(0, cos - zeta) to others, each a mean."""
    near, far = [], []
    for own, has in zip(outputs, labels, strict=True):
        if any(has):
            for proxy, is_own in zip(proxies, has, strict=True):
                value = cosine(own, proxy)
                (near if is_own else far).append(1 - value if is_own else max(0, value - zeta))
    return sum(near) / max(len(near), 1) + sum(far) / max(len(far), 1)


def irrelevant_pairs(outputs, labels, others, their_labels, zeta):
    """The mean of max(0, cos - zeta) over pairs of items of several labels that share none."""
    values = [
        max(0, cosine(one, other) - zeta)
        for one, has in zip(outputs, labels, strict=True)
        for other, have in zip(others, their_labels, strict=True)
        if sum(has) > 1
        and sum(have) > 1
        and not any(a and b for a, b in zip(has, have, strict=True))
    ]
    return sum(values) / max(len(values), 1)


def class_gaussians(outputs, classes, centres, precision):
    """HPDH (arXiv:1901.11259), the class-wise loss: softmax of -s/2 ||u - mu||^2."""
    losses = []
    for own, true in zip(outputs, classes, strict=True):
        if true >= 0:
            density = [
                math.exp(
                    -precision / 2 * sum((a - b) ** 2 for a, b in zip(own, centre, strict=True))
                )
                for centre in centres
            ]
            losses.append(-math.log(density[true] / sum(density)))
    return sum(losses) / max(len(losses), 1)
