"""Training one run into its folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from hierhash.config.hash import config_hash
from hierhash.config.schema import RunConfig
from hierhash.errors import ConfigError, DataError, RunError
from hierhash.methods.method import Method
from hierhash.methods.parts import category_of
from hierhash.methods.registry import find_preset
from hierhash.new_method import new_method
from hierhash.prepare import Prepared
from hierhash.retrieval.run_files import refuse_foreign, remove_run
from hierhash.runs.items import check_part, prepare_with_progress
from hierhash.runs.resuming import resumable
from hierhash.runs.saving import Took, save_description, save_method
from hierhash.storage.lock import locked
from hierhash.training.checkpoint import NAME
from hierhash.training.fit import CHECKPOINTS, Watch
from hierhash.training.loop import Losses
from hierhash.training.progress import counting, warn
from hierhash.training.tensorboard import EpochScalars


def train_run(
    config: RunConfig, folder: Path, resume: bool = False, restart: bool = False
) -> Method:
    """Trains a run into a folder, which no other process may use meanwhile.

    Args:
        config: The run.
        folder: The run folder.
        resume: Go on from the last checkpoint.
        restart: Begin anew, whatever run the folder holds.

    Raises:
        RunError: The folder holds a run already, or files of another kind; another process trains
            into it; or there is nothing to resume.
        DataError: A part of the split that training needs cannot be used.
        ConfigError: TensorBoard is asked for and not installed.
        Interrupted: Ctrl-C; the last epoch is saved.
    """
    if resume and not (folder / "config.yaml").exists():
        raise RunError(f"{folder}: no run to resume; train without --resume")
    with locked(folder, "trains into"):
        refuse_foreign(folder)
        # A run that ended before its first checkpoint holds nothing that is worth keeping.
        begun = (folder / CHECKPOINTS / NAME).exists() or (folder / "model.safetensors").exists()
        if begun and not resume and not restart:
            raise RunError(
                f"{folder}: holds a run already; use --resume to go on with it, --restart to train "
                "it anew (in Python restart=True), or another --out"
            )
        return _train_locked(config, folder, resume and begun)


def _train_locked(config: RunConfig, folder: Path, resume: bool) -> Method:
    scalars = EpochScalars(folder) if config.tensorboard else None
    tied, kept = resumable(folder, config) if resume else (config_hash(config), None)
    needs = find_preset(config.method).method.needs
    prepared = prepare_with_progress(config, kept, needs)
    method = new_method(config, prepared)
    _check_parts(config, method, prepared)
    split = prepared.split
    train = prepared.train
    method.check(train)
    if not resume:
        remove_run(folder)  # also what a run left that was killed before its first checkpoint
        save_description(folder, config, prepared)
    with counting("epochs", method.epochs) as advance:

        def report(epoch: int, losses: Losses) -> None:
            advance(1)
            if scalars is not None:
                scalars(epoch, losses)

        watch = Watch(
            folder,
            tied,
            resume,
            _validation(category_of(method), prepared),
            config.stopping.every,
            config.stopping.patience,
            report,
        )
        started = perf_counter()
        try:
            method.fit(train, watch)
        finally:
            if scalars is not None:
                scalars.close()
    took = Took(perf_counter() - started, resume)
    method.calibrate(prepared.items.subset(split.calibrate))
    save_method(folder, method, prepared, took)
    return method


def _check_parts(config: RunConfig, method: Method, prepared: Prepared) -> None:
    if config.stopping.every and not method.epochs:
        raise ConfigError(
            f"stopping.every: {config.method} has no epochs to stop between; set stopping.every=0"
        )
    if config.stopping.every:
        remedy = "give data.split.sizes.validation, or set stopping.every=0"
        check_part(prepared, "validation", remedy)
        tune = prepared.split.tune
        if not prepared.labels.subset(tune).leaf_known.any():
            raise DataError(
                f"split: no validation item has a known leaf, so no epoch can be chosen; {remedy}"
            )
    if not len(prepared.split.query):
        warn("split: there are no query items to score the run with")


def _validation(method: Method, prepared: Prepared) -> Callable[[], float]:
    from hierhash.bench.scores import validation_objective

    return lambda: validation_objective(method, prepared)
