from __future__ import annotations

import json

import numpy as np
import pytest

from hierhash.features.close_words import CloseWords
from hierhash.features.text_vectorisers import VectoriserSpec, resolved, text_vectoriser
from hierhash.features.words import Words

TEXTS = ["red summer dress", "blue summer shoes", "green sweatshirt", "brown dog"]


class Table:
    """Two words mean the same when they stand in one group here."""

    groups = ({"dog", "puppy"}, {"shoes", "boots"})

    def transform(self, texts):
        rows = [[float(text in group) for group in self.groups] for text in texts]
        return np.array(rows, dtype=np.float32)


def learnt(table=None):
    words = CloseWords(min_count=1, table=table)
    words.fit(TEXTS)
    return words


def test_titles_give_the_rows_of_a_plain_bag_of_words():
    plain = Words("words", min_count=1)
    plain.fit(TEXTS)
    titles = [*TEXTS, "red red zebra", ""]
    np.testing.assert_array_equal(
        learnt().transform(titles).toarray(), plain.transform(titles).toarray()
    )


@pytest.mark.parametrize(
    ("typed", "read"), [("sweatshrit", "sweatshirt"), ("dres", "dress"), ("Sumer", "summer")]
)
def test_a_misspelling_is_read_as_the_word_of_nearly_its_letters(typed, read):
    assert learnt().read(typed).words == (read,)
    np.testing.assert_array_equal(
        learnt().transform([typed]).toarray(), learnt().transform([read]).toarray()
    )


def test_another_word_is_read_by_its_meaning_where_there_is_a_table():
    assert learnt(Table()).read("puppy") == (("dog",), (1.0,))
    assert not learnt().knows("puppy")
    assert learnt(Table()).knows("puppy")
    assert not learnt(Table()).knows("galaxy 500 x")


def test_a_reading_adds_one_in_all():
    class Near(Table):
        groups = ({"dog", "puppy", "shoes"},)

    row = learnt(Near()).transform(["puppy"]).toarray()[0]
    assert sorted(row[row > 0].tolist()) == [0.5, 0.5]


def test_what_was_read_otherwise_is_said():
    words = learnt(Table())
    assert words.notes("sweatshrit") == ["'sweatshrit' was read as sweatshirt"]
    assert words.notes("red puppy") == ["'puppy' is not known"]
    assert words.notes("red dress") == []


def test_a_state_in_json_gives_the_same_rows():
    other = CloseWords()
    other.load_state(json.loads(json.dumps(learnt().state())))
    np.testing.assert_array_equal(
        other.transform([*TEXTS, "dres"]).toarray(), learnt().transform([*TEXTS, "dres"]).toarray()
    )


def test_auto_is_what_this_machine_has(monkeypatch):
    for there, name in ((True, "close_words:wordllama"), (False, "close_words")):
        monkeypatch.setattr(
            "hierhash.features.wordllama_table.is_installed", lambda there=there: there
        )
        assert resolved(VectoriserSpec("auto", min_count=3)) == VectoriserSpec(name, min_count=3)
    assert isinstance(text_vectoriser(VectoriserSpec("auto")), CloseWords)


def test_n_grams_know_a_word_of_which_they_know_half():
    grams = text_vectoriser(VectoriserSpec("ngrams", min_count=1))
    grams.fit(["sweatshirt"])
    assert grams.knows("sweatshirts")
    assert not grams.knows("swxyzq")
