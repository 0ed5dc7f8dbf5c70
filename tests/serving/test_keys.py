"""Who may ask."""

from __future__ import annotations

import pytest

from hierhash.serving.keys import COOKIE

KEY = "a long wörd"


@pytest.fixture
def guarded(make_client):
    return make_client(KEY)


def test_without_the_key_only_the_page_and_its_health_are_there(guarded):
    for path in ("/api/search?text=hats", "/api/index", "/api/counts", "/metrics", "/openapi.json"):
        answered = guarded.get(path)
        assert answered.status_code == 401
        assert "Bearer KEY" in answered.json()["error"]
    for path in ("/", "/page.css", "/page.js", "/api/health"):
        assert guarded.get(path).status_code == 200
        assert guarded.head(path).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Bearer {KEY}".encode()},
        {"Authorization": f"bearer  {KEY}".encode()},
        {"X-API-Key": KEY.encode()},
    ],
)
def test_a_header_brings_it(guarded, headers):
    assert guarded.get("/api/search?text=hats", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer "},
        {"Authorization": "Basic YTpi"},
        {"X-API-Key": b"\xff\xfe"},
        {"X-API-Key": KEY.encode() + b"x"},
        {"Cookie": f"{COOKIE}="},
        {"Cookie": f"{COOKIE}=a long word"},
        {"Cookie": ';;=,"\x01'},
    ],
)
def test_what_is_not_the_key_is_refused(guarded, headers):
    assert guarded.get("/api/search?text=hats", headers=headers).status_code == 401


def test_the_page_takes_it_once_for_a_cookie_that_does_not_give_it_away(guarded):
    assert guarded.post("/api/session", json={"key": "wrong"}).status_code == 401
    assert guarded.post("/api/session", json={"key": 7}).status_code == 422
    half = {"content": rb'{"key": "\ud800"}', "headers": {"Content-Type": "application/json"}}
    assert guarded.post("/api/session", **half).status_code == 401
    answered = guarded.post("/api/session", json={"key": KEY})
    assert answered.status_code == 200
    cookie = answered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert KEY not in cookie
    assert guarded.get("/api/search?text=hats").status_code == 200  # the client sends it now


def test_without_a_key_the_session_is_open(client):
    answered = client.post("/api/session", json={"key": "any"})
    assert answered.status_code == 200
    assert "set-cookie" not in answered.headers
