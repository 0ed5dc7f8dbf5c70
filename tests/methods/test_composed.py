"""A picture and words as one query: what each tree reads of it."""

from __future__ import annotations

import numpy as np

from hierhash.labels.facets import CATEGORY
from hierhash.methods.composed import composed_rows
from hierhash.methods.faceted import Faceted


class Part:
    """A part that is as sure of any text as it is told."""

    needs, fuses = frozenset({"image", "text"}), True

    def __init__(self, sure):
        self.sure = sure

    def classify(self, rows):
        return [np.array([[self.sure, 1 - self.sure]])] if self.sure is not None else None


PICTURE, WORDS = np.ones((1, 2)), np.ones((1, 3))


def modalities(category, colour):
    method = Faceted({CATEGORY: Part(category), "colour": Part(colour)})
    return {name: set(rows) for name, rows in composed_rows(method, PICTURE, WORDS).items()}


def test_a_clear_colour_takes_the_place_of_the_pictures():
    assert modalities(0.4 + 0.2, 0.9) == {CATEGORY: {"image", "text"}, "colour": {"text"}}


def test_words_that_say_nothing_of_a_tree_leave_it_to_the_picture():
    class Unsure(Part):
        def classify(self, rows):
            return [np.array([[0.4, 0.3, 0.3]])]

    method = Faceted({CATEGORY: Unsure(None), "colour": Unsure(None)})
    rows = composed_rows(method, PICTURE, WORDS)
    assert {name: set(own) for name, own in rows.items()} == {
        CATEGORY: {"image"},
        "colour": {"image"},
    }


def test_a_colour_may_be_clear_though_none_of_its_shades_is():
    class Shades(Part):
        def classify(self, rows):
            return [np.array([[0.99, 0.01]]), np.array([[0.34, 0.33, 0.32, 0.01]])]

    method = Faceted({CATEGORY: Part(0.9), "colour": Shades(None)})
    assert set(composed_rows(method, PICTURE, WORDS)["colour"]) == {"text"}


def test_without_facets_both_are_read():
    assert set(composed_rows(Part(0.1), PICTURE, WORDS)[CATEGORY]) == {"image", "text"}
