"""Answers as a contact sheet."""

from __future__ import annotations

import html
import re
import shutil

import pytest

from hierhash.retrieval.answered import Answered
from tests.cli.small_run import hierhash


@pytest.fixture
def index(trained, tmp_path):
    return shutil.copytree(trained / "index", tmp_path / "index")


def test_a_page_shows_every_query_its_answers_and_their_pictures(index, trained, tmp_path):
    (tmp_path / "q.txt").write_text("hats\nqqqq\nshoes <b>\n")
    page = tmp_path / "page.html"
    said = hierhash("search", index, "--queries", tmp_path / "q.txt", "-k", "3", "--html", page)
    assert said.code == 2  # one text says nothing
    text = page.read_text()
    assert [html.unescape(one) for one in re.findall(r"<h2>(.*?)</h2>", text)] == [
        "hats",
        "shoes <b>",
    ]
    assert text.count("<li>") == 6
    assert text.count("data:image/jpeg;base64,") == 6
    assert "understood: Wear &gt; Hats" in text
    assert 'class="mark exact">exact' in text
    assert 'src="http' not in text


def test_a_picture_that_asks_is_shown_and_one_that_is_gone_is_said(index, trained, tmp_path):
    page = tmp_path / "page.html"
    shop = trained / "shop"
    hidden = tmp_path / "picture.png"
    shutil.copy(next(shop.glob("*.png")), hidden)
    said = hierhash("search", index, "--image", hidden, "-k", "2", "--html", page)
    assert said.code == 0, said.err
    assert "the picture that was asked by" in page.read_text()
    said = hierhash("search", index, "--text", "hats", "--html", page)
    assert said.code == 2
    assert "exists already" in said.err


def test_pictures_that_are_gone_leave_a_word(tmp_path):
    from hierhash.reports.search_page import search_page
    from hierhash.retrieval.items import Hit

    item = {"id": "1", "text": "a hat", "paths": [["A", "b"]], "image": str(tmp_path / "no.png")}
    hits = [Hit(item, 3, 1.25), Hit(item | {"text": None, "image": None, "paths": []}, None, None)]
    page = search_page("shop", [Answered("hat", None, None, ["x"], [], hits, ["exact", ""])])
    assert page.count("no picture") == 2
    assert "score 1.2, distance 3" in page
    assert "A/b" in page
    assert "nothing answers" in search_page("shop", [Answered("hat", None, None, (), (), [], [])])


def test_a_page_that_has_no_place_and_words_of_a_picture_are_refused(index, trained, tmp_path):
    words = ("search", index, "--text", "hats", "--html", tmp_path / "no" / "p.html")
    said = hierhash(*words)
    assert (said.code, said.out) == (2, "")
    assert "there is no folder" in said.err
    picture = next((trained / "shop").glob("*.png"))
    said = hierhash("search", index, "--image", picture, "--mode", "words")
    assert said.code == 2
    assert "--mode words: a picture is answered by its code" in said.err
