from __future__ import annotations

import json

import numpy as np
import pytest

from hierhash.errors import ConfigError, RunError
from hierhash.features.close_words import CloseWords
from hierhash.features.text_vectorisers import VectoriserSpec, resolved, text_vectoriser
from hierhash.features.words import Words
from hierhash.retrieval.text_branch import load_vocabulary

TEXTS = ["red summer dress", "blue summer shoes", "green sweatshirt", "brown dog"]


class Encoder:
    """Two words mean the same when they stand in one group here; it has the words of ``whole``."""

    groups = ({"dog", "puppy", "dresss"}, {"shoes", "boots", "dres"})
    whole = ("puppy", "dres")
    asked = 0

    def transform(self, texts):
        self.asked += 1
        rows = [[float(text in group) for group in self.groups] for text in texts]
        return np.array(rows, dtype=np.float32)

    def is_word(self, word):
        return word in self.whole


def learnt(encoder=None):
    words = CloseWords(min_count=1, encoder=encoder)
    words.fit(TEXTS)
    return words


def test_titles_give_the_rows_of_a_plain_bag_of_words():
    plain = Words("words", min_count=1)
    plain.fit(TEXTS)
    titles = [*TEXTS, "red summer shoes with dres", ""]
    np.testing.assert_array_equal(
        learnt().transform(titles).toarray(), plain.transform(titles).toarray()
    )


@pytest.mark.parametrize(
    ("typed", "read"), [("sweatshrit", "sweatshirt"), ("dres", "dress"), ("Sumer", "summer")]
)
def test_a_misspelling_is_read_as_the_word_of_nearly_its_letters(typed, read):
    assert learnt().read(typed) == read
    np.testing.assert_array_equal(
        learnt().transform([typed]).toarray(), learnt().transform([read]).toarray()
    )


def test_of_equally_near_words_the_one_that_more_texts_have_is_read():
    words = CloseWords(min_count=1)
    words.fit(["cat", "car car", "car", "cap"])
    assert words.read("cax") is None  # a third of its letters is another word
    words.fit(["coats", "boats", "boats goats", "goats boats"])
    assert words.read("xoats") == "boats"


def test_a_swap_of_neighbours_is_one_edit():
    words = CloseWords(min_count=1)
    words.fit(["shirts", "shorts", "shorts"])
    assert words.read("shrits") == "shirts"


def test_another_word_is_read_by_its_meaning_where_there_is_an_encoder():
    assert learnt(Encoder()).read("puppy") == "dog"
    assert not learnt().knows("puppy")
    assert learnt(Encoder()).knows("puppy")
    assert not learnt(Encoder()).knows("galaxy 500 x")


def test_a_real_word_is_read_by_its_meaning_and_a_misspelling_by_its_letters():
    assert learnt(Encoder()).read("dres") == "shoes"
    assert learnt(Encoder()).read("dresss") == "dress"


def test_an_encoder_is_asked_once_for_all_texts_and_for_the_vocabulary():
    encoder = Encoder()
    learnt(encoder).transform(["puppy", "boots", "galaxy", "puppy"])
    assert encoder.asked == 2


def test_in_a_text_of_three_words_each_is_read_and_in_a_longer_one_none():
    words = learnt(Encoder())
    assert words.transform(["red puppy"]).sum() == 2
    assert words.transform(["red summer puppy dress"]).sum() == 3


def test_what_was_read_otherwise_is_said():
    words = learnt(Encoder())
    assert words.notes("sweatshrit") == ["'sweatshrit' was read as sweatshirt"]
    assert words.notes("red puppy") == ["'puppy' was read as dog"]
    assert words.notes("red summer puppy dress") == ["'puppy' is not known"]
    assert words.notes("red dress") == []


def test_a_state_in_json_gives_the_same_rows():
    other = CloseWords()
    other.load_state(json.loads(json.dumps(learnt().state())))
    np.testing.assert_array_equal(
        other.transform([*TEXTS, "dres"]).toarray(), learnt().transform([*TEXTS, "dres"]).toarray()
    )


def test_meanings_of_the_vocabulary_are_kept_in_the_state():
    encoder = Encoder()
    other = CloseWords(encoder=encoder)
    other.load_state(json.loads(json.dumps(learnt(Encoder()).state())))
    assert other.read("puppy") == "dog"
    assert encoder.asked == 1


def test_meanings_that_do_not_fit_the_vocabulary_are_refused(tmp_path):
    state = learnt(Encoder()).state()
    state["meanings"] = state["meanings"][:12]
    (tmp_path / "vectoriser.json").write_text(json.dumps(state))
    with pytest.raises(RunError, match="not a vocabulary of this run; train the run again"):
        load_vocabulary(CloseWords(encoder=Encoder()), tmp_path)


@pytest.mark.parametrize(
    ("there", "name"),
    [
        (("minilm", "wordllama_table"), "close_words:minilm"),
        (("wordllama_table",), "close_words:wordllama"),
        ((), "close_words"),
    ],
)
def test_auto_is_what_this_machine_has(monkeypatch, there, name):
    for module in ("minilm", "wordllama_table"):
        monkeypatch.setattr(
            f"hierhash.features.{module}.is_installed", lambda module=module: module in there
        )
    assert resolved(VectoriserSpec("auto", min_count=3)) == VectoriserSpec(name, min_count=3)


def test_a_vocabulary_of_short_words_alone_is_read_back():
    words = CloseWords(min_count=1, encoder=Encoder())
    words.fit(["a1 b2", "b2 c3"])
    other = CloseWords(encoder=Encoder())
    other.load_state(words.state())
    assert other.read("puppy") is None
    assert other.read("b2") == "b2"


def test_a_short_word_is_not_read_as_another_by_one_letter():
    words = CloseWords(min_count=1)
    words.fit(["boat", "ball", "wings"])
    assert [words.read(word) for word in ("goat", "bull", "wing")] == [None, None, "wings"]


def test_a_real_word_without_a_like_meaning_is_not_read_by_its_letters():
    class Knows(Encoder):
        whole = ("dressy",)

    assert learnt(Knows()).read("dressy") is None
    assert learnt(Encoder()).read("dressy") == "dress"


def test_close_words_of_another_encoder_are_refused():
    with pytest.raises(ConfigError, match="did you mean 'close_words:minilm'"):
        text_vectoriser(VectoriserSpec("close_words:minilmm"))


def test_n_grams_know_a_word_of_which_they_know_half():
    grams = text_vectoriser(VectoriserSpec("ngrams", min_count=1))
    grams.fit(["sweatshirt"])
    assert grams.knows("sweatshirts")
    assert not grams.knows("swxyzq")
