"""The objective of SHDCH's class codes (Zhan et al., ACM MM 2020), entry by entry."""

from __future__ import annotations


def objective(codes, outputs, classes, children, alpha, eta):
    """sum_l alpha_l (||K L_l - F Y_l'||^2 + G's) + eta sum_l ||K A_l - Y_l Y_l+1'||^2.

    Args:
        codes: Y_l of each level, rows of -1 and +1.
        outputs: F and G, rows by item.
        classes: The class of each item at each level; -1 where it is unknown and does not count.
        children: A_l, for each level but the last.
        alpha: Weight of each level.
        eta: Weight of the tree.
    """
    bits, total = len(codes[0][0]), 0.0
    for level, own in enumerate(codes):
        for side in outputs:
            for row, item in zip(side, classes, strict=True):
                for c, code in enumerate(own) if item[level] >= 0 else []:
                    product = sum(a * b for a, b in zip(row, code, strict=True))
                    total += alpha[level] * (bits * (item[level] == c) - product) ** 2
    for level, below in enumerate(children):
        for parent, code in enumerate(codes[level]):
            for child, other in enumerate(codes[level + 1]):
                product = sum(a * b for a, b in zip(code, other, strict=True))
                total += eta * (bits * below[parent][child] - product) ** 2
    return total
