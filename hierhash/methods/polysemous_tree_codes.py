"""Tree codes of two readings: Hamming distances among codes, tables under a real query.

The network is that of ``expected_tree_codes``, and so is the expected centre z of an item, sum over
leaves v of p(v) g_v c_v, whose signs are the codes there. Here a code may leave some of these signs
where it stands for the item's class probabilities better by doing so (``codes.polysemous``); e is
sqrt(w_l) p_l of all levels, as product quantisers of ``posterior_pq`` read it. So codes of as many
bytes are compared by Hamming distance, and a text or a picture that asks brings its probabilities.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.coded import Coded
from hierhash.codes.coding import fused
from hierhash.codes.gains import draw_gains
from hierhash.codes.polysemous import PolysemousCodes
from hierhash.codes.tabled import TabledHamming
from hierhash.codes.tree_centres import stages, tree_centres
from hierhash.errors import ConfigError
from hierhash.methods.expected_tree_codes import between_weights
from hierhash.methods.method import Posteriors, Preset, Problem, Role, Rows
from hierhash.methods.posterior_codes import Floats, PosteriorCodes, PosteriorSettings
from hierhash.methods.weight_scheme import WeightScheme, weights_of
from hierhash.training.fit import Watch
from hierhash.training.items import Items
from hierhash.training.settings import NonNegative

MOST_BITS = 256


@dataclass(frozen=True)
class PolysemousSettings(PosteriorSettings):
    """Settings of the network and of the vectors, as of ``posterior_pq``.

    Args:
        pull: A bit off the sign of its centre costs four times this, times how far the centre is
            from 0.
        first_weights: As of ``expected_tree_codes``: what the centres of short codes follow; those
            of 64 bits or more follow ``score_weights``. None: the same.
    """

    pull: NonNegative = 0.02
    first_weights: WeightScheme = field(
        default_factory=lambda: {"scheme": "leaf_heavy", "leaf": 0.3}
    )


class PolysemousTreeCodes(PosteriorCodes):
    """See the module's words.

    Memory: beside that of ``PosteriorCodes`` that of ``PolysemousCodes``.
    """

    Settings: ClassVar[type] = PolysemousSettings
    fuses: ClassVar[bool] = True
    settings: PolysemousSettings

    def __init__(self, settings: PolysemousSettings, problem: Problem, device: str = "cpu") -> None:
        super().__init__(settings, problem, device)
        self.centres = np.zeros((problem.sizes[-1], problem.bits), dtype=np.int8)
        self.gains = draw_gains(problem.sizes[-1], problem.bits, problem.seed)
        self.codes: PolysemousCodes | None = None

    def check(self, train: Items) -> None:
        """See ``Method``."""
        super().check(train)
        if self.problem.bits > MOST_BITS:
            raise ConfigError(
                f"bits: tables learnt together take (32 bits)^2 numbers; use {MOST_BITS} at most"
            )
        self._first_weights(train)
        if not self._weights(train)[-1]:
            raise ConfigError("model.score_weights: leaves weigh nothing; give them some weight")

    def fit(self, train: Items, watch: Watch) -> None:
        """See ``Method``: centres that follow the level weights, then network and tables."""
        own = self.problem
        first, last = self._first_weights(train), self._weights(train)
        lengths = stages(own.bits)  # so that the centres are those of expected_tree_codes
        weights = between_weights(first, last, lengths)
        self.centres = tree_centres(own.ancestors, weights, lengths, own.seed)
        super().fit(train, watch)

    def _first_weights(self, train: Items) -> NDArray[np.float64]:
        scheme = self.settings.first_weights
        if scheme is None:
            return self._weights(train)
        return weights_of(self.problem.tree, scheme, train.labels, "model.first_weights")

    def learn(self, vectors: Floats) -> None:
        """See ``PosteriorCodes``: the tables."""
        self.codes = PolysemousCodes.learn(vectors, self.values(vectors), self.settings.pull)

    def values(self, vectors: Floats) -> NDArray[np.float64]:
        """Expected centres (n, K) of vectors (n, classes of all levels)."""
        leaves = vectors[:, -self.problem.sizes[-1] :] / np.sqrt(self.level_weights[-1])
        return np.asarray(leaves @ (self.gains * self.centres))

    def code(self, vectors: Floats, role: Role) -> Coded:
        """See ``PosteriorCodes``: a code, and of queries the tables that score codes."""
        assert self.codes is not None  # noqa: S101 - fitted or loaded
        codes = self.codes.encode(vectors, self.values(vectors))
        return Coded(codes, self.codes.asked(vectors) if role == "query" else None)

    def vectors(self, rows: Rows) -> Floats:
        """See ``PosteriorCodes``; of items given by picture and text one of both."""
        if len(rows) == 1:
            return super().vectors(rows)
        roots = np.sqrt(self.level_weights).astype(np.float32)
        levels = self.classify(rows)
        assert levels is not None  # noqa: S101 - ``check`` saw to the head
        return np.concatenate([r * one for r, one in zip(roots, levels, strict=True)], axis=1)

    def classify(self, rows: Rows) -> Posteriors | None:
        """See ``Method``; by picture and text what both say."""
        if len(rows) == 1:
            return super().classify(rows)
        each = [self.network.classify({one: own}) for one, own in rows.items()]
        leaves = fused([np.asarray(one[-1], dtype=np.float64) for one in each if one is not None])
        return [
            (leaves @ (classes[:, None] == np.arange(size))).astype(np.float32)
            for classes, size in zip(self.problem.ancestors, self.problem.sizes, strict=True)
        ]

    def distance(self) -> Any:
        """See ``Method``: Hamming distance, and scores by tables."""
        return TabledHamming(self.problem.bits)

    def quantiser_state(self) -> dict[str, NDArray[Any]]:
        """See ``PosteriorCodes``."""
        assert self.codes is not None  # noqa: S101 - fitted or loaded
        return self.codes.state() | {"centres": self.centres, "gains": self.gains}

    def load_quantiser(self, state: Mapping[str, NDArray[Any]]) -> None:
        """See ``PosteriorCodes``."""
        self.centres, self.gains = state["centres"], state["gains"]
        wanted = self.problem.sizes[-1], self.problem.bits
        if self.centres.shape != wanted or self.gains.shape != wanted:
            raise ValueError("centres or gains are of another shape")
        width, pull = sum(self.problem.sizes), self.settings.pull
        self.codes = PolysemousCodes.of(state, width, self.problem.bits // 8, pull)

    @classmethod
    def facts(cls, settings: Any) -> dict[str, Any]:
        """See ``Method``."""
        own = {"pull": settings.pull, "first_weights": settings.first_weights}
        return super().facts(settings) | own


PRESET = Preset(PolysemousTreeCodes, PolysemousSettings())
