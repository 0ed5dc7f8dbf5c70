"""The page with an index inside answers as the command line does, in a real browser."""

from __future__ import annotations

import json
import random
import re
from importlib.resources import files

import pytest

from hierhash.answering.session import Session
from hierhash.errors import HierhashError
from hierhash.retrieval.open_store import open_store
from hierhash.retrieval.words_search import telling_words
from tests.cli.small_run import contents, hierhash, refusal

WORDS = ("hats", "shoes", "lamps", "beds", "wear", "home", "red", "blue", "number3", "number5")
TYPED = ("hts", "shoez", "lmaps", "zebra", "the", "red-hats", "HOME red", "beds, blue!", "i7", "")
WISHES = (
    {"under": "Wear"},
    {"under": "Home/Beds", "where": ["colour=red"]},
    {"where": ["size=M", "price<20"]},
    {"where": ["price>=10", "price<=31.5"]},
    {"sort": "price desc"},
    {"where": ["colour=blue"], "sort": "size"},
    {"weigh": {"colour": 2}},
    {"filter": False},
)


@pytest.fixture(scope="module")
def page(faceted, tmp_path_factory):
    file = tmp_path_factory.mktemp("page") / "search.html"
    said = hierhash("export-page", faceted / "index", file, "--title", "A shop")
    assert said.code == 0, said.err
    assert "48 items" in said.out
    return file


@pytest.fixture(scope="module")
def session(faceted):
    return Session(open_store(str(faceted / "index")), small=True)


def queries(count):
    rng = random.Random(0)
    drawn = {" ".join(rng.sample([*WORDS, *TYPED], rng.randint(1, 4))).strip() for _ in range(400)}
    return sorted(one for one in drawn if one)[:count]


def answered(session, text, wish=None, k=10, skip=0, like=None):
    """Ids, what was understood, notes, asides and scores, or that it was refused."""
    own = dict(wish or {})
    own["filters"] = own.pop("filter", True)
    own["weigh"] = [f"{name}={weight}" for name, weight in own.pop("weigh", {}).items()]
    try:
        own = session.wish(k, skip=skip, **own)
        if like is not None:
            found = session.answer_like(like, own)
        else:
            found = session.answer_text(text, own) if text else session.browse(own)
    except HierhashError:
        return None
    return {
        "ids": [hit.item["id"] for hit in found.hits],
        "distances": [hit.distance for hit in found.hits],
        "marks": list(found.marks),
        "understood": [[one.tree, list(one.node)] for one in found.understood or ()],
        "notes": list(found.notes),
        "asides": list(found.asides),
        "scores": [hit.score and pytest.approx(hit.score, abs=2e-4) for hit in found.hits],
    }


def shown(opened_page, text, wish=None, k=10, skip=0, like=""):
    """The same of the page."""
    script = """([wish, k, skip]) => {
      try { return hierhash.answer(wish, k, skip) } catch { return null }
    }"""
    found = opened_page.page.evaluate(
        script, [{"text": text, "like": like, **(wish or {})}, k, skip]
    )
    return found and {
        "ids": [hit["id"] for hit in found["hits"]],
        "distances": [hit["distance"] for hit in found["hits"]],
        "marks": [hit["relation"] for hit in found["hits"]],
        "understood": [[one["tree"], one["node"]] for one in found["understood"] or ()],
        "notes": found["notes"],
        "asides": found["asides"],
        "scores": [hit["score"] for hit in found["hits"]],
    }


def test_a_hundred_texts_are_answered_as_by_the_command_line(page, session, opened):
    own = opened(page.as_uri())
    texts = queries(100)
    assert len(texts) == 100
    for text in texts:
        assert shown(own, text) == answered(session, text), text


@pytest.mark.parametrize("wish", WISHES, ids=json.dumps)
def test_filters_orders_and_weights_are_those_of_the_command_line(page, session, opened, wish):
    own = opened(page.as_uri())
    for text in ("red hats", "shoes number3", "bed", "zebra number5"):
        for skip in (0, 7):
            expected = answered(session, text, wish, 10, skip)
            assert shown(own, text, wish, 10, skip) == expected, (text, skip)


