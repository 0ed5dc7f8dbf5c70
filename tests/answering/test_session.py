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


def test_an_item_asks_by_its_code_and_is_left_out(session):
    store = session.store
    own = store.items([5])[0]["id"]
    found = session.answer_like(own, session.wish(28))
    distances, rows = store.nearest(store.stored([5]), 28)
    assert [hit.row for hit in found.hits] == [row for row in rows[0].tolist() if row != 5]
    assert [hit.distance for hit in found.hits] == sorted(distances[0].tolist())[1:]
    assert (found.like, found.understood, len(found.hits)) == (own, None, 27)
    pages = [
        one
        for skip in (0, 10, 20)
        for one in ids(session.answer_like(own, session.wish(10, skip=skip)))
    ]
    assert pages == ids(found)
    below = session.answer_like(own, session.wish(28, under="Home"))
    assert {hit.item["paths"][0][0] for hit in below.hits} == {"Home"}
    with pytest.raises(InputError, match="no item has the id 'nobody'"):
        session.answer_like("nobody", session.wish(3))
    with pytest.raises(InputError, match="asked for by its code"):
        session.answer_like(own, session.wish(3, mode="words"))


def test_segments_that_count_otherwise_order_what_is_like_an_item(session):
    own = session.store.items([5])[0]["id"]
    alike = session.answer_like(own, replace(session.wish(28), weights={"category": 1.0})).hits
    assert all(hit.score is None for hit in alike)
    scored = session.answer_like(own, replace(session.wish(28), weights={"category": 2.0})).hits
    assert [hit.item["id"] for hit in scored] == [hit.item["id"] for hit in alike]
    assert all(hit.score == 16 - 2 * hit.distance for hit in scored)


def test_browsing_gives_items_in_their_order(session):
    every = session.browse(session.wish(28))
    assert [hit.row for hit in every.hits] == list(range(28))
    assert session.browse(session.wish(5, skip=3)).hits == every.hits[3:8]
    assert every.understood is None


def test_the_run_is_loaded_once(session, trained, monkeypatch):
    from hierhash.runs import saved

    loaded = []
    before = saved.load_run
    monkeypatch.setattr(saved, "load_run", lambda place: loaded.append(place) or before(place))
    for _ in range(2):
        session.answer_picture(trained / "shop" / "0.png", None, session.wish(3))
    assert len(loaded) == 1


def test_codes_that_many_items_share_answer_the_same(session, monkeypatch):
    import hierhash.retrieval.folder_store as folder_store
    from hierhash.retrieval import accelerator, by_score

    plain = session.answer_text("hats", session.wish(28)).hits
    below = session.answer_text("hats", session.wish(28, under="Wear")).hits
    monkeypatch.setattr(folder_store, "WHOLE", 5)
    monkeypatch.setattr(by_score, "WHOLE", 5)
    monkeypatch.setattr(folder_store, "FEWER", 1)
    monkeypatch.setattr(by_score, "FEWER", 1)
    monkeypatch.setattr(accelerator, "FEWEST", 5)
    session.store.warm()
    assert session.store.index.groups is not None
    assert session.answer_text("hats", session.wish(28)).hits == plain
    assert session.answer_text("hats", session.wish(28, under="Wear")).hits == below
