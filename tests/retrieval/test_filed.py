"""Items by node, against looking at each of them."""

from __future__ import annotations

import numpy as np
import pytest

from hierhash.labels.tree import LabelTree
from hierhash.retrieval.filed import Filed

TREE = LabelTree.from_nested(
    {"A": {"a": ["1", "2"], "b": []}, "B": [], "C": {"c": {"x": ["3"]}}}, name="t"
)


@pytest.mark.parametrize("most", [0, 1, 3])
@pytest.mark.parametrize("fewest", [0, 1])
def test_rows_and_counts_are_those_of_the_paths(most, fewest):
    random = np.random.default_rng(most)
    nodes = list(TREE.nodes)
    paths = [
        [
            nodes[place]
            for place in random.integers(0, len(nodes), random.integers(fewest, most + 1))
        ]
        for _ in range(200)
        if fewest <= most
    ]
    filed = Filed(TREE, TREE.encode(paths))
    may = random.random(len(paths)) < 0.5
    for which in (None, may):
        wanted = {
            node: sum(
                any(path[: len(node)] == node for path in own) and (which is None or which[row])
                for row, own in enumerate(paths)
            )
            for node in nodes
        }
        assert filed.counts(which) == {node: n for node, n in wanted.items() if n}
    for node in nodes:
        below = [any(path[: len(node)] == node for path in own) for own in paths]
        assert filed.below(node).tolist() == np.flatnonzero(below).tolist()
    assert filed.unknown.tolist() == [row for row, own in enumerate(paths) if not own]
