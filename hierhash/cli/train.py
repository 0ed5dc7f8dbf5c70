"""``hierhash train``: trains a run and writes its folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Overrides = Annotated[
    list[str] | None,
    typer.Argument(help="key.path=value, laid on the config.", metavar="KEY=VALUE"),
]


def train(
    config: Annotated[str, typer.Argument(help="A config file, or the name of a shipped one.")],
    overrides: Overrides = None,
    out: Annotated[Path, typer.Option(help="Run folder to write.")] = Path("runs/run"),
    resume: Annotated[bool, typer.Option("--resume", help="Continue a stopped run.")] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Train anew into a folder that holds a run.")
    ] = False,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda or cuda:N.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the training.")] = None,
) -> None:
    """Train a run; `hierhash evaluate RUN` scores it."""
    from hierhash.config.reading import load_config
    from hierhash.methods.parts import category_of, item_bits
    from hierhash.runs.training import train_run
    from hierhash.shipped import find
    from hierhash.training.fit import Interrupted

    given = list(overrides or [])
    given += [f"device={device}"] if device is not None else []
    given += [f"seed={seed}"] if seed is not None else []
    try:
        wished = load_config(find("configs", config), given)
        method = train_run(wished, out, resume, restart)
    except Interrupted as stop:
        again = f"hierhash train {out / 'config.yaml'} --out {out} --resume"
        typer.echo(f"{stop}; continue with: {again}", err=True)
        raise typer.Exit(130) from stop
    bits = item_bits(category_of(method))
    if bits != wished.bits and "bits" in wished.model_fields_set:
        said = f"note: an item of {wished.method} has {bits:,} bits, not the {wished.bits} of bits"
        typer.echo(said, err=True)
    typer.echo(f"{out}: trained; score it with: hierhash evaluate {out}")
