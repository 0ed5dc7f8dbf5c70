"""The search page from its parts: for a server, or with everything inside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader

_VIEW = ("wish.js", "side.js", "answers.js", "view.js")
SERVED = ("served.js", "pictures.js", *_VIEW, "start_served.js")
_SEARCH = ("small_branch.js", "words.js", "offline_items.js", "offline.js")
OFFLINE = (*_SEARCH, *_VIEW, "start_offline.js")


def served_page() -> str:
    """The page that asks the server it came from."""
    return _page(served=True)


def page_css() -> str:
    """The style of the page."""
    return _asset("page.css")


def page_js() -> str:
    """What the served page does."""
    return _script(SERVED)


def one_page(content: Mapping[str, Any]) -> str:
    """The page with an index inside: it asks nothing of anybody.

    Args:
        content: What ``page.contents.contents`` gives.
    """
    # In a script element nothing but a "<" could end the data.
    data = json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    title = content["about"]["name"]
    return _page(title=title, css=page_css(), script=_script(OFFLINE), data=data)


def _script(names: tuple[str, ...]) -> str:
    parts = "\n".join(_asset(name) for name in names)
    return f'(() => {{\n"use strict";\n{parts}}})();\n'


def _asset(name: str) -> str:
    return (files("hierhash.page") / "assets" / name).read_text(encoding="utf-8")


def _page(**known: Any) -> str:
    environment = Environment(
        loader=PackageLoader("hierhash.page", "assets"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2").render(**known)
