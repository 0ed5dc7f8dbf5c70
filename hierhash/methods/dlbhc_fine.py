"""DLBHC's whole search (Lin et al., CVPR Workshops 2015): codes find what is near, features order.

The network is that of ``dlbhc``; the features are its activations before the latent layer, the
fc7 of the paper, 4 bytes a unit beside the code (``codes.coarse_to_fine``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, cast

from annotated_types import Ge
from pydantic import Strict
from torch import Tensor, nn

from hierhash.branches.mlp import MLPBranch
from hierhash.branches.two_branch import finite_outputs
from hierhash.codes.coarse_to_fine import CoarseToFine, asking, beside
from hierhash.codes.coded import Coded, Segment
from hierhash.codes.packing import packed_width
from hierhash.errors import ConfigError
from hierhash.methods.branch_codes import ImageSettings
from hierhash.methods.dlbhc import DLBHC
from hierhash.methods.method import Preset, Role, Rows, only_modality
from hierhash.training.items import Items


@dataclass(frozen=True)
class FineSettings(ImageSettings):
    """Settings of the whole search.

    Args:
        near: Bits that an item may be away to be ordered by its features.
    """

    near: Annotated[int, Strict(), Ge(0)] = 4


class Hidden(nn.Module):
    """The activations of a branch before its last layer, (b, hidden)."""

    def __init__(self, branch: MLPBranch) -> None:
        super().__init__()
        self.branch = branch

    def forward(self, rows: Tensor) -> Tensor:
        """See the class."""
        return self.branch.hidden(rows)


class DLBHCFine(DLBHC):
    """See the module's words."""

    Settings: ClassVar[type] = FineSettings
    free_length: ClassVar[bool] = False

    def check(self, train: Items) -> None:
        """See ``Method``."""
        super().check(train)
        if self.problem.bits % 8:
            raise ConfigError("bits: codes are whole bytes; use 8, 16, 24, 32, ...")
        if not self.settings.image.hidden:
            raise ConfigError("model.image.hidden: 0 leaves no features to order by; use 1 or more")
        if self.settings.near > self.problem.bits:
            raise ConfigError(
                f"model.near: above the bits of a code; use {self.problem.bits} at most"
            )

    def encode(self, rows: Rows, role: Role) -> Coded:
        """See ``Method``."""
        modality, features = only_modality(rows)
        values = self.outputs(rows)
        branch = Hidden(cast(MLPBranch, self.branches[modality]))
        hidden = finite_outputs(branch, features, modality)
        if role == "query":
            return Coded(None, asking(values, hidden, self.settings.near))
        return Coded(beside(values, hidden))

    def layout(self) -> tuple[Segment, ...]:
        """The code and its features, which are told with it."""
        return (Segment("category", 8 * self.distance().width),)

    def distance(self) -> Any:
        """See ``Method``: scores alone."""
        return CoarseToFine(packed_width(self.problem.bits) + 4 * self.settings.image.hidden)

    def meta(self) -> dict[str, Any]:
        """See ``Method``: its codes are no signs alone."""
        return {"temperatures": {}, "coding": None}


LEARNT = {"model.training.lr": 0.004}
LONGER = LEARNT | {"model.training.epochs": 28, "model.image.dropout": 0.3}
PRESET = Preset(
    DLBHCFine,
    FineSettings(),
    revision=2,
    trials=tuple(own | {"model.near": near} for own in (LEARNT, LONGER) for near in (1, 4, 8, 16)),
)
