from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from hierhash.branches.mlp import MLPBranch, MLPSettings
from hierhash.branches.rows import FeatureRows
from hierhash.branches.small_cnn import SmallCNN
from hierhash.branches.two_branch import outputs_of

DENSE = np.zeros((0, 7), np.float32)
PIXELS = np.zeros((0, 3, 16, 16), np.uint8)


@pytest.mark.parametrize(
    ("branch", "rows"),
    [
        (MLPBranch(7, 5, MLPSettings(hidden=4)), DENSE),
        (MLPBranch(7, 5, MLPSettings(hidden=0, batch_norm=False)), sparse.csr_matrix(DENSE)),
        (SmallCNN(5), PIXELS),
    ],
)
def test_no_rows_give_no_outputs(branch, rows):
    outputs = outputs_of(branch, FeatureRows(rows))
    assert outputs.shape == (0, 5)
    assert outputs.dtype == np.float32
