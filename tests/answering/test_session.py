"""What a session answers a text by, and what it says of the answers."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from hierhash.answering import ranking
from hierhash.answering.session import Session
from hierhash.answering.wish import Order, in_order, parse_order
from hierhash.errors import DataError, InputError
from hierhash.retrieval.folder_store import FolderStore
from hierhash.retrieval.items import Hit


@pytest.fixture
def session(trained):
    return Session(FolderStore(trained / "index"))


def ids(answered):
    return [hit.item["id"] for hit in answered.hits]


def said_of_items(session, text):
    """The session with one text of its own in each item."""
    index = session.store.index
    lines = [
        json.dumps(json.loads(line) | {"text": text(row)}).encode()
        for row, line in enumerate(index.lines)
    ]
    session.store.index = replace(index, lines=lines)
    return session


def test_a_word_of_one_item_brings_it_to_the_top_of_its_class(session):
    session = said_of_items(session, lambda row: f"thing mark{row}")
    by_code = ids(session.answer_text("hats", session.wish(28, mode="code")))
    last = by_code[6]
    row = [one["id"] for one in session.store.items(range(28))].index(last)
    found = ids(session.answer_text(f"hats mark{row}", session.wish(3)))
    assert found[0] == last


def test_words_that_no_item_has_leave_the_codes_alone(session):
    session = said_of_items(session, lambda row: "nothing of it")
    both = session.answer_text("hats", session.wish(28))
    code = session.answer_text("hats", session.wish(28, mode="code"))
    assert both.hits == code.hits


def test_pages_go_on_after_the_first_of_both(session, monkeypatch):
    monkeypatch.setattr(ranking, "FIRST", 5)
    whole = ids(session.answer_text("hats number1", session.wish(28)))
    assert len(whole) == len(set(whole)) == 28
    pages = [
        one
        for skip in range(0, 30, 3)
        for one in ids(session.answer_text("hats number1", session.wish(3, skip=skip)))
    ]
    assert pages == whole


def test_nothing_is_near_where_nothing_was_understood_and_no_word_found(session, monkeypatch):
    session = said_of_items(session, lambda row: "nothing of it")
    monkeypatch.setattr(ranking, "FAR", -1.0)
    monkeypatch.setattr("hierhash.answering.session.understand_all", lambda *_: [])
    [said] = session.answer_text("hats number1", session.wish(3)).asides
    assert said.startswith("nothing is near: the nearest item differs in ")
    assert said.endswith(" of 16 bits")
    assert session.answer_text("hats number1", session.wish(3, skip=3)).asides == []
    said_of_items(session, lambda row: "hats")
    session.store.__dict__.pop("_words", None)
    assert session.answer_text("hats number1", session.wish(3)).asides == []


def test_no_answer_below_a_node_is_said(session):
    empty = session.store.index.subset(session.store.index.rows_under(1, 0))
    session.store.index = empty
    answered = session.answer_text("hats", session.wish(3, under="Home"))
    assert (answered.hits, answered.asides) == ([], ["no item lies under Home"])


def test_a_text_that_says_nothing_is_refused_in_every_mode(session):
    for mode in ("code", "words", "both"):
        with pytest.raises(DataError, match="zzzz"):
            session.answer_text("zzzz", session.wish(3, mode=mode))


def test_an_order_is_parsed_and_kept():
    assert parse_order(" price DESC ", ["price"], 7) == Order("price", True, 7)
    assert parse_order("unit price asc", ["unit price"]) == Order("unit price")
    with pytest.raises(InputError, match="it has none"):
        parse_order("price", [])
    hits = [Hit({"attributes": {"c": cell}}, None, None) for cell in ("b", "", "A", "b2")]
    cells = [hit.item["attributes"]["c"] for hit in in_order(hits, Order("c", True))]
    assert cells == ["b2", "b", "A", ""]
    assert in_order([Hit({}, None, None)], Order("c")) == [Hit({}, None, None)]
