"""The nearest valid name."""

from __future__ import annotations

import difflib
import time

import numpy as np
import pytest

from hierhash.errors import did_you_mean


@pytest.mark.parametrize("name", ["blue shoe 5000", "red", "zzz", "", "shoe blue 77", "gren hat 9"])
def test_of_many_names_it_is_the_one_that_is_nearest_of_all(name):
    kinds = [f"{colour} {kind}" for colour in ("red", "green", "blue") for kind in ("shoe", "hat")]
    names = [f"{kind} {number}" for kind in kinds for number in range(300)]
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    said = did_you_mean(name, names)
    if not near:
        assert said == ""
        return
    found = said.removeprefix("; did you mean '").removesuffix("'?")

    def likeness(one):
        return difflib.SequenceMatcher(None, one, name).ratio()

    assert likeness(found) == pytest.approx(likeness(near[0]), abs=0.05)


def test_a_hundred_thousand_names_are_looked_through_at_once():
    letters = np.random.default_rng(0).choice(list("aeionrst"), (100_000, 24))
    names = ["".join(row) for row in letters]
    did_you_mean("warm", names)
    began = time.process_time()
    did_you_mean(names[5][:-1] + "x", names)
    assert time.process_time() - began < 0.5
