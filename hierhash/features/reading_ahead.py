"""Many pictures, decoded and resized by threads while a network reads those before them.

Pillow lets other threads run while it decodes and resizes, so threads are enough.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from hierhash.data.images import ImageRef
from hierhash.environment import cores
from hierhash.errors import DataError
from hierhash.features.backbone import resize

AHEAD = 128
"""Resized pictures that wait at most; and as many are decoded at once as there are threads."""


def read_ahead(
    images: Sequence[ImageRef], size: tuple[int, int], threads: int | None = None
) -> Generator[NDArray[np.uint8] | DataError, None, None]:
    """The pictures in their order, read by threads ahead of who takes them.

    Memory: ``AHEAD`` resized pictures, and one whole picture a thread. Close the iterator where
    it is left early: pictures that nobody waits for are then not read.

    Args:
        images: The pictures.
        size: (height, width) they are stretched to.
        threads: How many read; None takes as many as torch computes with, or, where it is not
            loaded, as there are cores.

    Yields:
        uint8 of shape (height, width, 3); or, of a picture that cannot be read, what is wrong.
    """

    def read(image: ImageRef) -> NDArray[np.uint8] | DataError:
        try:
            return resize(image.open(), size)
        except DataError as error:
            return error

    pool = ThreadPoolExecutor(threads or _threads(), "hierhash-reading")
    waiting: deque[Future[NDArray[np.uint8] | DataError]] = deque()
    try:
        for image in images:
            waiting.append(pool.submit(read, image))
            if len(waiting) >= AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _threads() -> int:
    # Nobody shall load torch to read pictures.
    torch = sys.modules.get("torch")
    return cores() if torch is None else int(torch.get_num_threads())


def readable(images: Sequence[ImageRef], size: tuple[int, int], n: int) -> NDArray[np.uint8]:
    """The first n pictures that can be read, resized: shape (n or fewer, height, width, 3)."""
    found: list[NDArray[np.uint8]] = []
    for image in images:
        if len(found) == n:
            break
        try:
            found.append(resize(image.open(), size))
        except DataError:
            continue  # who encodes it says so
    return np.stack(found) if found else np.zeros((0, *size, 3), dtype=np.uint8)
