"""Texts as sets and counts of words, compared pair by pair: MinHash and BM25."""

from __future__ import annotations

import math

import numpy as np


def jaccard(one, other):
    """Shared words / all words."""
    return len(one & other) / len(one | other)


def first_word(words, order):
    """The least value of a set's words in an order."""
    return min(order[word] for word in words)


def bm25(query, text, texts, k1, b):
    """The score of a text (a list of words) for a query, among the texts that were learnt from."""
    mean = np.mean([len(one) for one in texts])
    total = 0.0
    for word in query:
        known = sum(word in one for one in texts)
        idf = math.log(1 + (len(texts) - known + 0.5) / (known + 0.5))
        f = text.count(word)
        total += idf * f * (k1 + 1) / (f + k1 * (1 - b + b * len(text) / mean))
    return total
