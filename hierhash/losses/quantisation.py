"""The quantisation term of DCMH: gamma ||B - F||^2 (Jiang & Li 2017, eq. 1)."""

from __future__ import annotations

from torch import Tensor


def quantisation(batch: Tensor, codes: Tensor) -> tuple[Tensor, Tensor]:
    """Squared distance of outputs to their codes, per item, and its gradient 2 (F_i - B_i).

    Args:
        batch: (b, K), real outputs.
        codes: (b, K), their codes in {-1, +1} (0 before the first update of B in the MATLAB
            schedule).

    Returns:
        Shapes (b,) and (b, K).

    Example:
        >>> import torch
        >>> value, gradient = quantisation(torch.tensor([[0.5, -2.0]]), torch.tensor([[1.0, -1.0]]))
        >>> value.tolist(), gradient.tolist()
        ([1.25], [[-1.0, -2.0]])
    """
    difference = batch - codes
    return difference.square().sum(dim=1), 2 * difference
