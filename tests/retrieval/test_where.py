"""Conditions on numbers of a column, against a plain comparison."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hierhash.codes.distances import Hamming
from hierhash.errors import InputError
from hierhash.labels.tree import LabelTree
from hierhash.retrieval import filtering
from hierhash.retrieval.conditions import Compares, Equals
from hierhash.retrieval.exact import ExactIndex
from hierhash.retrieval.filtering import Filter
from hierhash.retrieval.items import metadata_lines
from hierhash.retrieval.where import parse_condition

TREE = LabelTree.from_nested(["A"], name="t")
CELLS = ["19.90", "50", " 7 ", "", "free", "-3", "5e1", "nan", "inf"]


class Items:
    """What conditions are for, in memory."""

    def __init__(self, index):
        self._filter = Filter(index)
        self.columns, self.values = self._filter.columns, self._filter.values

    def count(self, where=()):
        return len(self._filter.rows(where))

    def held(self):
        return len(self._filter._met), self._filter._held

    def rows(self, text):
        return self._filter.rows([parse_condition(text, {}, self)]).tolist()


@pytest.fixture(scope="module")
def items(tmp_path_factory):
    known = [
        {
            "id": str(row),
            "text": "",
            "paths": [["A"]],
            "image": None,
            "attributes": {"price": cell, "name": "x"},
        }
        for row, cell in enumerate(CELLS)
    ]
    labels = TREE.encode([["A"]] * len(known))
    codes = np.zeros((len(known), 1), dtype=np.uint8)
    run = tmp_path_factory.mktemp("run")
    return Items(ExactIndex(codes, metadata_lines(known), labels, {"bits": 8}, run, Hamming(8)))


@given(
    sign=st.sampled_from(["<", "<=", ">", ">="]),
    limit=st.sampled_from([50.0, 7.0, -3.0, 19.9, 0.0, 1e9]),
)
def test_numbers_are_compared_and_other_cells_are_none(items, sign, limit):
    wanted = []
    for row, cell in enumerate(CELLS):
        try:
            number = float(cell)
        except ValueError:
            continue
        compared = {"<": number < limit, "<=": number <= limit, ">": number > limit}
        if compared.get(sign, number >= limit):
            wanted.append(row)
    assert items.rows(f"price {sign} {limit}") == wanted


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("price<cheap", "'cheap' is not a number; write price<50"),
        ("name<5", "name: no item has a number there; write name=VALUE"),
        ("prise<5", "no facet or column 'prise'; did you mean 'price'"),
        ("price<", "'price<' is not NAME=VALUE, such as colour=Red, or NAME<NUMBER"),
        ("<5", "is not NAME=VALUE"),
        ("price= \n ", "is not NAME=VALUE"),
        ("price", "is not NAME=VALUE"),
    ],
)
def test_what_is_no_condition_is_refused(items, condition, said):
    with pytest.raises(InputError) as caught:
        items.rows(condition)
    assert said in str(caught.value)


def test_a_value_may_hold_signs(items):
    with pytest.raises(InputError, match="name: no item has 'a<b'"):
        items.rows("name=a<b")


def test_a_long_value_of_two_lines_is_read_at_once(items):
    began = time.process_time()
    with pytest.raises(InputError, match="name: no item has"):
        items.rows("name=" + "b" * 30_000 + "\nx")
    assert time.process_time() - began < 1


def test_rows_that_are_kept_have_a_bound_and_none_are_kept_of_nothing(items, monkeypatch):
    before = items.held()
    assert items.count([Equals("name", "nobody")]) == 0
    assert items.held() == before
    monkeypatch.setattr(filtering, "KEPT", 64 * filtering.ENTRY)
    for number in range(200):
        assert items.count([Compares("price", ">", -1 - number / 1000)]) == 5
    kept, held = items.held()
    assert held <= filtering.KEPT
    assert 10 < kept <= 64
    assert items.count([Compares("price" + " " * 100_000, ">", 0)]) == 0
    assert items.count([Equals("name", "x"), Equals("name", "x" * 100_000)]) == 0
    assert items.held() == (kept, held)
