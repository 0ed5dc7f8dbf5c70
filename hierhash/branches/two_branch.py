"""The whole network: an image branch, a text branch and, for some methods, a head."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from torch import Tensor, nn

from hierhash.branches.heads import Head
from hierhash.branches.rows import FeatureRows, on_device
from hierhash.errors import HierhashError

ENCODE_BATCH = 4096


class TwoBranch(nn.Module):
    """An image branch and a text branch with K outputs each, and an optional shared head.

    Args:
        image: Maps a batch of image rows to (b, K).
        text: Maps a batch of text rows to (b, K).
        head: A hierarchical classification head, or None.
    """

    def __init__(self, image: nn.Module, text: nn.Module, head: Head | None = None) -> None:
        super().__init__()
        self.image = image
        self.text = text
        self.head = head

    def branch(self, modality: str) -> nn.Module:
        """The branch of ``"image"`` or ``"text"``."""
        return self.image if modality == "image" else self.text


@torch.inference_mode()
def outputs_of(
    branch: nn.Module, rows: FeatureRows, batch: int = ENCODE_BATCH
) -> NDArray[np.float32]:
    """Real outputs of all rows in evaluation mode, float32 (n, K), ``batch`` rows at a time.

    The rows may live elsewhere than the branch; each batch goes to it. No rows give shape (0, K).
    """
    device = next(branch.parameters()).device
    was_training = branch.training
    branch.eval()
    parts: list[Tensor] = [
        branch(on_device(rows.batch(torch.arange(start, min(start + batch, rows.n))), device))
        .float()
        .cpu()
        for start in range(0, max(rows.n, 1), batch)
    ]
    branch.train(was_training)
    result: NDArray[np.float32] = torch.cat(parts).numpy()
    return result


def finite_outputs(branch: nn.Module, features: Any, modality: str) -> NDArray[np.float32]:
    """As ``outputs_of``, of feature rows as arrays.

    Raises:
        HierhashError: Some outputs are not finite, for the training diverged.
    """
    if sparse.issparse(features) and len(getattr(branch, "mean", ())):
        features = features.toarray()  # it learnt from dense rows, which it standardises
    outputs = outputs_of(branch, FeatureRows(features))
    if not np.isfinite(outputs).all():
        raise HierhashError(
            f"{modality} outputs are not finite: the training diverged; lower training.lr"
        )
    return outputs
