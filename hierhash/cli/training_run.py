"""Training one run into its folder: shared by the verbs ``train`` and ``demo``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import typer

from hierhash.builder import Prepared, config_hash, pick_device, prepare, training_loop
from hierhash.config import RunConfig
from hierhash.errors import RunError
from hierhash.saved_run import save_description, save_model
from hierhash.training.alternating import AlternatingLoop, Losses
from hierhash.training.fit import FitOptions, Interrupted, fit
from hierhash.training.progress import counting
from hierhash.training.tensorboard import EpochScalars

SHOWN = 5


def prepare_with_progress(config: RunConfig) -> Prepared:
    """The data set of a config, with a bar over its pictures and a note on bad rows."""
    with counting("image features") as advance:
        prepared = prepare(config.data, config.features, pick_device(config.device), advance)
    problems = prepared.catalogue.problems
    for problem in problems[:SHOWN]:
        typer.echo(f"warning: {problem}", err=True)
    if len(problems) > SHOWN:
        rest = f"warning: {len(problems) - SHOWN} more like these; hierhash data check names all"
        typer.echo(rest, err=True)
    return prepared


def train_run(
    config: RunConfig, folder: Path, resume: bool = False, prepared: Prepared | None = None
) -> AlternatingLoop:
    """Trains a run into a folder.

    Raises:
        RunError: The folder holds a run already, or there is nothing to resume.
        ConfigError: TensorBoard is asked for and not installed.
    """
    # A run that failed before its first checkpoint holds nothing that is worth keeping.
    begun = (folder / "checkpoints").exists() or (folder / "model.safetensors").exists()
    if begun and not resume:
        raise RunError(f"{folder}: holds a run already; use --resume, or another --out")
    scalars = EpochScalars(folder) if config.tensorboard else None
    prepared = prepared or prepare_with_progress(config)
    loop = training_loop(config, prepared)
    if not resume:
        save_description(folder, config, prepared)
    with counting("epochs", config.model.training.epochs) as advance:

        def report(epoch: int, losses: Losses) -> None:
            advance(1)
            if scalars is not None:
                scalars(epoch, losses)

        options = FitOptions(
            folder,
            config_hash(config),
            resume,
            _validation(config, prepared, loop),
            config.stopping.every,
            config.stopping.patience,
            report,
        )
        try:
            fit(loop, options)
        except Interrupted as stop:
            typer.echo(f"{stop}; continue with --resume", err=True)
            raise typer.Exit(130) from stop
        finally:
            if scalars is not None:
                scalars.close()
    save_model(folder, loop.model, prepared)
    return loop


def _validation(
    config: RunConfig, prepared: Prepared, loop: AlternatingLoop
) -> Callable[[], float]:
    from hierhash.bench.scores import evaluate_model, objective

    queries = prepared.split.validation
    return lambda: objective(evaluate_model(loop.model, config.bits, prepared, queries))
