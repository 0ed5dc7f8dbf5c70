"""A real browser for the page's tests: Debian's Chromium, driven by playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser; tests are skipped where none is installed, but not where all is to be tested."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        assert "CI" not in os.environ, "no Chromium is installed: apt-get install chromium"
        pytest.skip("no Chromium is installed: apt-get install chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=[*QUIET])
        yield browser
        browser.close()


class Watched:
    """A page that remembers what it asked and what went wrong in it.

    Args:
        page: The page.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[str] = []
        self.wrong: list[str] = []
        page.set_default_timeout(15_000)
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda said: self.wrong.append(said.text))

    def ids(self) -> list[str]:
        """The ids of the shown answers."""
        self.page.wait_for_selector(".busy, .waiting", state="detached")
        cards = self.page.locator(".card[data-id]")
        return [str(one) for one in cards.evaluate_all("all => all.map((one) => one.dataset.id)")]

    def search(self, text: str) -> list[str]:
        """Types a text, and gives the ids that it finds."""
        self.page.fill("#text", text)
        self.page.press("#text", "Enter")
        return self.ids()
