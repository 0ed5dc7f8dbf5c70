"""Whole losses of a batch of methods of the field, item by item, pair by pair, bit by bit.

``sides`` has a list of items for each modality, each with ``outputs``, ``classes`` (one of each
level, -1 where unknown) and ``index``, its number among the training items. Each form gives terms
by name; a mean over nothing is 0.
"""

from __future__ import annotations

import math

from tests.reference import centres, contrast, level_contrast, seeds
from tests.reference.shdch import objective


def mean(values):
    return sum(values) / max(len(values), 1)


def dot(one, other):
    return sum(a * b for a, b in zip(one, other, strict=True))


def apart(one, other):
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def tanh(row):
    return [math.tanh(u) for u in row]


def sigmoid(row):
    return [1 / (1 + math.exp(-u)) for u in row]


def parts_of(row, sizes):
    """A row cut into pieces of these sizes."""
    ends = [sum(sizes[: place + 1]) for place in range(len(sizes))]
    return [row[end - size : end] for end, size in zip(ends, sizes, strict=True)]


def cross_entropy(row, weights, biases, true):
    """- log softmax of a linear classifier at the true class."""
    logits = [dot(row, weight) + bias for weight, bias in zip(weights, biases, strict=True)]
    return math.log(sum(math.exp(one) for one in logits)) - logits[true]


def both(sides):
    return [item for items in sides.values() for item in items]


def balance(rows):
    """The mean over bits of the squared mean of a bit."""
    return mean([mean(bit) ** 2 for bit in zip(*rows, strict=True)])


def csq(sides, hash_centres, weight):
    """CSQ (CVPR 2020): L_C + lambda L_Q over the items of both modalities."""
    items = both(sides)
    central, quantised = centres.central_similarity(
        [item.outputs for item in items], [item.classes[-1] for item in items], hash_centres
    )
    return {"central": central, "quantisation": weight * quantised}


def orthohash(sides, hash_centres, scale, margin):
    """OrthoHash (NeurIPS 2021): a margin softmax over the items of both modalities."""
    items = both(sides)
    outputs, leaves = [item.outputs for item in items], [item.classes[-1] for item in items]
    return {"softmax": centres.margin_softmax(outputs, leaves, hash_centres, scale, margin)}


def dsph(sides, proxies, sizes, alpha, zeta):
    """DSPH (TCSVT 2023): items and proxies of each modality, and pairs within and across."""

    def labels(item):
        return [
            item.classes[level] == c for level, size in enumerate(sizes) for c in range(size)
        ]  # classes of all levels, one level after the other

    given = {
        name: ([item.outputs for item in items], [labels(item) for item in items])
        for name, items in sides.items()
    }
    terms = {f"{name}/proxies": centres.proxy_loss(*own, proxies, zeta)
             for name, own in given.items()}  # fmt: skip
    for one, two in pairs(sides):
        far = centres.irrelevant_pairs(*given[one], *given[two], zeta)
        terms[f"{one}-{two}/pairs"] = alpha * far
    return terms


def pairs(sides):
    """Each pair of modalities once, and each with itself."""
    names = list(sides)
    return [(one, two) for place, one in enumerate(names) for two in names[place:]]


def hpdh(sides, level_centres, precisions, outside, corners):
    """HPDH (arXiv:1901.11259): Gaussians of every level, and the two terms of the cube."""
    items = both(sides)
    outputs = [item.outputs for item in items]
    terms = {}
    for level, own in enumerate(level_centres):
        classes = [item.classes[level] for item in items]
        value = centres.class_gaussians(outputs, classes, own, precisions[level])
        terms[f"level_{level + 1}"] = value
    numbers = [u for row in outputs for u in row]
    terms["outside"] = outside * mean([max(0, abs(u) - 1.1) for u in numbers])
    terms["corners"] = corners * mean([((1 if u >= 0 else -1) - u) ** 2 for u in numbers])
    return terms


