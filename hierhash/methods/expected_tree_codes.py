"""Expected tree codes: the code of an item is the expected code of its class.

One multitask network, the two branches of DCMH on the level-weighted S with a joint head over the
leaves, gives p(leaf | item). Tree centres give every leaf a code c_v whose products follow the
tree; the item's code is the sign of sum_v p(v) g_v c_v with random gains g, which keep doubt. The
width of the network and the length of the code have nothing to do with each other, and the first
16, 32, 64, ... bits of a code are codes by themselves. docs/our-method.md has the formulas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar

import numpy as np
from annotated_types import Ge, Le
from numpy.typing import NDArray
from pydantic import Strict
from torch import nn

from hierhash.codes.coded import Coded
from hierhash.codes.coding import ExpectedCode, fused
from hierhash.codes.gains import draw_gains
from hierhash.codes.new_centres import with_new_centres
from hierhash.codes.tree_centres import each_stage, stages, tree_centres
from hierhash.errors import ConfigError, RunError
from hierhash.labels.tree import LabelTree
from hierhash.methods.bit_codes import BitCodes
from hierhash.methods.class_means import ClassMeans, class_means
from hierhash.methods.dcmh import DCMH
from hierhash.methods.dcmh_settings import DCMHSettings, HeadSettings
from hierhash.methods.extension import grown, grown_rows, refuse_leaves_without_items
from hierhash.methods.grown_tree import old_places
from hierhash.methods.method import Posteriors, Preset, Problem, Role, Rows
from hierhash.methods.new_rows import PULL
from hierhash.methods.weight_scheme import WeightScheme, weights_of
from hierhash.training.fit import Watch
from hierhash.training.items import Items
from hierhash.training.settings import LoopSettings, Objective

FIRST_BITS = 16
"""Codes of so many bits or fewer follow the first weights, those of four times as many the last."""


@dataclass(frozen=True)
class ExpectedSettings(DCMHSettings):
    """Settings of the network, as of DCMH, and of the codes.

    Args:
        width: Outputs of each branch, whatever the length of the code.
        centre_weights: Scheme of the level weights that the centres' products follow.
        first_weights: That of codes of 16 bits or fewer, which can tell the branches of a tree
            apart and hardly its leaves; 32 bits follow the mean of both. None: the same.
        nested: The first 16, 32, 64, ... bits of a code are codes, too.
    """

    width: Annotated[int, Strict(), Ge(2), Le(4096)] = 64
    centre_weights: WeightScheme = field(
        default_factory=lambda: {"scheme": "leaf_heavy", "leaf": 0.4}
    )
    first_weights: WeightScheme = field(
        default_factory=lambda: {"scheme": "leaf_heavy", "leaf": 0.3}
    )
    nested: bool = True


class ExpectedTreeCodes(BitCodes):
    """See the module's words.

    Args:
        settings: Its settings.
        problem: What it is made for.
        device: Where it trains.
    """

    Settings: ClassVar[type] = ExpectedSettings
    needs: ClassVar[frozenset[str]] = DCMH.needs
    fuses: ClassVar[bool] = True

    def __init__(self, settings: ExpectedSettings, problem: Problem, device: str = "cpu") -> None:
        self.settings, self.problem = settings, problem
        self.network = DCMH(settings, replace(problem, bits=settings.width), device)
        self.centres = np.zeros((problem.sizes[-1], problem.bits), dtype=np.int8)
        self.gains = draw_gains(problem.sizes[-1], problem.bits, problem.seed)
        self.level_weights: NDArray[np.float64] | None = None
        self.class_means: ClassMeans | None = None

    @property
    def epochs(self) -> int:
        """See ``Method``."""
        return self.network.epochs

    @property
    def prefixes(self) -> Sequence[int]:
        """See ``Method``."""
        return self._stages()[:-1]

    def _stages(self) -> list[int]:
        bits = self.problem.bits
        return stages(bits) if self.settings.nested else [bits]

    def check(self, train: Items) -> None:
        """See ``Method``."""
        if self.settings.head.kind != "path":
            raise ConfigError(
                f"model.head.kind: '{self.settings.head.kind}' gives no leaf probabilities that "
                "codes can be expected by; use path"
            )
        self._weights(train)
        self.network.check(train)

    def _weights(self, train: Items) -> NDArray[np.float64]:
        """(stages, L), the level weights that each length follows."""
        tree, own = self.problem.tree, self.settings
        last = weights_of(tree, own.centre_weights, train.labels, "model.centre_weights")
        if own.first_weights is None:
            return each_stage(last, self._stages())
        first = weights_of(tree, own.first_weights, train.labels, "model.first_weights")
        return between_weights(first, last, self._stages())

    def fit(self, train: Items, watch: Watch) -> None:
        """See ``Method``: the centres first, since early stopping asks for codes."""
        own = self.problem
        self.level_weights = self._weights(train)
        self.centres = tree_centres(own.ancestors, self.level_weights, self._stages(), own.seed)
        self.network.fit(train, watch)
        leaves, width = own.sizes[-1], self.settings.width
        self.class_means = class_means(self.network.outputs, train, leaves, width)

    def calibrate(self, items: Items) -> None:
        """Temperatures; the gains are drawn, not chosen."""
        self.network.calibrate(items)

    def prefix(self, bits: int) -> ExpectedTreeCodes:
        """The fitted method at one of the lengths that ``prefixes`` names.

        Raises:
            ValueError: The first ``bits`` bits are no code by themselves.
        """
        if bits not in self.prefixes:
            raise ValueError(f"{bits} bits are no prefix of {self.problem.bits} that is a code")
        short = ExpectedTreeCodes(self.settings, replace(self.problem, bits=bits))
        short.network, short.class_means = self.network, self.class_means
        short.centres, short.gains = self.centres[:, :bits], self.gains[:, :bits]
        if self.level_weights is not None:
            short.level_weights = self.level_weights[: len(short._stages())]
        return short

    def extend(self, tree: LabelTree, items: Items, pull: float = PULL) -> ExpectedTreeCodes:
        """The method with new leaves, learnt from a few items each; all else stays bit for bit.

        A new leaf gets a centre beside the old ones, gains of its own and a row of the head that
        is fitted to its items and to the mean outputs of the old leaves (docs/our-method.md).

        Args:
            tree: A tree with all nodes of the old one, in any order, and the new leaves.
            items: Items labelled in that tree; those of no new leaf are not looked at.
            pull: As in ``new_rows.fitted_rows``; a large one leaves rows at their class means.

        Returns:
            A method of its own; this one stays as it is.

        Raises:
            TreeError: The tree lacks an old node, or has no new leaf.
            DataError: A new leaf has no item.
            RunError: It was trained by a version that kept no class means.
        """
        if self.class_means is None or self.level_weights is None:
            raise RunError("trained by an earlier version, which kept no class means; train again")
        own, state = self.problem, self.state()
        place, ancestors = old_places(own.tree, tree), tree.leaf_ancestors
        refuse_leaves_without_items(tree, np.flatnonzero(place < 0), items)
        # The number of old leaves, so that an extension of an extension draws others.
        gains = draw_gains(int((place < 0).sum()), own.bits, [own.seed, own.sizes[-1]])
        state |= grown_rows(
            state, place, items, self.network.outputs, self.network.temperatures, pull
        )
        state |= {
            "head.ancestors": ancestors,
            "gains": grown(self.gains, place, gains),
            "centres": with_new_centres(
                self.centres, place, ancestors, self.level_weights, self._stages(), own.seed
            ),
        }
        longer = ExpectedTreeCodes(self.settings, replace(own, tree=tree))
        longer.load(state, self.meta())
        return longer

    def coding(self) -> ExpectedCode:
        """Expected centres with gains."""
        layer = getattr(self.network.model.head, "leaves")  # noqa: B009 - only a path head has it
        weight, bias = (one.detach().cpu().numpy() for one in (layer.weight, layer.bias))
        own = self.network.temperatures
        return ExpectedCode((weight, bias), self.centres, self.gains, own)

    def encode(self, rows: Rows, role: Role) -> Coded:
        """See ``Method``; of items given by picture and text one code of both."""
        return self.coding().code(self._posterior(rows))

    def classify(self, rows: Rows) -> Posteriors | None:
        """See ``Method``."""
        if len(rows) == 1:
            return self.network.classify(rows)
        leaves = self._posterior(rows)
        return [
            (leaves @ (classes[:, None] == np.arange(size))).astype(np.float32)
            for classes, size in zip(self.problem.ancestors, self.problem.sizes, strict=True)
        ]

    def _posterior(self, rows: Rows) -> NDArray[np.float64]:
        coding = self.coding()
        return fused(
            [
                coding.posterior(self.network.outputs({modality: features}), modality)
                for modality, features in rows.items()
            ]
        )

    def outputs(self, rows: Rows) -> NDArray[np.float32]:
        """Real outputs of the network of one modality, float32 (n, width)."""
        return self.network.outputs(rows)

    def branch(self, modality: str) -> nn.Module:
        """The network of one modality, for an export."""
        return self.network.branch(modality)

    def state(self) -> dict[str, NDArray[Any]]:
        """See ``Method``."""
        state = self.network.state() | {"centres": self.centres, "gains": self.gains}
        if self.class_means is not None:
            state |= self.class_means.state
        return state

    def meta(self) -> dict[str, Any]:
        """See ``Method``."""
        own = self.network.temperatures
        meta = {"temperatures": own, "coding": {"name": "expected", "temperatures": own}}
        if self.level_weights is not None:
            meta["level_weights"] = self.level_weights.tolist()
        return meta

    def load(self, state: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
        """See ``Method``."""
        weights = dict(state)
        self.centres, self.gains = weights.pop("centres"), weights.pop("gains")
        wanted = self.problem.sizes[-1], self.problem.bits
        if self.centres.shape != wanted or self.gains.shape != wanted:
            raise ValueError("centres or gains are of another shape")
        # Runs of earlier versions have neither; they code as ever and cannot be extended.
        if "class_means" in weights:
            means = ClassMeans(weights.pop("class_means"), weights.pop("class_items"))
            self.class_means = means.of_shape(wanted[0], self.settings.width)
        if "level_weights" in meta:
            told = np.asarray(meta["level_weights"], dtype=np.float64)
            lengths, depth = self._stages(), self.problem.tree.depth
            # Runs of earlier versions have one row for all lengths.
            if told.shape not in {(depth,), (len(lengths), depth)}:
                raise ValueError("level weights are of another shape")
            self.level_weights = each_stage(told, lengths)
        self.network.load(weights, meta)

    @classmethod
    def facts(cls, settings: ExpectedSettings) -> dict[str, Any]:
        """See ``Method``."""
        own = ("width", "nested", "centre_weights", "first_weights")
        return DCMH.facts(settings) | {name: getattr(settings, name) for name in own}


def between_weights(
    first: NDArray[np.float64], last: NDArray[np.float64], lengths: Sequence[int]
) -> NDArray[np.float64]:
    """Level weights (lengths, L) of codes of some lengths, from the first (L,) to the last (L,).

    Example:
        >>> between_weights(np.array([0.4, 0.6]), np.array([0.6, 0.4]), [16, 32, 128]).round(2)
        array([[0.4, 0.6],
               [0.5, 0.5],
               [0.6, 0.4]])
    """
    share = np.clip(np.log2(np.array(lengths) / FIRST_BITS) / 2, 0, 1)[:, None]
    return np.asarray((1 - share) * first + share * last)


PRESET = Preset(
    ExpectedTreeCodes,
    ExpectedSettings(
        head=HeadSettings(kind="path"),
        loss=Objective(gamma=100.0, eta=0.0, scale=0.35, head_weight=1.0),
        training=LoopSettings(partners=16_384),
    ),
    revision=3,
)
