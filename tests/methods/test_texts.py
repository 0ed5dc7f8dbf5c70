"""MinHash, BM25 and TF-IDF against what they are pair by pair."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from hierhash.errors import ConfigError
from hierhash.methods.bm25 import BM25, BM25Settings
from hierhash.methods.method import Problem
from hierhash.methods.minhash import NO_WORD, MinHashCodes, MinHashSettings, first_words
from hierhash.methods.registry import find_preset
from hierhash.methods.tfidf_cosine import TfidfCosine, TfidfSettings
from hierhash.testing.small_problem import TREE
from hierhash.training.fit import Watch
from hierhash.training.items import Items
from tests.reference import texts as literal

WORDS = 40
RNG = np.random.default_rng(0)
TEXTS = [RNG.integers(0, WORDS, RNG.integers(1, 12)).tolist() for _ in range(50)]


def bags(texts):
    found = np.zeros((len(texts), WORDS), dtype=np.float32)
    for row, text in enumerate(texts):
        np.add.at(found[row], text, 1)
    return sparse.csr_array(found)


def fitted(method, settings, bits=64, seed=0):
    labels = TREE.encode([["a1"]] * len(TEXTS))
    items = Items({"text": bags(TEXTS)}, {"text": np.ones(len(TEXTS), dtype=bool)}, labels)
    own = method(settings, Problem(TREE, bits, items.shapes, seed))
    own.check(items)
    own.fit(items, Watch())
    return own


def test_the_least_values_are_those_of_the_sets():
    own = fitted(MinHashCodes, MinHashSettings())
    table = own.ready["table"]
    found = first_words(bags([*TEXTS, []]), table)
    for row, text in enumerate(TEXTS):
        expected = [literal.first_word(set(text), order) for order in table.T]
        assert found[row].tolist() == expected
    assert (found[-1] == NO_WORD).all()


@pytest.mark.parametrize("kept", ["bit", "byte"])
def test_codes_agree_as_often_as_sets_share(kept):
    bits = 4096 if kept == "bit" else 8 * 1024
    own = fitted(MinHashCodes, MinHashSettings(kept), bits)
    rows = {"text": bags(TEXTS)}
    asked, stored = own.encode(rows, "query"), own.encode(rows, "database").stored
    if kept == "bit":
        share = 1 - own.distance().between(asked.codes, stored) / bits
    else:
        share = own.distance().scorer(stored)(asked.query) / own.orders
    for one in range(10):
        for other in range(20, 30):
            J = literal.jaccard(set(TEXTS[one]), set(TEXTS[other]))
            expected = (1 + J) / 2 if kept == "bit" else J + (1 - J) / 256
            assert share[one, other] == pytest.approx(expected, abs=0.07)


def test_orders_differ_in_every_bit_of_a_short_text():
    """The lowest bits of affine orders are alike; what is kept must not be."""
    own = fitted(MinHashCodes, MinHashSettings("bit"), 64)
    alone = bags([[word] for word in range(WORDS)])
    bits = np.unpackbits(own.encode({"text": alone}, "database").codes, axis=1).astype(float)
    apart = np.abs(np.corrcoef(bits[:, bits.std(axis=0) > 0].T)) - np.eye(64)
    assert apart.mean() < 0.2


def test_without_its_package_it_is_refused_in_one_line(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "datasketch", None)
    with pytest.raises(ConfigError, match=r"pip install 'hierhash\[zoo\]'"):
        fitted(MinHashCodes, MinHashSettings())


@pytest.mark.parametrize(("k1", "b"), [(1.2, 0.75), (2.0, 0.0)])
def test_bm25_is_the_literal_sum(k1, b):
    own = fitted(BM25, BM25Settings(k1, b))
    others = [*TEXTS[:20], []]
    stored = own.encode({"text": bags(others)}, "database").stored
    asked = own.encode({"text": bags(TEXTS[20:25])}, "query").query
    found = own.distance().scorer(stored)(asked)
    for row, query in enumerate(TEXTS[20:25]):
        expected = [literal.bm25(query, text, TEXTS, k1, b) for text in others]
        np.testing.assert_allclose(found[row], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("sublinear", [False, True])
def test_tfidf_is_that_of_scikit_learn(sublinear):
    from sklearn.feature_extraction.text import TfidfTransformer

    own = fitted(TfidfCosine, TfidfSettings(sublinear))
    expected = TfidfTransformer(sublinear_tf=sublinear).fit_transform(bags(TEXTS)).toarray()
    found = own.encode({"text": bags(TEXTS)}, "query")
    np.testing.assert_allclose(found.query, expected, atol=1e-5)
    assert np.array_equal(found.query, found.vectors)


@pytest.mark.parametrize("name", ["bm25", "minhash", "semantic_hashing", "tfidf_cosine"])
@pytest.mark.parametrize("wrong", [-1.0, 0.5])
def test_rows_that_are_no_counts_are_refused(name, wrong):
    preset, labels = find_preset(name), TREE.encode([["a1"]] * len(TEXTS))
    dense = bags(TEXTS).toarray()
    has = np.arange(len(TEXTS)) > 0

    def check(rows):
        items = Items({"text": rows}, {"text": has}, labels)
        preset.method(preset.settings, Problem(TREE, 64, items.shapes)).check(items)

    dense[0, 0] = wrong  # of an item that has no text
    check(dense)
    check(sparse.csr_array(dense))
    dense[1, 0] = wrong
    said = r"features\.text\.name: .* reads counts of words; use words"
    for rows in (dense, sparse.csr_array(dense)):
        with pytest.raises(ConfigError, match=said):
            check(rows)
