"""Codes of two readings, literally: one item, one byte, one value at a time."""

from __future__ import annotations


def objective(vectors, values, codes, mean, tables, pull, ridge):
    """J of the module ``hierhash.codes.polysemous``."""
    total = 0.0
    for vector, value, code in zip(vectors, values, codes, strict=True):
        for place, number in enumerate(vector):
            rebuilt = mean[place] + sum(tables[byte][word][place] for byte, word in enumerate(code))
            total += (number - rebuilt) ** 2
        signs = [1 if word >> (7 - bit) & 1 else -1 for word in code for bit in range(8)]
        total -= 2 * pull * sum(a * b for a, b in zip(value, signs, strict=True))
    return total + ridge * sum(number**2 for table in tables for row in table for number in row)
