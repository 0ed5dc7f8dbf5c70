"""What a request may take, on a real port: bodies, seconds, and how many at once."""

from __future__ import annotations

import asyncio
import select
import socket
import threading
import time
from contextlib import ExitStack, suppress

import httpx
import pytest

from hierhash.serving import service
from tests.serving.conftest import running
from tests.serving.test_app import picture, refused


def test_a_body_that_is_too_large_is_told_whether_it_says_so_or_not(make_client):
    client = make_client(body=2000)
    sent = {"picture": ("p", picture() + b"x" * 3000, "image/png")}
    assert "more than 2,000 bytes" in refused(client.post("/api/search", files=sent), 413)
    told = {"Content-Length": str(10**12)}
    refused(client.post("/api/search", content=b"x", headers=told), 413)
    parts = (b"x" * 500 for _ in range(7))
    refused(client.post("/api/search", content=parts), 413)


def test_a_query_that_runs_out_of_time_is_503(make_client, monkeypatch):
    client = make_client(seconds=0.2)
    monkeypatch.setattr(service, "answer", lambda *_: time.sleep(0.6))
    answered = client.get("/api/search?text=hats")
    assert "ran out of time" in refused(answered, 503)
    assert answered.headers["retry-after"] == "1"


def test_requests_beyond_those_in_flight_are_503_and_health_is_not(make_client, monkeypatch):
    client, going, ends = make_client(in_flight=1), threading.Event(), threading.Event()

    def waits(*_):
        going.set()
        ends.wait(10)
        return {}

    monkeypatch.setattr(service, "answer", waits)
    with client:  # one loop for all its requests
        first = threading.Thread(target=client.get, args=("/api/search?text=hats",))
        first.start()
        assert going.wait(10)
        refused(client.get("/api/search?text=hats"), 503)
        assert client.get("/api/health").status_code == 200
        assert "hierhash_in_flight 1.0" in client.get("/metrics").text
        ends.set()
        first.join()
        assert client.get("/api/search?text=hats").status_code == 200


@pytest.fixture(scope="module")
def server(trained, tmp_path_factory):
    """A server of narrow limits."""
    options = ("--in-flight", "4", "--seconds", "2", "--largest-body", "100KB")
    log = tmp_path_factory.mktemp("narrow") / "server.log"
    with running(log, trained / "index", *options, "--largest-picture", "0.02") as server:
        yield server


def connection(server):
    host, port = server.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=20)


def heard(slow):
    said = b""
    while part := slow.recv(4096):
        said += part
    return said


def test_a_slow_client_is_told_and_let_go(server):
    with connection(server) as slow:
        slow.sendall(b"POST /api/search HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nabc")
        began = time.monotonic()
        assert heard(slow).startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - began < 10
    assert server.get("/api/health").status_code == 200


@pytest.mark.parametrize(("path", "then"), [("/api/session", 200), ("/api/search", 503)])
def test_slow_bodies_take_nobodys_place_but_that_of_other_pictures(server, path, then):
    files = {"picture": ("p", picture(), "image/png")}
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nabc".encode()
    with ExitStack() as stack:
        slow = [stack.enter_context(connection(server)) for _ in range(5)]
        for one in slow:
            one.sendall(head)
        time.sleep(0.2)
        assert server.get("/api/search", text="hats").status_code == 200
        assert httpx.post(server.url + "/api/search", files=files).status_code == then
        assert sum(heard(one).startswith(b"HTTP/1.1 408 ") for one in slow) >= 4
    assert httpx.post(server.url + "/api/search", files=files).status_code == 200


def test_a_body_of_a_key_is_small(make_client):
    for client in (make_client("secret"), make_client()):
        answered = client.post("/api/session", json={"key": "x" * 5000})
        assert "more than 4,096 bytes; send less" in refused(answered, 413)


def test_a_body_without_an_end_is_let_go(server):
    with connection(server) as endless:
        endless.sendall(
            b"POST /api/search HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        sent = 0
        with suppress(ConnectionError):
            while sent < 100_000_000 and not select.select([endless], [], [], 0)[0]:
                endless.sendall(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")
                sent += 0x1000
        assert sent < 100_000_000
        assert endless.recv(4096).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("path", ["/", "/api/health"])
def test_a_load_balancer_hears_the_head_alone(server, path):
    with connection(server) as asking:
        head = f"HEAD {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        asking.sendall(head.encode())
        said = heard(asking)
    assert said.startswith(b"HTTP/1.1 200 ")
    assert said.endswith(b"\r\n\r\n")


def test_many_clients_get_answers_or_are_asked_to_wait(server):
    async def ask(url):
        limits = httpx.Limits(max_connections=300)
        async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as client:
            asked = [client.get("/api/search", params={"text": "hats"}) for _ in range(300)]
            return [one.status_code for one in await asyncio.gather(*asked)]

    found = asyncio.run(ask(server.url))
    assert set(found) <= {200, 503}
    assert 200 in found
    assert server.get("/api/search", text="hats").status_code == 200


def test_large_bodies_and_pictures_on_a_port(server):
    def sent(content):
        files = {"picture": ("p", content, "image/png")}
        return httpx.post(server.url + "/api/search", files=files, timeout=60)

    assert "more than 102,400 bytes" in refused(sent(b"x" * 300_000), 413)
    assert "more than 20,000 pixels" in refused(sent(picture(size=(400, 400))), 413)
    assert sent(picture()).status_code == 200
