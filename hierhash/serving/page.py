"""The files of the search page, read once, each with its ETag."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from hierhash import page


@dataclass(frozen=True)
class PageFile:
    """One file.

    Args:
        content: Its bytes.
        media_type: What it is.
    """

    content: bytes
    media_type: str

    @property
    def etag(self) -> str:
        """A word that changes with the content."""
        return f'"{sha256(self.content).hexdigest()[:16]}"'


def page_files() -> dict[str, PageFile]:
    """The files of the page by the path they are served at."""
    return {
        "/": PageFile(page.served_page().encode(), "text/html; charset=utf-8"),
        "/page.css": PageFile(page.page_css().encode(), "text/css; charset=utf-8"),
        "/page.js": PageFile(page.page_js().encode(), "text/javascript; charset=utf-8"),
    }