def hichnet(sides, kept, labels, sizes, weights, heads, settings):
    """HiCHNet (SIGIR 2019): pairs with all n items of the other side, and the terms of a side.

    Args:
        sides: The batch.
        kept: ``codes`` of all items, and each side's outputs as they were kept in this step.
        labels: The classes of all items.
        sizes: Bits of each level.
        weights: h of each level.
        heads: For each side and level the weights and biases of a classifier.
        settings: gamma, eta and mu.
    """
    n, terms = len(labels), {}
    gamma, eta, mu = settings
    for name, items in sides.items():
        live = {item.index: tanh(item.outputs) for item in items}
        others = kept["text" if name == "image" else "image"]
        alike = classified = 0.0
        for level, weight in enumerate(weights):
            known = [j for j in range(n) if labels[j][level] >= 0]
            for i, row in live.items():
                for j in known if labels[i][level] >= 0 else []:
                    own = parts_of(row, sizes)[level]
                    theta = dot(own, parts_of(others[j], sizes)[level]) / 2
                    similar = labels[i][level] == labels[j][level]
                    value = math.log(1 + math.exp(theta)) - similar * theta
                    alike += weight * value / (len(items) * len(known))
            losses = [
                cross_entropy(
                    parts_of(live[item.index], sizes)[level],
                    *heads[name][level],
                    item.classes[level],
                )
                for item in items
                if item.classes[level] >= 0
            ]
            classified += weight * mean(losses)
        now = [live.get(i, kept[name][i]) for i in range(n)]
        quantised = sum(apart(kept["codes"][i], row) for i, row in live.items()) / len(items)
        summed = sum(sum(bit) ** 2 for bit in zip(*now, strict=True)) / len(items)
        terms[f"{name}/pairs"] = alike
        terms[f"{name}/quantisation"] = gamma * quantised / n
        terms[f"{name}/balance"] = eta * summed / n
        terms[f"{name}/classification"] = mu * classified
    return terms


def shdch(sides, codes, class_codes, alpha, gamma):
    """SHDCH (ACM MM 2020): a batch against the codes of its classes, over K^2 and the batch."""
    bits, terms = len(codes[0]), {}
    for name, items in sides.items():
        live = [tanh(item.outputs) for item in items]
        classes = [item.classes for item in items]
        value = objective(class_codes, [live], classes, [], alpha, 0)
        terms[f"{name}/classes"] = value / len(items) / bits**2
        distances = [apart(codes[i.index], h) for i, h in zip(items, live, strict=True)]
        terms[f"{name}/quantisation"] = gamma * mean(distances) / bits**2
    return terms


def hmlc(sides, temperature):
    """HMLC (CVPR 2022): picture and text of an item are its views."""
    items = both(sides)
    found = level_contrast.level_contrast(
        [item.outputs for item in items],
        [item.classes for item in items],
        [item.index for item in items],
        temperature,
    )
    return {"contrast": found}


def soft_contrast(sides, kept, leaves, temperature):
    """Supervised contrast (NeurIPS 2020) of each side with what is kept of both sides."""
    terms = {}
    for name, items in sides.items():
        values = []
        for other, rows in kept.items():
            lines, positive, candidate = [], [], []
            for item in items:
                own = tanh(item.outputs)
                lines.append([dot(own, row) / len(own) / temperature for row in rows])
                positive.append([leaf == leaves[item.index] >= 0 for leaf in leaves])
                candidate.append(
                    [
                        leaf >= 0 and not (name == other and place == item.index)
                        for place, leaf in enumerate(leaves)
                    ]
                )
            values.append(contrast.supervised_contrast(lines, positive, candidate))
        terms[f"{name}/contrast"] = mean(values)
    return terms


def similarity_parts(sides, sizes, weights, alpha):
    """SHDH (AAAI 2018): products of each pair of modalities follow s, and bits are balanced."""
    parts = {
        name: [
            [parts_of(tanh(item.outputs), sizes)[level] for item in items]
            for level in range(len(sizes))
        ]
        for name, items in sides.items()
    }
    classes = {name: [item.classes for item in items] for name, items in sides.items()}
    terms = {
        f"{name}/balance": alpha * balance([tanh(item.outputs) for item in items])
        for name, items in sides.items()
    }
    for one, two in pairs(sides):
        terms[f"{one}-{two}/similarity"] = seeds.segment_similarity(
            parts[one], classes[one], parts[two], classes[two], weights
        )
    return terms


