"""Which row the others are compared with."""

from __future__ import annotations

import numpy as np

from hierhash.reports.comparison import comparison_section, intervals
from hierhash.reports.reference import reference
from hierhash.reports.runs import headline_names
from tests.reports.test_parts import a_run, store

OURS, TREE, FLAT = "expected_tree_codes", "hierarchical_dcmh", "dcmh_tuned"


def test_it_is_our_own_row_then_that_of_the_tree():
    assert reference([a_run(name, 0) for name in (FLAT, TREE, OURS)]) == OURS
    assert reference([a_run(name, 0) for name in (FLAT, TREE)]) == TREE
    assert reference([a_run(FLAT, 0)]) == reference([]) == TREE


def test_a_variant_of_our_own_is_no_reference():
    variant = a_run(OURS, 0) | {"name": f"{OURS}+own", "variant": "own"}
    assert reference([a_run(TREE, 0), variant]) == TREE


def test_it_stands_first_and_the_others_are_less_it(tmp_path):
    runs = [a_run(name, 0) for name in (FLAT, TREE, OURS)]
    for run, score in zip(runs, (0.3, 0.5, 0.8), strict=True):
        store(tmp_path, run, np.full(50, score))
    assert headline_names(runs) == [OURS, FLAT, TREE]
    found = intervals(tmp_path, runs)
    assert {name for _, name, _, _ in found} == {FLAT, TREE}
    assert np.isclose(found[8, TREE, "i2t", "hap"][0], -0.3)
    section = comparison_section(runs, found)
    assert section is not None
    assert section.note.startswith(f"Score less that of {OURS}, 8 bits")
