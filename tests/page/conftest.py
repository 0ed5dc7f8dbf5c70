"""What the tests of the page share: a browser, and an index with a facet."""

from __future__ import annotations

import pytest

from tests.cli.facet_run import facet_run
from tests.page.chromium import Watched, chromium


@pytest.fixture(scope="module")
def browser():
    # While it is open a loop runs in this thread, which other tests could not start theirs beside.
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def faceted(tmp_path_factory):
    """A folder of a run with a facet and its index; tests only read it."""
    return facet_run(tmp_path_factory.mktemp("faceted"))


@pytest.fixture
def opened(browser):
    """Opens addresses, each in a window of its own; at the end nothing must have gone wrong."""
    pages = []

    def at(address: str, **window) -> Watched:
        context = browser.new_context(**window)
        page = Watched(context.new_page())
        pages.append((context, page))
        page.page.goto(address)
        page.ids()
        return page

    yield at
    for context, page in pages:
        context.close()
        assert page.wrong == []
