"""Which queries are shown as examples."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from hierhash.labels.tree import LabelTree
from hierhash.reports.choice import choose
from hierhash.reports.relation import RELATIONS

TREE = LabelTree.from_nested({"A": ["a", "b", "c"], "B": ["d", "e"]}, name="t")
LABELS = [["a"], ["a"], ["b"], ["c"], ["d"], [], ["A"], ["a"], ["b"], ["e"]]
ITEMS = SimpleNamespace(
    tree=TREE, labels=TREE.encode(LABELS), catalogue=SimpleNamespace(labels=LABELS)
)
A, B, E = 7, 8, 9  # rows of answers: leaves a, b, e


@pytest.fixture
def chosen():
    """Queries 0 to 6: a, a, b, c, d, nothing, the inner node A."""
    ours = np.array([[A, A], [A, A], [B, E], [A, E], [E, E], [A, A], [A, B]])
    theirs = np.array([[E, E], [E, E], [B, B], [A, B], [E, E], [E, E], [A, A]])
    return lambda number: choose(ITEMS, np.arange(7), {"ours": ours, "theirs": theirs}, number)


def test_the_most_different_answers_come_first_each_of_another_class_in_turns(chosen):
    # Query 0 (ours better by 1), 2 (theirs by 1/2), then what is left: equal, and theirs by 1/4.
    assert chosen(2).places == [0, 2]
    assert chosen(3).places == [0, 2, 4]
    assert chosen(9).places == [0, 2, 4, 3, 6]


def test_queries_without_a_label_are_neither_chosen_nor_counted(chosen):
    assert chosen(9).known == 6
    assert 5 not in chosen(9).places


def test_alike_are_those_that_every_method_answers_with_the_class(chosen):
    assert chosen(9).alike == 1  # the inner node, under which all answers lie


def test_a_relation_has_a_true_colour_and_a_mark_of_its_own():
    assert [one.colour for one in RELATIONS] == ["red", "orange", "blue", "green"]
    assert len({one.mark for one in RELATIONS}) == len(RELATIONS)