def cnnh(sides, codes, weights, biases, classify):
    """CNNH+ (AAAI 2014), stage 2: outputs near the codes of stage 1, and a classifier of them."""
    terms = {}
    for name, items in sides.items():
        known = [item for item in items if item.classes[-1] >= 0]
        live = [tanh(item.outputs) for item in known]
        differences = [
            (c - h) ** 2
            for item, row in zip(known, live, strict=True)
            for c, h in zip(codes[item.index], row, strict=True)
        ]
        losses = [
            cross_entropy(row, weights, biases, item.classes[-1])
            for item, row in zip(known, live, strict=True)
        ]
        terms |= {f"{name}/codes": mean(differences), f"{name}/classes": classify * mean(losses)}
    return terms


def ninh(sides, epsilon, margin):
    """NINH (CVPR 2015): triplets of sigmoids, of which those far from 1/2 are moved to 0 or 1."""

    def moved(p):
        return 0.0 if p < 0.5 - epsilon else 1.0 if p > 0.5 + epsilon else p

    terms = {}
    for name, items in sides.items():
        rows = [[moved(p) for p in sigmoid(item.outputs)] for item in items]
        distances = [[apart(one, other) for other in rows] for one in rows]
        leaves = [item.classes[-1] for item in items]
        terms[f"{name}/triplets"] = seeds.hinge(distances, leaves, margin)
    return terms


def dsrh(sides, margin, alpha):
    """DSRH (CVPR 2015): d = (K - <h_i, h_j>) / 2 in the order of shared levels, and balance."""
    terms = {}
    for name, items in sides.items():
        rows = [tanh(item.outputs) for item in items]
        distances = [[(len(one) - dot(one, other)) / 2 for other in rows] for one in rows]
        relevance = [
            [
                -1
                if i == j or min(one.classes) < 0 or min(other.classes) < 0
                else sum(a == b for a, b in zip(one.classes, other.classes, strict=True))
                for j, other in enumerate(items)
            ]
            for i, one in enumerate(items)
        ]
        terms[f"{name}/ranking"] = seeds.ranking(distances, relevance, margin)
        terms[f"{name}/balance"] = alpha / 2 * balance(rows)
    return terms


def dlbhc(sides, weights, biases):
    """DLBHC (CVPR Workshops 2015): a classifier of the sigmoids."""
    return {
        f"{name}/classification": mean(
            [
                cross_entropy(sigmoid(item.outputs), weights, biases, item.classes[-1])
                for item in items
                if item.classes[-1] >= 0
            ]
        )
        for name, items in sides.items()
    }


def drsch(sides, bit_weights, margin, pull):
    """DRSCH (TIP 2015): triplets by D_w, and the mean of D_w over pairs of one leaf, i = j too."""
    terms = {}
    for name, items in sides.items():
        rows = [[w * h for w, h in zip(bit_weights, tanh(i.outputs), strict=True)] for i in items]
        distances = [[apart(one, other) for other in rows] for one in rows]
        leaves = [item.classes[-1] for item in items]
        near = [
            distances[i][j]
            for i in range(len(items))
            for j in range(len(items))
            if leaves[i] == leaves[j] >= 0
        ]
        terms[f"{name}/triplets"] = seeds.hinge(distances, leaves, margin)
        terms[f"{name}/pairs"] = pull * mean(near)
    return terms


def semantic_hashing(sides, rows, noise, weights, biases):
    """Semantic Hashing (IJAR 2009): the words of an item, read from its noisy code."""
    terms = {}
    for name, items in sides.items():
        losses = []
        for item in items:
            words = [max(0, v) for v in rows[item.index]]
            noisy = [u + e for u, e in zip(item.outputs, noise[item.index], strict=True)]
            losses.append(
                sum(
                    v / sum(words) * cross_entropy(sigmoid(noisy), weights, biases, word)
                    for word, v in enumerate(words)
                    if v
                )
            )
        terms[f"{name}/words"] = mean(losses)
    return terms


def classifiers(sides, ancestors, weights):
    """The likelihood of the true class of every level, the sum over the leaves below it."""
    terms = {}
    for name, items in sides.items():
        total = 0.0
        for level, weight in enumerate(weights):
            losses = []
            for item in items:
                if item.classes[level] >= 0:
                    mass = [math.exp(u) for u in item.outputs]
                    below = [a == item.classes[level] for a in ancestors[level]]
                    inside = sum(m for m, own in zip(mass, below, strict=True) if own)
                    losses.append(math.log(sum(mass)) - math.log(inside))
            total += weight * mean(losses)
        terms[f"{name}/classification"] = total
    return terms
