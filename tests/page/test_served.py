"""The page beside a server: what it asks, pictures as queries, a key, and a server that is gone."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.page.chromium import Watched


@contextlib.contextmanager
def serving(index, **environment):
    """The address of a server of its own, and its process."""
    words = [sys.executable, "-m", "hierhash.cli.main", "serve", str(index), "--port", "0"]
    env = {**os.environ, "OMP_NUM_THREADS": "1", **environment}
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=env) as process:
        try:
            line = process.stderr.readline()
            yield re.search(r"http://[\d.:]+", line).group(), process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


@pytest.fixture(scope="module")
def server(faceted):
    with serving(faceted / "index") as (address, _):
        yield address


def test_typing_filters_clicks_and_the_way_back(server, opened):
    own = opened(server)
    found = own.search("red hats")
    assert own.page.locator(".read").first.inner_text().startswith("Wear › Hats")
    own.page.click("[data-key='Wear']")
    own.ids()
    assert set(own.page.locator(".card .path").all_inner_texts()) <= {"Wear › Hats", "Wear › Shoes"}
    own.page.click("[data-key='colour=blue']")
    blue = own.ids()
    assert opened(own.page.url).ids() == blue
    own.page.click(f".card[data-id={blue[0]}]")
    own.page.wait_for_selector("#seed:not([hidden])")
    assert blue[0] not in own.ids()
    for _ in range(3):
        own.page.go_back()
    own.page.wait_for_url(lambda address: "under" not in address)
    assert own.ids() == found
    picture = own.page.locator(".card img").first
    assert picture.evaluate("(one) => one.complete && one.naturalWidth > 0")
    assert all(one.startswith((server, "data:")) for one in own.asked)


def test_a_picture_is_a_query_and_words_change_it(server, faceted, opened):
    own = opened(server)
    own.page.set_input_files("#file", faceted / "shop" / "1.png")
    own.page.wait_for_selector("#seed:not([hidden])")
    own.page.wait_for_selector(".read, .note, #said")
    alone = own.ids()
    assert alone
    assert own.page.inner_text("#seed-name") == "Picture"
    with own.page.expect_response("**/api/search") as answered:
        own.search("red hats")
    assert answered.value.request.method == "POST"
    own.page.go_back()
    expect(own.page.locator("#text")).to_have_value("")
    assert own.ids() == alone
    own.page.go_back()
    own.page.wait_for_selector("#seed", state="hidden")


def test_a_picture_can_be_dropped_and_pasted(server, faceted, opened):
    own = opened(server)
    content = list((faceted / "shop" / "2.png").read_bytes())
    script = """([bytes, kind]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], "a.png", { type: "image/png" }));
      const event = kind === "drop"
        ? new DragEvent("drop", { dataTransfer: transfer, bubbles: true })
        : new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true });
      document.dispatchEvent(event);
    }"""
    for kind in ("drop", "paste"):
        with own.page.expect_response("**/api/search"):
            own.page.evaluate(script, [content, kind])
        assert own.ids()
        own.page.click("#seed-clear")
        own.page.wait_for_selector("#seed", state="hidden")


def test_what_is_no_picture_is_said_and_nothing_breaks(server, browser, tmp_path):
    (tmp_path / "broken.png").write_bytes(b"\x89PNG no picture")
    page = browser.new_page()
    own = Watched(page)
    page.goto(server)
    own.ids()
    page.set_input_files("#file", tmp_path / "broken.png")
    page.wait_for_selector("#trouble:not([hidden])")
    assert "picture" in page.inner_text("#trouble")
    page.click("#seed-clear")
    assert own.search("hats")
    assert page.is_hidden("#trouble")
    page.close()


def test_a_key_is_asked_for_once(faceted, browser):
    with serving(faceted / "index", HIERHASH_API_KEY="open sesame") as (address, _):
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("#sign-in[open]")
        page.fill("#key", "wrong")
        page.press("#key", "Enter")
        page.wait_for_selector("#key-trouble:not([hidden])")
        page.fill("#key", "open sesame")
        page.press("#key", "Enter")
        page.wait_for_selector(".card[data-id]")
        page.wait_for_timeout(500)
        assert page.locator(".card img").first.evaluate("(one) => one.naturalWidth") > 0
        page.reload()
        page.wait_for_selector(".card[data-id]")
        context.close()


def test_a_server_that_is_gone_is_said_and_can_be_tried_again(faceted, browser):
    with serving(faceted / "index") as (address, process):
        page = browser.new_page()
        own = Watched(page)
        page.goto(address)
        own.ids()
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        page.fill("#text", "hats")
        page.press("#text", "Enter")
        page.wait_for_selector("#trouble:not([hidden])")
        assert "does not answer" in page.inner_text("#trouble")
        assert page.is_visible("#trouble button")
        page.close()


def test_a_phone_searches_by_picture_too(server, faceted, opened):
    own = opened(server, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    own.page.set_input_files("#file", faceted / "shop" / "1.png")
    own.page.wait_for_selector("#seed:not([hidden])")
    own.ids()
    assert own.page.evaluate("document.documentElement.scrollWidth") <= 390
