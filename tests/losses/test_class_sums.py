from __future__ import annotations

import pytest
import torch

from hierhash.losses.class_sums import class_sums


@pytest.mark.parametrize(("n", "classes", "width"), [(1, 3, 4), (50, 7, 5), (5000, 90, 16)])
def test_sums_are_those_of_rows_added_in_their_order(n, classes, width):
    generator = torch.Generator().manual_seed(n)
    rows = torch.randn(n, width, generator=generator)
    own = torch.randint(-1, classes, (n,), generator=generator)
    expected = torch.zeros(classes, width)
    for row, number in zip(rows, own.tolist(), strict=True):
        if number >= 0:
            expected[number] += row
    assert torch.equal(class_sums(rows, own, classes), expected)


def test_rows_of_no_class_give_zeros():
    nobody = torch.full((3,), -1)
    assert torch.equal(class_sums(torch.ones(3, 2), nobody, 4), torch.zeros(4, 2))
