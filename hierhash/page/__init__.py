"""The search page: one HTML file with its style and its script, as they are served."""

from __future__ import annotations

from importlib.resources import files


def served_page() -> str:
    """The page."""
    return _text("page.html")


def page_css() -> str:
    """Its style."""
    return _text("page.css")


def page_js() -> str:
    """Its script."""
    return _text("page.js")


def _text(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")
