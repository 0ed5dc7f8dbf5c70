"""What a user gives in Python, checked: texts, pictures, feature rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from scipy import sparse

from hierhash.data.images import ImageRef, as_rgb
from hierhash.errors import DataError, InputError

Picture = str | Path | Image.Image


def given_texts(name: str, texts: Sequence[str]) -> list[str]:
    """A list of texts.

    Raises:
        InputError: It is one text, or holds what is none.

    Example:
        >>> given_texts("texts", ("red dress",))
        ['red dress']
    """
    if isinstance(texts, str):
        raise InputError(f"{name}: one text where a list is expected; write [text]")
    found = list(texts)
    for row, one in enumerate(found):
        if not isinstance(one, str):
            raise DataError(f"{name}: row {row} is {type(one).__name__}, not a text")
    return found


def given_pictures(images: Sequence[Picture]) -> list[Image.Image]:
    """Pictures as RGB, read as those of a catalogue are: on white paper, turned upright.

    Raises:
        InputError: It is no list, holds what is no picture, or a file cannot be read.
    """
    if isinstance(images, str | Path | Image.Image):
        raise InputError("images: one picture where a list is expected; write [picture]")
    found = []
    for row, one in enumerate(images):
        if isinstance(one, Image.Image):
            found.append(as_rgb(one))
        elif isinstance(one, str | Path):
            found.append(ImageRef(Path(one)).open())
        else:
            raise DataError(
                f"images: row {row} is {type(one).__name__}; give a file or a PIL image"
            )
    if not found:
        raise DataError("images: there is none")
    return found


def given_features(name: str, features: Any) -> Any:
    """Feature rows as float32: an array (n, d), or a sparse matrix for texts.

    Raises:
        DataError: They are no numbers, of another number of axes, or not all finite.

    Example:
        >>> given_features("text_features", [[1, 2]]).dtype
        dtype('float32')
    """
    if sparse.issparse(features):
        if name == "image_features":
            raise DataError(f"{name}: give a dense array")
        rows = features.tocsr().astype(np.float32)
        values = rows.data
    else:
        try:
            rows = values = np.asarray(features, dtype=np.float32)
        except (TypeError, ValueError) as error:
            raise DataError(f"{name}: not an array of numbers") from error
    if rows.ndim != 2:
        raise DataError(f"{name}: {rows.ndim} axes; give rows of features, (n, d)")
    if not np.isfinite(values).all():
        raise DataError(f"{name}: not all finite numbers; correct them or leave the items out")
    return rows
