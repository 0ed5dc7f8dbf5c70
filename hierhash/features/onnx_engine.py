"""Features of many pictures by ONNX Runtime on the processor."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from hierhash.errors import ConfigError
from hierhash.features.backbone import ImageBackbone, NetBackbone
from hierhash.features.hub import missing
from hierhash.features.onnx_graph import BLOCK, graph_of

ERRORS_ONLY = 4


class OnnxFeatures:
    """A backbone's network in ONNX Runtime: takes pixels as ``backbone.features`` does.

    Each block of pictures is computed by one thread, and as many blocks at once as torch has
    threads: faster than one block by all threads, and the same bits whatever their number.

    Args:
        backbone: The network.
        folder: The cache that its graph is kept in; ``cache_folder()`` by default.

    Raises:
        ConfigError: The packages are not installed, it is no network on the processor, or it cannot
            be exported or run.
    """

    def __init__(self, backbone: ImageBackbone, folder: Path | None = None) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise ConfigError(
                f"engine onnx: {missing(error)}; run: pip install 'hierhash[onnx]'"
            ) from error
        if not isinstance(backbone, NetBackbone):
            raise ConfigError(f"engine onnx: {backbone.key} is no network; use --engine torch")
        if backbone.device != "cpu":
            raise ConfigError(
                f"engine onnx: runs on the processor, and the network on {backbone.device}; "
                "use --engine torch"
            )
        graph = graph_of(backbone, folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = ERRORS_ONLY
        try:
            self._session = onnxruntime.InferenceSession(
                graph, options, providers=["CPUExecutionProvider"]
            )
            self._block(np.zeros((1, *backbone.size, 3), np.uint8))
        except Exception as error:  # it raises kinds of its own, without a base class
            raise ConfigError(
                f"engine onnx: ONNX Runtime cannot run {backbone.key} ({type(error).__name__}); "
                "use --engine torch"
            ) from error
        self._pool = ThreadPoolExecutor(torch.get_num_threads(), "hierhash-onnx")

    def __call__(self, pixels: NDArray[np.uint8]) -> NDArray[Any]:
        """Features, float32 of shape (n, d), of pixels of shape (n, height, width, 3)."""
        blocks = [pixels[start : start + BLOCK] for start in range(0, len(pixels), BLOCK)]
        return np.concatenate(list(self._pool.map(self._block, blocks)))

    def _block(self, pixels: NDArray[np.uint8]) -> NDArray[Any]:
        n = len(pixels)
        if n < BLOCK:
            pixels = np.concatenate([pixels, np.zeros((BLOCK - n, *pixels.shape[1:]), np.uint8)])
        features: NDArray[Any] = self._session.run(None, {"pixels": pixels})[0]
        return features[:n]
