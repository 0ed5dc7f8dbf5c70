"""Feature rows of one modality, dense or sparse, from which training takes batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from torch import Tensor

BLOCK = 4096


class SparseBatch(NamedTuple):
    """A batch of sparse rows in the form of ``torch.nn.functional.embedding_bag``.

    Args:
        columns: int64 (nnz,), column of each stored value.
        starts: int64 (b,), where each row begins.
        values: float32 (nnz,).
    """

    columns: Tensor
    starts: Tensor
    values: Tensor


Batch = Tensor | SparseBatch


class FeatureRows:
    """All rows of one modality on a device; sparse ones stay sparse.

    Args:
        features: A dense array (n, ...) or a scipy sparse matrix (n, d).
        device: Where the rows live.
        variants: Other features of the same n items, in the same form.
        share: How many rows of a drawn batch are of a variant.

    Example:
        >>> rows = FeatureRows(sparse.csr_matrix(np.array([[0, 2.0], [1.0, 0]])))
        >>> rows.batch(torch.tensor([1])).columns.tolist()
        [0]
    """

    def __init__(
        self,
        features: Any,
        device: torch.device | str = "cpu",
        variants: Sequence[Any] = (),
        share: float = 0.0,
    ) -> None:
        self.device = torch.device(device)
        self.variants = len(variants) if share > 0 else 0
        self.share = share
        n = int(features.shape[0])
        if self.variants:
            stack = sparse.vstack if sparse.issparse(features) else np.concatenate
            features = stack([features, *variants])
        self.n, self.width = n, int(np.prod(features.shape[1:]))
        self._dense: Tensor | None = None
        if sparse.issparse(features):
            matrix = features.tocsr()
            self._starts = torch.from_numpy(matrix.indptr.astype(np.int64))
            self._columns = torch.from_numpy(matrix.indices.astype(np.int64))
            self._values = torch.from_numpy(matrix.data.astype(np.float32))
        else:
            self._dense = torch.from_numpy(np.ascontiguousarray(features)).to(self.device)

    def draw(self, index: Tensor, generator: torch.Generator) -> Batch:
        """The rows at ``index`` for training: some of them, drawn anew, those of a variant.

        Without variants nothing is drawn, and it is ``batch``.
        """
        if not self.variants:
            return self.batch(index)
        changed = torch.rand(len(index), generator=generator) < self.share
        which = torch.randint(1, self.variants + 1, (len(index),), generator=generator)
        return self.batch(index + self.n * which * changed)

    def batch(self, index: Tensor) -> Batch:
        """The rows at ``index``, int64 (b,), on the device."""
        if self._dense is not None:
            return self._dense[index.to(self.device)]
        index = index.cpu()
        begin, end = self._starts[index], self._starts[index + 1]
        lengths = end - begin
        starts = torch.cumsum(lengths, 0) - lengths
        offsets = torch.arange(int(lengths.sum())) - torch.repeat_interleave(starts, lengths)
        places = torch.repeat_interleave(begin, lengths) + offsets
        return SparseBatch(
            self._columns[places].to(self.device),
            starts.to(self.device),
            self._values[places].to(self.device),
        )


def on_device(batch: Batch, device: torch.device) -> Batch:
    """A batch on a device."""
    if isinstance(batch, SparseBatch):
        return SparseBatch(*(part.to(device) for part in batch))
    return batch.to(device)


def column_statistics(
    features: NDArray[np.float32], present: NDArray[np.bool_]
) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each column of dense features; a constant column gets 1.

    Taken block by block: a float64 copy of all rows would be twice as large as the features.

    Args:
        features: (n, d).
        present: bool (n,): the rows that count, at least one.

    Example:
        >>> column_statistics(np.float32([[1], [3], [9]]), np.array([True, True, False]))
        (tensor([2.]), tensor([1.]))
    """
    blocks = [slice(start, start + BLOCK) for start in range(0, len(features), BLOCK)]
    count = int(present.sum())
    mean = np.zeros(features.shape[1])
    for block in blocks:
        mean += features[block][present[block]].sum(axis=0, dtype=np.float64) / count
    variance = np.zeros(features.shape[1])
    for block in blocks:
        apart = features[block][present[block]] - mean
        variance += np.square(apart).sum(axis=0) / count
    deviation = np.sqrt(variance)
    deviation[deviation < 1e-6] = 1.0
    return torch.from_numpy(mean).float(), torch.from_numpy(deviation).float()
