"""``hierhash config``: validate, show, copy configs, and print their schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from hierhash.plain_text import plain, plain_lines

app = typer.Typer(help="Validate, show and copy configs.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="A config file, or the name of a shipped one.")]
Overrides = Annotated[list[str] | None, typer.Argument(metavar="KEY=VALUE")]


@app.command()
def validate(config: Name, overrides: Overrides = None) -> None:
    """Check a config; every problem with its line."""
    from hierhash.config.reading import load_config
    from hierhash.shipped import find

    load_config(find("configs", config), overrides)
    typer.echo(plain(f"{config}: ok"))


@app.command()
def show(config: Name, overrides: Overrides = None) -> None:
    """Print a config with every value written out."""
    from hierhash.config.reading import load_config
    from hierhash.config.writing import dump_config
    from hierhash.shipped import find

    typer.echo(plain_lines(dump_config(load_config(find("configs", config), overrides))), nl=False)


@app.command()
def schema(
    method: Annotated[
        str,
        typer.Option(help="Whose settings `model` takes; `hierhash config methods`."),
    ] = "expected_tree_codes",
) -> None:
    """Print the JSON schema, for editors."""
    from hierhash.config.schema import schema_of

    typer.echo(json.dumps(schema_of(method).model_json_schema(), indent=1))


@app.command()
def methods() -> None:
    """List the methods: what each is, and what it needs."""
    from hierhash.methods.registry import broken, presets, summary

    width = max(len(name) for name in presets())
    for name, preset in presets().items():
        needs = ", ".join(sorted(preset.method.needs))
        typer.echo(plain(f"{name:{width}} {summary(name)} (needs {needs})"))
    for said in broken().values():
        typer.echo(plain(f"warning: {said}"), err=True)


@app.command()
def copy(
    config: Annotated[str, typer.Argument(help="Name of a shipped config.")],
    out: Annotated[Path, typer.Argument(help="File to write.")],
) -> None:
    """Copy a shipped config to a file of your own."""
    from hierhash.errors import InputError
    from hierhash.shipped import shipped_path
    from hierhash.storage.whole_file import write_text

    if out.exists():
        raise InputError(f"{out}: exists already; choose another name")
    write_text(out, shipped_path("configs", config).read_text(encoding="utf-8"))
    typer.echo(plain(f"{out}: written"))
