"""Expected tree codes: the code of an item is the expected code of its class.

One multitask network, the two branches of DCMH on the level-weighted S with a joint head over the
leaves, gives p(leaf | item). Tree centres give every leaf a code c_v whose products follow the
tree; the item's code is the sign of sum_v p(v) c_v against spread thresholds. The width of the
network and the length of the code have nothing to do with each other, and the first 16, 32, 64, ...
bits of a code are codes by themselves. docs/our-method.md has the formulas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar

import numpy as np
from annotated_types import Ge, Le
from numpy.typing import NDArray
from pydantic import Strict

from hierhash.codes.coded import Coded
from hierhash.codes.coding import ExpectedCode, fused
from hierhash.codes.tree_centres import stages, tree_centres
from hierhash.errors import ConfigError
from hierhash.methods.bit_codes import BitCodes
from hierhash.methods.dcmh import DCMH, DCMHSettings, HeadSettings
from hierhash.methods.method import Posteriors, Preset, Problem, Role, Rows
from hierhash.methods.thresholds import MOST, choose_thresholds, level_balance
from hierhash.methods.weight_scheme import WeightScheme, weights_of
from hierhash.training.fit import Watch
from hierhash.training.items import Items
from hierhash.training.settings import Objective


@dataclass(frozen=True)
class ExpectedSettings(DCMHSettings):
    """Settings of the network, as of DCMH, and of the codes.

    Args:
        width: Outputs of each branch, whatever the length of the code.
        centre_weights: Scheme of the level weights that the centres' products follow.
        score_weights: Scheme of the level weights of the likeness that thresholds are chosen by.
    """

    width: Annotated[int, Strict(), Ge(2), Le(4096)] = 64
    centre_weights: WeightScheme = field(
        default_factory=lambda: {"scheme": "leaf_heavy", "leaf": 0.4}
    )
    score_weights: WeightScheme = field(
        default_factory=lambda: {"scheme": "leaf_heavy", "leaf": 0.4}
    )


class ExpectedTreeCodes(BitCodes):
    """See the module's words.

    Args:
        settings: Its settings.
        problem: What it is made for.
        device: Where it trains.
    """

    Settings: ClassVar[type] = ExpectedSettings
    needs: ClassVar[frozenset[str]] = DCMH.needs
    nested: ClassVar[bool] = True
    fuses: ClassVar[bool] = True

    def __init__(self, settings: ExpectedSettings, problem: Problem, device: str = "cpu") -> None:
        self.settings, self.problem = settings, problem
        self.network = DCMH(settings, replace(problem, bits=settings.width), device)
        self.centres = np.zeros((problem.sizes[-1], problem.bits), dtype=np.int8)
        self.thresholds = np.zeros(problem.bits)
        self.score_weights = np.zeros(0)

    @property
    def epochs(self) -> int:
        """See ``Method``."""
        return self.network.epochs

    def check(self, train: Items) -> None:
        """See ``Method``."""
        if self.settings.head.kind != "path":
            raise ConfigError(
                f"model.head.kind: '{self.settings.head.kind}' gives no leaf probabilities that "
                "codes can be expected by; use path"
            )
        self._weights("centre_weights", train)
        self._weights("score_weights", train)
        self.network.check(train)

    def _weights(self, name: str, train: Items) -> NDArray[np.float64]:
        scheme = getattr(self.settings, name)
        return weights_of(self.problem.tree, scheme, train.labels, f"model.{name}")

    def fit(self, train: Items, watch: Watch) -> None:
        """See ``Method``: the centres first, since early stopping asks for codes."""
        own = self.problem
        weights = self._weights("centre_weights", train)
        self.centres = tree_centres(own.ancestors, weights, own.bits, own.seed)
        self.score_weights = self._weights("score_weights", train)
        self.network.fit(train, watch)

    def calibrate(self, items: Items) -> None:
        """Temperatures, and the threshold of every bit; none where a modality is missing."""
        self.network.calibrate(items)
        labelled = np.flatnonzero(items.labels.labelled)
        rows = {one: items.having(one, labelled)[:MOST] for one in ("image", "text")}
        if not all(len(own) for own in rows.values()):
            return
        expected, levels, paths = [], [], []
        for modality, own in rows.items():
            given = {modality: items.rows[modality][own]}
            expected.append(self._posterior(given) @ self.centres)
            levels.append(self.network.classify(given) or [])
            labels = items.labels.subset(own)
            paths.append(labels.codes[labels.offsets[:-1]])  # of several paths the first
        wanted = np.zeros((len(paths[0]), len(paths[1])))
        for weight, mine, theirs in zip(self.score_weights, *levels, strict=True):
            wanted += weight * (mine @ theirs.T)
        self.thresholds = choose_thresholds(
            expected[0],
            expected[1],
            wanted,
            level_balance(paths[0], paths[1]),
            stages(self.problem.bits),
        )

    def prefix(self, bits: int) -> ExpectedTreeCodes:
        """The fitted method at one of the shorter lengths that ``stages`` names.

        Raises:
            ValueError: The first ``bits`` bits are no code by themselves.
        """
        if bits not in stages(self.problem.bits):
            raise ValueError(f"{bits} bits are no prefix of {self.problem.bits} that is a code")
        short = ExpectedTreeCodes(self.settings, replace(self.problem, bits=bits))
        short.network, short.score_weights = self.network, self.score_weights
        short.centres, short.thresholds = self.centres[:, :bits], self.thresholds[:bits]
        return short

    def coding(self) -> ExpectedCode:
        """Expected centres against thresholds."""
        layer = getattr(self.network.model.head, "leaves")  # noqa: B009 - only a path head has it
        weight, bias = (one.detach().cpu().numpy() for one in (layer.weight, layer.bias))
        own = self.network.temperatures
        return ExpectedCode((weight, bias), self.centres, self.thresholds, own)

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

    def state(self) -> dict[str, NDArray[Any]]:
        """See ``Method``."""
        return self.network.state() | {"centres": self.centres, "thresholds": self.thresholds}

    def meta(self) -> dict[str, Any]:
        """See ``Method``."""
        own = self.network.temperatures
        return {"temperatures": own, "coding": {"name": "expected", "temperatures": own}}

    def load(self, state: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
        """See ``Method``."""
        weights = dict(state)
        self.centres, self.thresholds = weights.pop("centres"), weights.pop("thresholds")
        wanted = self.problem.sizes[-1], self.problem.bits
        if self.centres.shape != wanted or self.thresholds.shape != wanted[1:]:
            raise ValueError("centres or thresholds are of another shape")
        self.network.load(weights, meta)

    @classmethod
    def facts(cls, settings: ExpectedSettings) -> dict[str, Any]:
        """See ``Method``."""
        return DCMH.facts(settings) | {"width": settings.width}


PRESET = Preset(
    ExpectedTreeCodes,
    ExpectedSettings(
        head=HeadSettings(kind="path"),
        loss=Objective(gamma=100.0, eta=0.0, scale=0.35, head_weight=1.0),
    ),
)
