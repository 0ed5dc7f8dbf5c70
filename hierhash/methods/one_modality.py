"""What methods have in common that read the feature rows of one modality and learn no labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.coded import Segment
from hierhash.codes.distances import Dot
from hierhash.errors import ConfigError
from hierhash.methods.bit_codes import BitCodes
from hierhash.methods.method import Problem
from hierhash.training.items import Items

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class FeatureSettings:
    """Settings of methods of raw picture features.

    Args:
        unit: Whether features are divided by their length first, so that angles count alone.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the config's validation

    unit: bool = True


class OneModality(BitCodes):
    """All but the coding; ``ready`` is what is learnt, arrays by name and nothing beside them."""

    Settings: ClassVar[type] = FeatureSettings
    needs: ClassVar[frozenset[str]] = frozenset({"image"})
    reads_counts: ClassVar[bool] = False
    """Whether its texts have to be counts of words."""
    epochs = 0

    def __init__(self, settings: Any, problem: Problem, device: str = "cpu") -> None:
        self.settings, self.problem = settings, problem
        self.ready: dict[str, NDArray[Any]] = {}

    @property
    def width(self) -> int:
        """Numbers of a feature row."""
        [modality] = self.needs
        return int(np.prod(self.problem.shapes[modality]))

    def check(self, train: Items) -> None:
        """See ``Method``."""
        [modality] = self.needs
        check_rows(train, modality)
        if self.reads_counts:
            check_counts(train)

    def known(self, train: Items) -> Any:
        """Feature rows of the training items that have some."""
        [modality] = self.needs
        return train.rows[modality][train.has[modality]]

    def rows(self, features: Any) -> Floats:
        """Picture features as the method compares them, float32 (n, d)."""
        rows: Floats = np.asarray(features, dtype=np.float32)
        return unit_rows(rows) if self.settings.unit else rows

    def state(self) -> dict[str, NDArray[Any]]:
        """See ``Method``."""
        return dict(self.ready)

    def meta(self) -> dict[str, Any]:
        """See ``Method``."""
        return {"temperatures": {}}

    def load(self, state: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
        """See ``Method``."""
        for name, shape in self.shapes().items():
            if state[name].shape != shape:
                raise ValueError(f"{name} is of another shape")
            self.ready[name] = state[name]

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes of the arrays of ``ready``."""
        return {}

    @classmethod
    def facts(cls, settings: Any) -> dict[str, Any]:
        """See ``Method``."""
        return {"unit": settings.unit}


class FloatVectors(OneModality):
    """As ``OneModality`` for methods that keep float vectors, of as many numbers as features."""

    free_length: ClassVar[bool] = False

    def layout(self) -> tuple[Segment, ...]:
        """No codes."""
        return ()

    def distance(self) -> Dot:  # type: ignore[override] # vectors, where others have bits
        """The product of vectors."""
        return Dot(self.width)

    def meta(self) -> dict[str, Any]:
        """See ``Method``: the method itself codes texts."""
        return {"temperatures": {}, "coding": None}


def check_rows(train: Items, modality: str) -> None:
    """Refuses training items without feature rows of a modality.

    Raises:
        ConfigError: None has the modality, or it is given as pixels.
    """
    if modality not in train.has or not train.has[modality].any():
        raise ConfigError(f"data: no training item has this modality: {modality}")
    if len(train.shapes[modality]) != 1:
        raise ConfigError(
            "features.image.name: pixels, and the method reads feature rows; choose another, "
            "such as efficientnet_lite0"
        )


def check_counts(train: Items) -> None:
    """Refuses training items whose text rows hold anything but whole numbers from 0 up.

    Raises:
        ConfigError: They do.

    Example:
        >>> from hierhash.labels.items import ItemLabels
        >>> labels = ItemLabels(np.array([[0]]), np.array([0, 1]))
        >>> items = Items({"text": np.array([[0.5, 2.0]])}, {"text": np.array([True])}, labels)
        >>> check_counts(items)
        Traceback (most recent call last):
        hierhash.errors.ConfigError: features.text.name: ... counts of words; use words
    """
    from scipy import sparse

    rows = train.rows["text"][train.has["text"]]
    values = rows.data if sparse.issparse(rows) else rows
    if ((values < 0) | (values % 1 != 0)).any():
        raise ConfigError(
            "features.text.name: rows hold numbers that are no counts, and the method reads counts "
            "of words; use words"
        )


def check_components(name: str, train: Items, bits: int) -> None:
    """Refuses codes of more bits than picture features have principal components.

    Args:
        name: The method, for the message.
        train: Training items that have feature rows of pictures.
        bits: Length of the codes.

    Raises:
        ConfigError: There are fewer.
    """
    most = min(train.shapes["image"][0], int(train.has["image"].sum()) - 1)
    if bits > most:
        cure = f"use {most // 8 * 8}" if most >= 8 else "give more pictures, or longer features"
        raise ConfigError(
            f"bits: {name} makes at most one bit a principal component, here {most}; {cure}"
        )


def unit_rows(rows: Any) -> Floats:
    """Rows divided by their length; zeros stay.

    Example:
        >>> unit_rows(np.array([[3, 0], [0, 0]])).tolist()
        [[1.0, 0.0], [0.0, 0.0]]
    """
    rows = np.asarray(rows, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def counts(features: Any) -> Any:
    """Text features as a sparse matrix of counts, (n, words) float64; what is below 0 is nothing.

    Example:
        >>> counts(np.array([[2, 0, -1]])).toarray().tolist()
        [[2.0, 0.0, 0.0]]
    """
    from scipy import sparse

    found = sparse.csr_array(features, dtype=np.float64, copy=True)
    found.data = np.maximum(found.data, 0)
    found.eliminate_zeros()
    return found
