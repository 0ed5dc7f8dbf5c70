"""Writes docs/verbs.md from what ``--help`` of every verb says: ``python docs/write_verbs.py``."""

from __future__ import annotations

from pathlib import Path

import typer
from typer.cli import get_docs_for_click

from hierhash.cli.main import app

PAGE = Path(__file__).parent / "verbs.md"
HEAD = """# Every verb

What `hierhash VERB --help` says. Exit codes: 0 done, 1 it failed, 2 what was given is wrong, in one
line. `--json` is for machines.

"""


def page() -> str:
    """The page as text."""
    command = typer.main.get_command(app)
    said = get_docs_for_click(obj=command, ctx=typer.Context(command), name="hierhash")
    own = said.partition("**Usage**")[2]
    return HEAD + "**Usage**" + own.rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
