"""A text network in whole numbers of one byte: small enough to travel inside a page.

The batch norms are folded into the layer before them, then every row of a layer's matrix becomes
numbers from -127 to 127 times one scale. What is left is two layers:

    hidden = max(0, counts @ (scales * words) + shift),   outputs = last @ hidden + bias
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.retrieval.text_network import EPSILON, Weights

Floats = NDArray[np.float32]
STEPS = 127


@dataclass(frozen=True, eq=False)
class Rounded:
    """A matrix in one byte a number.

    Args:
        numbers: int8 (rows, width), within -127..127.
        scales: float32 (rows,), what each row is multiplied by.
    """

    numbers: NDArray[np.int8]
    scales: Floats

    @staticmethod
    def of(matrix: NDArray[Any]) -> Rounded:
        """The nearest such matrix; its error is at most half a scale.

        Example:
            >>> small = Rounded.of(np.array([[1.27, -0.014], [0.0, 0.0]]))
            >>> small.numbers.tolist(), small.matrix.round(4).tolist()
            ([[127, -1], [0, 0]], [[1.27, -0.01], [0.0, 0.0]])
        """
        largest = np.abs(matrix).max(axis=1) / STEPS
        scales = np.where(largest > 0, largest, 1.0).astype(np.float32)
        numbers = np.rint(matrix / scales[:, None]).clip(-STEPS, STEPS)
        return Rounded(numbers.astype(np.int8), scales)

    @property
    def matrix(self) -> NDArray[np.float64]:
        """The numbers times their scales."""
        return np.asarray(self.numbers * self.scales[:, None].astype(np.float64))


@dataclass(frozen=True, eq=False)
class SmallNetwork:
    """A network of one hidden layer; see the module's words.

    Args:
        words: A row for each word of the vocabulary.
        shift: float32 (hidden,).
        last: A row for each output.
        bias: float32 (outputs,).
    """

    words: Rounded
    shift: Floats
    last: Rounded
    bias: Floats

    @staticmethod
    def of(weights: Weights, columns: Sequence[int]) -> SmallNetwork:
        """The small form of a network.

        Args:
            weights: As ``text_network`` takes them, of rows that are not standardised.
            columns: Words of its vocabulary that are kept.

        Raises:
            ValueError: It has another number of layers, or standardises its rows.
        """
        layers = sorted({int(name.split(".")[1]) for name in weights if "rest." in name})
        linear = [one for one in layers if weights.get(f"rest.{one}.weight", np.ones(0)).ndim == 2]
        if len(linear) != 1 or len(weights["mean"]):
            raise ValueError("not a network of one hidden layer over words")
        [last] = linear
        gain, shift = _folded(weights, weights["first.bias"], [one for one in layers if one < last])
        words = np.asarray(weights["first.weight"], np.float64)[list(columns)] * gain
        end, bias = _folded(
            weights, weights[f"rest.{last}.bias"], [one for one in layers if one > last]
        )
        matrix = np.asarray(weights[f"rest.{last}.weight"], np.float64) * end[:, None]
        return SmallNetwork(
            Rounded.of(words), shift.astype(np.float32), Rounded.of(matrix), bias.astype(np.float32)
        )

    def weights(self) -> Weights:
        """The same for ``text_network``, float64: sums in any order agree to 1e-12."""
        none = np.zeros(0)
        return {
            "mean": none,
            "deviation": none,
            "first.weight": self.words.matrix,
            "first.bias": self.shift.astype(np.float64),
            "rest.0.weight": self.last.matrix,
            "rest.0.bias": self.bias.astype(np.float64),
        }


def word_bytes(weights: Weights) -> int:
    """Bytes that one word of the vocabulary takes in the small form of a network."""
    return int(weights["first.weight"].shape[1]) + 4


def fixed_bytes(weights: Weights) -> int:
    """Bytes that the small form of a network takes beside its words."""
    hidden = int(weights["first.weight"].shape[1])
    last = (len(array) for name, array in weights.items() if "rest." in name and array.ndim == 2)
    outputs = max(last, default=0)
    return 4 * hidden + outputs * (hidden + 8)


def _folded(
    weights: Weights, bias: NDArray[Any], norms: Sequence[int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A gain and a shift, so that x + bias through the batch norms is gain * x + shift."""
    gain, shift = np.ones(len(bias)), np.asarray(bias, np.float64)
    for layer in norms:
        own = f"rest.{layer}."
        each = 1 / np.sqrt(np.asarray(weights[f"{own}running_var"], np.float64) + EPSILON)
        shift = (shift - weights[f"{own}running_mean"]) * each
        gain = gain * each
        if f"{own}weight" in weights:
            gain, shift = gain * weights[f"{own}weight"], shift * weights[f"{own}weight"]
            shift = shift + weights[f"{own}bias"]
    return gain, shift
