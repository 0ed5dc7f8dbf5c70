"""What the paths answer, and what becomes of mistakes."""

from __future__ import annotations

import io
import json
from contextlib import contextmanager

import pytest
from PIL import Image

from hierhash.answering import session
from hierhash.answering.asking import ask_picture
from hierhash.errors import HierhashError
from hierhash.serving import opening, service
from hierhash.serving.headers import ALWAYS


def picture(colour=(200, 0, 0), size=(16, 16), kind="PNG", **options):
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind, **options)
    return buffer.getvalue()


def search(client, **params):
    answered = client.get("/api/search", params=params)
    assert answered.status_code == 200, answered.text
    return answered.json()


def ids(answer):
    return [hit["id"] for hit in answer["hits"]]


def refused(answered, status):
    assert answered.status_code == status, answered.text
    [(name, said)] = answered.json().items()
    assert name == "error"
    assert "\n" not in said
    return said


def test_a_text_finds_its_class_with_all_that_is_told(client):
    answer = search(client, text="hats", k=3)
    assert answer["query"] == {"text": "hats", "picture": False, "like": None}
    assert (answer["items"], answer["unit"]) == (28, "bit")
    assert len(answer["hits"]) == 3
    hit = answer["hits"][0]
    assert set(hit) == {
        *("id", "text", "paths", "attributes", "distance", "score", "relation", "picture")
    }
    assert hit["picture"] == f"/api/picture?id={hit['id']}"
    assert client.get(hit["picture"]).status_code == 200


def test_pages_make_the_whole(client):
    whole = ids(search(client, text="hats number1", k=28))
    assert len(set(whole)) == 28
    pages = [
        one
        for skip in (0, 9, 18, 27)
        for one in ids(search(client, text="hats number1", k=9, skip=skip))
    ]
    assert pages == whole


def test_an_item_asks_and_is_left_out(client):
    whole = ids(search(client, k=28))
    answer = search(client, like=whole[0], k=28)
    assert sorted(ids(answer)) == sorted(whole[1:])
    assert answer["understood"] is None
    distances = [hit["distance"] for hit in answer["hits"]]
    assert distances == sorted(distances)
    pages = [
        one for skip in (0, 10, 20) for one in ids(search(client, like=whole[0], k=10, skip=skip))
    ]
    assert pages == ids(answer)
    assert "no item has the id" in refused(client.get("/api/search?like=nobody"), 400)


def test_without_a_query_items_come_in_their_order(client, opened):
    store = opened.session.store
    assert ids(search(client, k=28)) == [one["id"] for one in store.items(range(28))]
    below = search(client, k=28, under="Wear/Hats")
    assert below["items"] == len(below["hits"]) == store.count([]) // 4
    assert all(hit["distance"] is hit["score"] is None for hit in below["hits"])


def test_counts_leave_a_trees_own_condition_out(client):
    every = client.get("/api/counts").json()
    assert every["items"] == 28
    counts = {tuple(node): n for node, n in every["trees"]["category"]}
    assert counts[("Wear",)] == counts[("Wear", "Hats")] + counts[("Wear", "Shoes")]
    below = client.get("/api/counts", params={"under": "Wear/Hats"}).json()
    assert below["items"] == counts[("Wear", "Hats")]
    assert below["trees"] == every["trees"]


def test_the_index_says_what_it_is(client):
    about = client.get("/api/index").json()
    assert (about["items"], about["bits"], about["name"]) == (28, 16, "index")
    assert about["reads"][:2] == ["text", "image"]
    assert about["trees"][0]["nodes"][:3] == [["Wear"], ["Wear", "Hats"], ["Wear", "Shoes"]]
    assert about["limits"] == {"body": 10 * 1024 * 1024, "pixels": 40_000_000, "k": 200}
    assert about["generation"] == client.get("/api/health").json()["generation"]


@pytest.mark.parametrize("reads", [["image"], ["text"], ["text", "image"]])
def test_a_run_that_reads_pictures_is_loaded_before_the_first_query(trained, reads, monkeypatch):
    monkeypatch.setattr(opening, "reads", lambda _: reads)
    made = opening.open_index(str(trained / "index")).session
    assert ("saved" in vars(made)) == ("image" in reads)


def test_a_picture_asks_alone_and_with_a_text(client):
    sent = {"picture": ("red.png", picture(), "image/png")}
    found = client.post("/api/search", files=sent, data={"k": "3", "where": []})
    assert found.status_code == 200, found.text
    assert found.json()["query"] == {"text": None, "picture": True, "like": None}
    assert len(found.json()["hits"]) == 3
    assert "alone" in refused(client.post("/api/search", files=sent, data={"like": "i1"}), 400)
    assert "picture" in refused(client.post("/api/search", data={"text": "hats"}), 422)


def test_nobody_waits_for_a_store_while_a_picture_is_coded(client, opened, monkeypatch):
    going, coded = [], []

    @contextmanager
    def reading(_):
        going.append(1)
        yield
        going.pop()

    def asks(*words):
        coded.append(len(going))
        return ask_picture(*words)

    monkeypatch.setattr(type(opened.session.store), "reading", reading)
    monkeypatch.setattr(session, "ask_picture", asks)
    sent = {"picture": ("red.png", picture(), "image/png")}
    assert client.post("/api/search", files=sent).status_code == 200
    assert coded == [0]
    answered = client.post("/api/search", files=sent, data={"mode": "words"})
    assert "a picture has no words" in refused(answered, 400)


