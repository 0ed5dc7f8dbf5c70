"""Codes of two readings, literally: one item, one byte, one value at a time."""

from __future__ import annotations


def objective(vectors, values, codes, mean, tables, pull, ridge):
    """J of the module ``hierhash.codes.polysemous``."""
    shrunk = sum(number**2 for table in tables for row in table for number in row)
    return misfit(vectors, values, codes, mean, tables, pull) + ridge * shrunk


def misfit(vectors, values, codes, mean, tables, pull):
    """What the codes have a part in: J but for the size of the tables."""
    total = 0.0
    for vector, value, code in zip(vectors, values, codes, strict=True):
        for place, number in enumerate(vector):
            rebuilt = mean[place] + sum(tables[byte][word][place] for byte, word in enumerate(code))
            total += (number - rebuilt) ** 2
        signs = [1 if word >> (7 - bit) & 1 else -1 for word in code for bit in range(8)]
        total -= 2 * pull * sum(a * b for a, b in zip(value, signs, strict=True))
    return total


def coded(vector, value, mean, tables, pull):
    """The code of one item: its signs, then three sweeps of 256 trials a byte."""
    bits = [1 if number > 0 else 0 for number in value]
    code = [
        sum(bit << (7 - place) for place, bit in enumerate(bits[start : start + 8]))
        for start in range(0, len(bits), 8)
    ]
    for _ in range(3):
        for byte in range(len(code)):
            tried = [[*code[:byte], word, *code[byte + 1 :]] for word in range(256)]
            costs = [misfit([vector], [value], [one], mean, tables, pull) for one in tried]
            code = tried[costs.index(min(costs))]
    return code
