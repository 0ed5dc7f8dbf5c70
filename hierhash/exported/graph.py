"""A graph of an exported run in ONNX Runtime, on the processor."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.environment import cores
from hierhash.errors import ConfigError, HierhashError, RunError
from hierhash.exported.rows import RowLayout
from hierhash.features.hub import missing

ERRORS_ONLY = 4


class Graph:
    """What a graph says of items, as rows (``rows.RowLayout``).

    Each item is computed alone and by one thread, and as many at once as there are cores: its code
    does not depend on what stands beside it, and that is as fast as many at once by all threads.

    Args:
        path: The file.
        layout: Its outputs.

    Raises:
        ConfigError: ONNX Runtime is not installed.
        RunError: It cannot run the file, or the file has other outputs.
    """

    def __init__(self, path: Path, layout: RowLayout) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise ConfigError(f"{path}: {missing(error)}; run: pip install onnxruntime") from error
        self._path, self._layout = path, layout
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = ERRORS_ONLY
        try:
            self._session = onnxruntime.InferenceSession(
                path, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # it raises kinds of its own, without a base class
            raise RunError(
                f"{path}: this ONNX Runtime cannot run it ({type(error).__name__}); install a "
                "newer onnxruntime, or export the run again"
            ) from error
        [entry] = self._session.get_inputs()
        self._input = entry.name
        if [one.name for one in self._session.get_outputs()] != layout.outputs:
            raise RunError(f"{path}: has other outputs than its manifest; export the run again")
        self._pool = ThreadPoolExecutor(cores(), "hierhash-exported")

    def __call__(self, inputs: NDArray[Any]) -> NDArray[np.float64]:
        """Rows (n, ...) of pixels, uint8 (n, height, width, 3), or of text rows, float32 (n, d).

        Raises:
            HierhashError: An item has no finite outputs.
        """
        ones = [inputs[row : row + 1] for row in range(len(inputs))]
        found = list(self._pool.map(self._one, ones)) if len(ones) > 1 else [*map(self._one, ones)]
        rows = self._layout.rows([np.concatenate(one) for one in zip(*found, strict=True)])
        if not np.isfinite(rows).all():
            raise HierhashError(f"{self._path}: gives what is no finite number; check the item")
        return rows

    def _one(self, item: NDArray[Any]) -> Sequence[NDArray[Any]]:
        found: Sequence[NDArray[Any]] = self._session.run(self._layout.outputs, {self._input: item})
        return found
