"""The ``hierhash`` command: gathers the verbs and turns errors into one line and an exit code."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from hierhash.cli import config, data, index, tree
from hierhash.cli.bench import bench
from hierhash.cli.demo import demo
from hierhash.cli.encode import encode
from hierhash.cli.evaluate import evaluate
from hierhash.cli.export import export
from hierhash.cli.export_page import export_page
from hierhash.cli.extend import extend
from hierhash.cli.predict import predict
from hierhash.cli.report import report
from hierhash.cli.search import search
from hierhash.cli.serve import serve
from hierhash.cli.train import train
from hierhash.cli.verify import verify
from hierhash.environment import package_version
from hierhash.errors import HierhashError, InputError
from hierhash.plain_text import plain
from hierhash.storage.whole_file import WRONG_PLACE

app = typer.Typer(
    name="hierhash",
    help="Cross-modal hashing with hierarchical labels.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(demo)
app.add_typer(tree.app, name="tree")
app.add_typer(data.app, name="data")
app.command()(train)
app.command()(evaluate)
app.command()(extend)
app.command()(export)
app.command()(predict)
app.command()(encode)
app.add_typer(index.app, name="index")
app.command()(search)
app.command()(serve)
app.command()(export_page)
app.command()(verify)
app.command()(bench)
app.command()(report)
app.add_typer(config.app, name="config")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"hierhash {package_version('hierhash')}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Cross-modal hashing with hierarchical labels."""


def main() -> None:
    """Run the command line; mistakes end with one line on stderr, exit code 2 (1: work failed)."""
    try:
        app()
    except HierhashError as error:
        problems = error.problems if isinstance(error, InputError) else str(error).split("\n")
        print("error: " + "\n".join(map(plain, problems)), file=sys.stderr)
        sys.exit(error.exit_code)
    except OSError as error:
        place = error.filename or "a file"
        reason = error.strerror or error
        remedy = "check that the place is there, and that it can be read and written"
        print(plain(f"error: {place}: {reason}; {remedy}"), file=sys.stderr)
        sys.exit(2 if isinstance(error, WRONG_PLACE) else 1)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