@pytest.mark.parametrize("wish", [{}, *WISHES], ids=json.dumps)
def test_an_item_asks_and_items_are_listed_as_by_the_command_line(page, session, opened, wish):
    own = opened(page.as_uri())
    index = session.store.read()
    for row in (0, 7, 20):
        like = index.item(row)["id"]
        assert shown(own, "", wish, like=like) == answered(session, "", wish, like=like), like
    for skip in (0, 5):
        assert shown(own, "", wish, 10, skip) == answered(session, "", wish, 10, skip)


def test_names_of_javascript_are_words_like_others(page, session, opened):
    own = opened(page.as_uri())
    for text in ("constructor", "red constructor", "toString hats", "__proto__"):
        assert shown(own, text) == answered(session, text), text
    with pytest.raises(Exception, match="no facet or column 'constructor'"):
        own.page.evaluate("hierhash.answer({ where: ['constructor=x'] })")


def test_counts_are_exact(page, session, opened):
    own = opened(page.as_uri())
    index = session.store.read()
    items = [index.item(row) for row in range(len(index))]
    script = "() => document.querySelector('#tree').innerText"
    wear = sum(one["paths"][0][0] == "Wear" for one in items)
    counts = own.page.evaluate(script).split()
    assert counts == ["Wear", str(wear), "Home", str(len(items) - wear)]
    own.page.click("[data-key='colour=red']")
    own.ids()
    red = [one for one in items if one["attributes"].get("colour") == "red"]
    wear = sum(one["paths"][0][0] == "Wear" for one in red)
    assert f"Wear\n{wear}" in own.page.evaluate(script)
    assert own.page.inner_text("#status") == f"{len(red)} items"
    blue = sum(one["attributes"].get("colour") == "blue" for one in items)
    assert own.page.inner_text("[data-key='colour=blue']").split() == ["blue", str(blue)]


def test_words_that_tell_nothing_are_those_of_the_command_line():
    script = (files("hierhash.page") / "assets" / "words.js").read_text()
    told = re.search(r"const STOP = new Set\(\s*\((.*?)\)\.split", script, re.DOTALL)[1]
    stop = set(" ".join(re.findall(r'"([^"]*)"', told)).split())
    assert len(stop) > 30
    common = "about all any can do from has have he her his i me my one or our she so some than"
    more = "them up us we what when which who would you your red one two very"
    for word in stop | set(f"{common} {more}".split()):
        assert (telling_words(f"{word} zebra") == ["zebra"]) == (word in stop), word


def test_it_asks_nobody(page, opened):
    own = opened(page.as_uri())
    own.search("red hats")
    assert [one for one in own.asked if not one.startswith(("file:", "data:"))] == []
    assert "http" not in page.read_text().replace("http-equiv", "").replace("http://www.w3.org", "")


def test_the_small_branch_is_there_for_the_command_line(faceted):
    said = hierhash(
        "search", faceted / "index", "--text", "hats red", "--branch", "small", "-k", "2"
    )
    assert said.code == 0, said.err
    assert said.out.startswith("understood: Wear > Hats")


def test_what_cannot_be_a_page_is_refused_and_nothing_is_written(faceted, trained, tmp_path):
    (tmp_path / "there.html").write_text("mine")
    place = tmp_path / "there.html"
    assert "exists already" in refusal(tmp_path, "export-page", faceted / "index", place)
    away = tmp_path / "no" / "page.html"
    assert "there is no folder" in refusal(tmp_path, "export-page", faceted / "index", away)
    before = contents(trained)
    said = refusal(tmp_path, "export-page", trained / "run", tmp_path / "new.html")
    assert "not an index" in said or "no index" in said
    assert contents(trained) == before
    said = hierhash("export-page", faceted / "index", place, "--force", "--no-pictures")
    assert said.code == 0, said.err
    assert place.read_text().startswith("<!doctype html>")
