"""The ``hierhash`` command: gathers the verbs and turns errors into one line and an exit code."""

from __future__ import annotations

import sys

import typer

from hierhash.cli import data, tree
from hierhash.errors import HierhashError

app = typer.Typer(
    name="hierhash",
    help="Cross-modal hashing with hierarchical labels.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(tree.app, name="tree")
app.add_typer(data.app, name="data")


def main() -> None:
    """Run the command line; user mistakes end with one line on stderr and exit code 2."""
    try:
        app()
    except HierhashError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
