"""Scalars of every epoch as TensorBoard reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hierhash.errors import ConfigError
from hierhash.training.loop import Losses


class EpochScalars:
    """Writes what an epoch reports into ``RUN/tensorboard/``; nothing before the first epoch.

    Args:
        run: The run folder.

    Raises:
        ConfigError: TensorBoard is not installed.
    """

    def __init__(self, run: Path) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise ConfigError(
                "tensorboard: its library is not installed; "
                "run: pip install 'hierhash[tensorboard]', or set tensorboard: false"
            ) from error
        self._open = SummaryWriter
        self._folder = run / "tensorboard"
        self._writer: Any = None

    def __call__(self, epoch: int, losses: Losses) -> None:
        """Writes one epoch, so that it shows at once.

        Args:
            epoch: Its number, from 1.
            losses: Name to value; names with a slash are grouped by what stands before it.
        """
        if self._writer is None:
            # A resumed run takes the place of what a killed one wrote of the same epochs.
            self._writer = self._open(str(self._folder), purge_step=epoch)
        for name, value in losses.items():
            self._writer.add_scalar(name, value, epoch)
        self._writer.flush()

    def close(self) -> None:
        """Closes the event file."""
        if self._writer is not None:
            self._writer.close()
