from __future__ import annotations

import json

import numpy as np
import pytest

from hierhash.errors import ConfigError, DataError
from hierhash.features.text_vectorisers import VectoriserSpec, text_vectoriser

TEXTS = ["red summer dress", "blue summer shoes", "红色 连衣裙", "红色 鞋"]


@pytest.mark.parametrize("name", ["words", "tfidf", "ngrams"])
def test_a_state_in_json_gives_the_same_rows(name):
    first = text_vectoriser(VectoriserSpec(name, min_count=1))
    first.fit(TEXTS)
    second = text_vectoriser(VectoriserSpec(name))
    second.load_state(json.loads(json.dumps(first.state())))
    np.testing.assert_allclose(
        first.transform(TEXTS).toarray(), second.transform(TEXTS).toarray(), rtol=1e-5
    )
    assert first.knows("红色")


def test_unknown_words_are_not_known_and_the_nearest_are_named():
    words = text_vectoriser(VectoriserSpec("words", min_count=1))
    words.fit(TEXTS)
    assert not words.knows("dres")
    assert words.nearest_words("dres") == ["dress"]


def test_texts_without_a_repeated_word_are_refused():
    with pytest.raises(DataError, match="no word occurs in 9 training texts"):
        text_vectoriser(VectoriserSpec("words", min_count=9)).fit(TEXTS)


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(ConfigError, match="did you mean 'wordllama'"):
        text_vectoriser(VectoriserSpec("wordlama"))


def test_wordllama_puts_like_words_near():
    pytest.importorskip("wordllama")
    rows = text_vectoriser(VectoriserSpec("wordllama")).transform(["shoes", "boots", "galaxy", ""])
    assert rows.shape == (4, 256)
    assert rows[0] @ rows[1] > rows[0] @ rows[2]
    assert not rows[3].any()


def test_a_state_that_is_none_is_refused():
    words = text_vectoriser(VectoriserSpec("words", min_count=1))
    words.fit(TEXTS)
    for wrong in (
        {"kind": "other"},
        {"weights": [1.0]},
        {"weights": [float("nan")] * len(words.state()["weights"])},
        {"vocabulary": ["a"] * len(words.state()["vocabulary"])},
    ):
        with pytest.raises(ValueError, match="vocabulary"):
            words.load_state(words.state() | wrong)
