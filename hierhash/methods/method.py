"""The interface of every method: all that trainer, bench, run folder, index and report know of one.

A method is a class in one file of this folder, which ends with its ``PRESET``; other packages bring
theirs as entry points ``hierhash.methods``. docs/add_a_method.md shows a whole one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.coded import Coded, Segment
from hierhash.codes.distances import Distance
from hierhash.labels.tree import LabelTree
from hierhash.training.items import Items

if TYPE_CHECKING:  # it needs torch, and who codes items by an exported run has none
    from hierhash.training.fit import Watch

Role = Literal["query", "database"]
Rows = Mapping[str, Any]
"""Modality to feature rows, (n, ...) arrays or sparse matrices of the same n items."""
Posteriors = list[NDArray[np.float32]]
"""For each level of the tree (n, classes) probabilities; each row sums to 1."""


@dataclass(frozen=True)
class Problem:
    """What a method is made for; it and the settings are enough to build a trained method again.

    Args:
        tree: The label tree.
        bits: Length of the codes, where the method leaves it free.
        shapes: Shape of one feature row of each modality; a modality that is not there is absent.
        seed: Of all that is random.
    """

    tree: LabelTree
    bits: int
    shapes: Mapping[str, tuple[int, ...]]
    seed: int = 0

    @property
    def ancestors(self) -> NDArray[np.int64]:
        """int64 (L, leaves): the class of each leaf at each level."""
        return self.tree.leaf_ancestors

    @property
    def sizes(self) -> list[int]:
        """Number of classes of each level."""
        return [len(self.tree.nodes_at(level)) for level in range(1, self.tree.depth + 1)]


class Method(Protocol):
    """Learns from items, then codes and classifies others.

    A method that can learn new leaves without training has ``extend(tree, items)``, which gives
    another fitted method, for the grown tree, and leaves this one and what it learnt as they are.
    One that can be exported has ``branch(modality)``, the torch module from feature rows to the
    outputs that its ``coding`` is given, and ``outputs(rows)``, which gives them. One whose
    ``check`` refuses texts that are no counts of words has a true class attribute ``reads_counts``.

    Class attributes:
        Settings: A frozen dataclass: the ``model`` section of its configs.
        needs: What it cannot train without, of ``image``, ``text``, ``labels``. It codes the
            modalities among them and no others.
        free_length: Whether the length of its codes is the user's choice.
        fuses: Whether items given by several modalities have one code of all.
    """

    Settings: ClassVar[type]
    needs: ClassVar[frozenset[str]]
    free_length: ClassVar[bool]
    fuses: ClassVar[bool]

    def __init__(self, settings: Any, problem: Problem, device: str = "cpu") -> None: ...

    @property
    def epochs(self) -> int:
        """Epochs of a training, for a progress bar; 0 for a closed form."""
        ...

    @property
    def prefixes(self) -> Sequence[int]:
        """Shorter lengths whose codes are the first bits of its own; most methods have none.

        A fitted method's ``prefix(bits)`` is what a fit at that length would be, so that a
        benchmark fits it once a seed.
        """
        ...

    def check(self, train: Items) -> None:
        """Refuses training items or settings that ``fit`` could not use, before anything is done.

        Raises:
            ConfigError: In one line what is wrong and what to do.
        """
        ...

    def fit(self, train: Items, watch: Watch) -> None:
        """Learns from the training items.

        ``watch.validate`` scores the method as it stands on items that are not in ``train``; loops
        call it for early stopping.

        Raises:
            HierhashError: The training diverged.
            Interrupted: Ctrl-C.
        """
        ...

    def calibrate(self, items: Items) -> None:
        """Sets temperatures and thresholds on items that ``fit`` never saw; maybe none."""
        ...

    def encode(self, rows: Rows, role: Role) -> Coded:
        """Codes or vectors of items given by one modality (by several, where a method fuses)."""
        ...

    def classify(self, rows: Rows) -> Posteriors | None:
        """Class probabilities at every level; None for a method that does not classify."""
        ...

    def layout(self) -> tuple[Segment, ...]:
        """The segments of a code; none where items are kept as float vectors."""
        ...

    def distance(self) -> Distance:
        """How queries and stored items are compared."""
        ...

    def state(self) -> dict[str, NDArray[Any]]:
        """All that was learnt, as arrays by name."""
        ...

    def meta(self) -> dict[str, Any]:
        """Plain values beside ``state``: ``temperatures``, and ``coding`` for answers in numpy.

        ``coding`` is None where only the method itself can code a text; without it the signs of an
        ``MLPBranch`` named ``text`` are taken.
        """
        ...

    def load(self, state: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
        """Takes over what ``state`` and ``meta`` of a fitted method gave.

        Raises:
            KeyError, TypeError, ValueError, RuntimeError: They are not of this method and problem.
        """
        ...

    @classmethod
    def facts(cls, settings: Any) -> dict[str, Any]:
        """The settings that a result line tells its reader."""
        ...


@dataclass(frozen=True)
class Preset:
    """A method under a name.

    Args:
        method: Its class.
        settings: Its settings.
        revision: Raised when the same settings give other results; part of the config's hash.
        trials: What a suite tries on validation items unless it says otherwise: mappings of keys of
            a config, such as ``model.training.lr``, to values.
    """

    method: type[Method]
    settings: Any
    revision: int = 1
    trials: tuple[dict[str, Any], ...] = ()


def only_modality(rows: Rows) -> tuple[str, Any]:
    """The modality and rows of items that are given by one modality.

    Raises:
        ValueError: Several are given, and the method has no fused code.

    Example:
        >>> only_modality({"text": [1]})
        ('text', [1])
    """
    if len(rows) != 1:
        raise ValueError(f"give one modality, not {', '.join(rows) or 'none'}: there is no fusion")
    [(modality, features)] = rows.items()
    return modality, features
