"""Runs a loop to its end: logging, validation, early stopping, checkpoints, Ctrl-C."""

from __future__ import annotations

import json
import math
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from torch import Tensor, nn

from hierhash.errors import HierhashError
from hierhash.storage.json_files import append_line, read_lines
from hierhash.storage.whole_file import cannot_write, write_text
from hierhash.training.checkpoint import load_checkpoint, save_checkpoint
from hierhash.training.loop import Loop, Losses

CHECKPOINTS, METRICS = "checkpoints", "metrics.jsonl"
_LOSS = "(loss) "


class Interrupted(Exception):  # noqa: N818 - not an error: the user asked for it
    """Ctrl-C was pressed; the state of the last finished epoch is saved."""


@dataclass
class Watch:
    """How a training is followed: what it reports, keeps and is stopped by.

    Args:
        folder: Run folder for metrics.jsonl and checkpoints; None keeps nothing.
        config_hash: Ties a checkpoint to its config.
        resume: Continue from the last checkpoint.
        validate: Scores the model on validation items, higher is better.
        every: Epochs between looks; 0 never looks.
        patience: Looks without gain before the end.
        report: Called after each epoch with (epoch, losses), for progress and trackers.
    """

    folder: Path | None = None
    config_hash: str = ""
    resume: bool = False
    validate: Callable[[], float] | None = None
    every: int = 0
    patience: int = 3
    report: Callable[[int, Losses], None] = lambda _epoch, _losses: None


@dataclass
class _Best:
    score: float = float("-inf")
    epoch: int = 0
    looks_since: int = 0
    weights: dict[str, Tensor] | None = None


def fit(loop: Loop, watch: Watch) -> dict[str, Any]:
    """Trains to the last epoch, or until validation stops improving.

    With a validation score the weights of the best look are the ones kept.

    Returns:
        ``epochs`` run, ``seconds`` of this call, and with validation ``best_epoch`` and
        ``best_score``.

    Raises:
        Interrupted: Ctrl-C; the running epoch was finished and saved.
    """
    started = time.perf_counter()
    best = _Best()
    if watch.resume and watch.folder is not None:
        extra = load_checkpoint(watch.folder / CHECKPOINTS, loop, watch.config_hash)
        best = _Best(extra["best_score"], extra["best_epoch"], extra["looks"], extra["best"])
        _drop_later_lines(watch.folder / METRICS, loop.epoch)
    with _interruptible() as asked_to_stop:
        # Of a resumed run the count of looks tells that it had stopped early.
        while loop.epoch < loop.epochs and best.looks_since < watch.patience:
            losses = loop.run_epoch()
            stop = _look(loop, watch, best, losses)
            watch.report(loop.epoch, losses)
            _keep(loop, watch, losses, best)
            if stop:
                break
            if asked_to_stop():
                raise Interrupted(f"stopped after epoch {loop.epoch} of {loop.epochs}")
    if best.weights is not None:
        _take_over(loop, best.weights)
    summary: dict[str, Any] = {"epochs": loop.epoch, "seconds": time.perf_counter() - started}
    if best.epoch:
        summary |= {"best_epoch": best.epoch, "best_score": best.score}
    return summary


def _look(loop: Loop, watch: Watch, best: _Best, losses: Losses) -> bool:
    last = loop.epoch == loop.epochs
    if watch.validate is None or not watch.every or (loop.epoch % watch.every and not last):
        return False
    score = watch.validate()
    if not math.isfinite(score):
        raise HierhashError(
            f"epoch {loop.epoch}: the validation score is not a number, so no epoch can be chosen "
            "by it; set stopping.every=0, or give more validation items with a label"
        )
    losses["validation"] = score
    if score > best.score:
        best.score, best.epoch, best.looks_since = score, loop.epoch, 0
        best.weights = _weights(loop)
        return False
    best.looks_since += 1
    return best.looks_since >= watch.patience


def _weights(loop: Loop) -> dict[str, Tensor]:
    """A copy of all that is learnt: the network's weights, and the loss's where it has some."""
    learnt = [*loop.model.state_dict().items(), *_of_loss(loop).items()]
    return {name: tensor.detach().clone() for name, tensor in learnt}


def _take_over(loop: Loop, weights: dict[str, Tensor]) -> None:
    own = _of_loss(loop)
    loop.model.load_state_dict({name: one for name, one in weights.items() if name not in own})
    for name, parameter in own.items():
        if name in weights:  # checkpoints of earlier versions lack them
            parameter.data.copy_(weights[name])


def _of_loss(loop: Loop) -> dict[str, Tensor]:
    loss = getattr(loop, "loss", None)  # only the batch loop has one that learns
    own = loss.named_parameters() if isinstance(loss, nn.Module) else ()
    return {f"{_LOSS}{name}": parameter for name, parameter in own}


def _keep(loop: Loop, watch: Watch, losses: Losses, best: _Best) -> None:
    if watch.folder is None:
        return
    extra = {
        "config": watch.config_hash,
        "best_score": best.score,
        "best_epoch": best.epoch,
        "looks": best.looks_since,
        "best": best.weights,
    }
    try:
        watch.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(watch.folder, error) from error
    # The line first: of an epoch that a crash kept from its checkpoint, resuming drops it again.
    append_line(watch.folder / METRICS, {"epoch": loop.epoch, **losses})
    save_checkpoint(watch.folder / CHECKPOINTS, loop, extra)


def _drop_later_lines(metrics: Path, epoch: int) -> None:
    """Takes the lines of epochs off that no checkpoint holds; they are run again."""
    lines = read_lines(metrics)
    kept = [line for line in lines if line.get("epoch", 0) <= epoch]
    if len(kept) < len(lines):
        write_text(metrics, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in kept))


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """The first Ctrl-C only asks; a second one ends at once (the last epoch is saved)."""
    asked = False

    def handle(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    try:
        previous = signal.signal(signal.SIGINT, handle)
    except ValueError:  # not the main thread: Ctrl-C is not ours to handle
        yield lambda: False
        return
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, previous)
