"""Raw pixels, for branches that are trained end to end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hierhash.features.backbone import READING, stacked


class Pixels:
    """Pictures as they are, resized: uint8 of shape (n, 3, height, width).

    Example:
        >>> Pixels((4, 4))([Image.new("RGB", (8, 8), "red")]).shape
        (1, 3, 4, 4)
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size
        self.key = f"pixels-{size[0]}x{size[1]}-{READING}"

    def __call__(self, images: Sequence[Image.Image]) -> NDArray[np.uint8]:
        """Resized pictures, channels first."""
        return self.features(stacked(images, self.size))

    def features(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The pixels with their channels first."""
        return np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))
