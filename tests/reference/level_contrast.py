"""HMLC (Zhang et al., CVPR 2022) from the leaves up, anchor by anchor."""

from __future__ import annotations

import math

from tests.reference.centres import cosine


def contrast(outputs, classes, temperature):
    losses = []
    for i, own in enumerate(outputs):
        others = [j for j in range(len(outputs)) if j != i]
        positives = [j for j in others if classes[j] == classes[i]]
        if positives:
            logits = {j: cosine(own, outputs[j]) / temperature for j in others}
            mass = math.log(sum(math.exp(one) for one in logits.values()))
            losses.append(sum(mass - logits[j] for j in positives) / len(positives))
    return sum(losses) / max(len(losses), 1)


def level_contrast(outputs, classes, items, temperature):
    depth = len(classes[0])
    rows = [row for row in range(len(outputs)) if classes[row][-1] >= 0]
    total, largest = 0.0, -math.inf
    for number in range(1, depth + 1):
        level = depth - number
        own = contrast([outputs[r] for r in rows], [classes[r][level] for r in rows], temperature)
        largest = max(largest, own)
        total += 2 ** (1 / number) * largest
        first = {}
        for row in rows:
            first.setdefault(classes[row][level], items[row])
        rows = [row for row in rows if items[row] == first[classes[row][level]]]
    return total / depth
