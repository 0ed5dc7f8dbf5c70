"""The bit-balance term of DCMH: eta ||F 1||^2 (Jiang & Li 2017, eq. 1)."""

from __future__ import annotations

from torch import Tensor


def bit_balance(total: Tensor) -> tuple[Tensor, Tensor]:
    """Squared norm of the sum of all outputs, and its gradient for any one item, 2 F 1.

    The sum runs over all n items of the running buffer, the current batch included, and not over
    the batch alone (eq. 3; the official code does the same).

    Args:
        total: (K,), F 1.

    Returns:
        A scalar and a row of shape (K,).
    """
    return total.square().sum(), 2 * total