@pytest.mark.parametrize(
    ("params", "status", "words"),
    [
        ({"text": "zzzz"}, 400, "no word of it is known"),
        ({"text": "hats", "under": "Wear/Hat"}, 400, "under: no node 'Wear/Hat'; did you mean"),
        ({"where": "hue=red"}, 400, "where: no facet or column 'hue'"),
        ({"where": "nothing"}, 400, "is not NAME=VALUE"),
        ({"text": "hats", "sort": "price"}, 400, "sort: no column 'price'"),
        ({"text": "hats", "weigh": "hue=2"}, 400, "no segment 'hue'"),
        (
            {"text": "hats", "rescore": "false", "weigh": "category=2"},
            400,
            "leave rescore=false away",
        ),
        ({"text": "hats", "like": "i1"}, 400, "an item asks alone"),
        ({"k": "many"}, 422, "k: "),
        ({"k": "201"}, 422, "k: "),
        ({"k": "0"}, 422, "k: "),
        ({"skip": "-1"}, 422, "skip: "),
        ({"risk": "nan"}, 422, "risk: "),
        ({"mode": "magic"}, 422, "mode: "),
        ({"text": "x" * 501}, 422, "text: "),
        ({"where": ["price<1", "x" * 1001]}, 422, "where.1: "),
        ({"weigh": "x" * 1001}, 422, "weigh.0: "),
        ({"under": "x" * 1001}, 422, "under: "),
        ({"like": "x" * 1001}, 422, "like: "),
        ({"sort": "x" * 1001}, 422, "sort: "),
    ],
)
def test_mistakes_are_told_in_one_line_in_the_servers_words(client, trained, params, status, words):
    said = refused(client.get("/api/search", params=params), status)
    assert words in said
    assert str(trained) not in said
    assert "--" not in said


def test_what_a_client_wrote_is_told_as_it_was_written(client):
    for words in ("two --word --no-filter", "it's --where"):
        said = refused(client.get("/api/search", params={"where": words}), 400)
        assert said.startswith(f"where: '{words}' is not NAME=VALUE")


@pytest.mark.parametrize("name", ["under", "where"])
def test_parameters_of_counts_have_an_end_too(client, name):
    assert name in refused(client.get("/api/counts", params={name: "x" * 1001}), 422)


def test_fields_of_a_form_have_an_end_too(client):
    for name in ("where", "weigh", "under", "like", "sort"):
        sent = {"picture": ("red.png", picture(), "image/png")}
        answered = client.post("/api/search", files=sent, data={name: "x" * 1001})
        assert name in refused(answered, 422)


def test_parameters_of_other_names_are_refused_with_those_there_are(client):
    said = refused(client.get("/api/search?text=hats&undr=x"), 422)
    assert said.startswith("undr: no such parameter; did you mean 'under'?; there are text, like,")
    assert "bogus: no such" in refused(client.get("/api/search?bogus=1"), 422)
    said = refused(client.get("/api/counts?undr=x"), 422)
    assert said == "undr: no such parameter; did you mean 'under'?; there are under, where"
    sent = {"picture": ("red.png", picture(), "image/png")}
    answered = client.post("/api/search", files=sent, data={"undr": "x"})
    assert "undr: no such parameter" in refused(answered, 422)


def test_other_paths_and_methods_are_refused(client):
    refused(client.get("/nothing"), 404)
    refused(client.put("/api/search"), 405)
    refused(client.get("/docs"), 404)
    for path in (
        "/../pyproject.toml",
        "/%2e%2e/etc/passwd",
        "/page.css/../../x",
        "/page/page.html",
    ):
        refused(client.get(path), 404)


def test_every_answer_has_safe_headers_and_none_for_other_origins(client):
    for path in ("/", "/api/search?text=hats", "/nothing", "/api/search?k=x", "/metrics"):
        headers = client.get(path, headers={"Origin": "https://other.example"}).headers
        assert {name: headers[name] for name in ALWAYS} == ALWAYS
        assert not any(name.startswith("access-control") for name in headers)


def test_the_page_is_served_with_an_etag(client):
    for path, kind in (("/", "html"), ("/page.css", "css"), ("/page.js", "javascript")):
        answered = client.get(path)
        assert kind in answered.headers["content-type"]
        known = {"If-None-Match": answered.headers["etag"]}
        assert client.get(path, headers=known).status_code == 304


def test_what_fails_is_one_line_too(client, monkeypatch):
    def fails(*_):
        raise RuntimeError("secret")

    monkeypatch.setattr(service, "answer", fails)
    assert (
        refused(client.get("/api/search?text=hats"), 500) == "the server failed; its log says why"
    )

    def gone(*_):
        raise HierhashError("the database is gone")

    monkeypatch.setattr(service, "answer", gone)
    assert refused(client.get("/api/search?text=hats"), 503) == "the database is gone"


def test_metrics_count_by_route(client):
    search(client, text="hats")
    client.get("/made/up")
    said = client.get("/metrics").text
    assert 'hierhash_requests_total{route="/api/search",status="200"} 1.0' in said
    assert 'hierhash_requests_total{route="other",status="404"} 1.0' in said
    assert "hierhash_items 28.0" in said
    assert "hierhash_in_flight 0.0" in said


def test_half_a_character_of_an_item_is_no_failure(client, opened, monkeypatch):
    item = {"id": "\ud800", "text": "\udfff", "paths": [], "image": "x.png", "attributes": {"a": 1}}
    monkeypatch.setattr(type(opened.session.store.index), "item", lambda *_: item)
    answered = client.get("/api/search?k=1")
    assert answered.status_code == 200
    assert json.loads(answered.content)["hits"][0]["attributes"] == {"a": "1"}
