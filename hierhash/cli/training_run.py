"""Training one run into its folder: shared by the verbs ``train`` and ``demo``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import typer

from hierhash.builder import Prepared, config_hash, training_loop
from hierhash.cli.prepared import check_part, prepare_with_progress
from hierhash.config import RunConfig
from hierhash.errors import RunError
from hierhash.saved_run import resumable, save_description, save_model
from hierhash.training.alternating import AlternatingLoop, Losses
from hierhash.training.fit import FitOptions, Interrupted, fit
from hierhash.training.progress import counting
from hierhash.training.tensorboard import EpochScalars


def train_run(
    config: RunConfig, folder: Path, resume: bool = False, prepared: Prepared | None = None
) -> AlternatingLoop:
    """Trains a run into a folder.

    Raises:
        RunError: The folder holds a run already, or there is nothing to resume.
        DataError: A part of the split that training needs is empty.
        ConfigError: TensorBoard is asked for and not installed.
    """
    # A run that failed before its first checkpoint holds nothing that is worth keeping.
    begun = (folder / "checkpoints").exists() or (folder / "model.safetensors").exists()
    if begun and not resume:
        raise RunError(f"{folder}: holds a run already; use --resume, or another --out")
    scalars = EpochScalars(folder) if config.tensorboard else None
    tied, kept = resumable(folder, config) if begun else (config_hash(config), None)
    prepared = prepared or prepare_with_progress(config, kept)
    _check_parts(config, prepared)
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
            tied,
            resume,
            _validation(config, prepared, loop),
            config.stopping.every,
            config.stopping.patience,
            report,
        )
        try:
            fit(loop, options)
        except Interrupted as stop:
            again = f"hierhash train {folder / 'config.yaml'} --out {folder} --resume"
            typer.echo(f"{stop}; continue with: {again}", err=True)
            raise typer.Exit(130) from stop
        finally:
            if scalars is not None:
                scalars.close()
    save_model(folder, loop.model, prepared)
    return loop


def _check_parts(config: RunConfig, prepared: Prepared) -> None:
    if config.stopping.every:
        check_part(
            prepared, "validation", "give data.split.sizes.validation, or set stopping.every=0"
        )
    if not len(prepared.split.query):
        typer.echo("warning: split: there are no query items to score the run with", err=True)


def _validation(
    config: RunConfig, prepared: Prepared, loop: AlternatingLoop
) -> Callable[[], float]:
    from hierhash.bench.scores import validation_objective

    return lambda: validation_objective(loop.model, config.bits, prepared)
