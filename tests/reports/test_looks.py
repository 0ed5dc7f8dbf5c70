"""The colours and marks of methods: fixed, and to be told apart on light and dark paper."""

from __future__ import annotations

import itertools
import re
from importlib.resources import files

import numpy as np
import pytest

from hierhash.methods.registry import presets
from hierhash.reports import charts
from hierhash.reports.looks import KNOWN, PALETTE, look

CSS = (files("hierhash.reports") / "templates" / "report.css.j2").read_text()
PAPERS = re.findall(r"--paper:(#[0-9a-f]{3,6})", CSS)
# Vienot, Brettel and Mollon 1999: what a protanope and a deuteranope see, on linear RGB.
SEEN = {
    "all": np.eye(3),
    "protanope": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    "deuteranope": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
}


def linear(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    values = np.array([int(digits[place : place + 2], 16) for place in (0, 2, 4)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    light, dark = sorted((linear(c) @ [0.2126, 0.7152, 0.0722] for c in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def oklab(rgb):
    first = [[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]]
    second = [[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]]
    return np.array(second) @ np.cbrt(np.clip(np.array(first) @ rgb, 0, None))


@pytest.mark.parametrize("shade", [0, 1])
def test_every_colour_stands_out_from_its_paper(shade):
    for pair in PALETTE:
        assert contrast(pair[shade], PAPERS[shade]) >= 3, pair


@pytest.mark.parametrize("shade", [0, 1])
@pytest.mark.parametrize("eye", SEEN)
def test_known_methods_are_told_apart(shade, eye):
    seen = [oklab(np.array(SEEN[eye]) @ linear(PALETTE[p][shade])) for p in range(len(KNOWN))]
    for one, other in itertools.combinations(range(len(KNOWN)), 2):
        away = np.linalg.norm(seen[one] - seen[other])
        assert away > (0.15 if eye == "all" else 0.1), (KNOWN[one], KNOWN[other], away)


def test_known_presets_have_places_of_their_own():
    assert set(KNOWN) <= set(presets())
    looks = [look(name) for name in KNOWN]
    assert len({one.colour for one in looks}) == len({one.marker for one in looks}) == len(KNOWN)


def test_a_foreign_method_takes_no_known_colour_and_keeps_its_own():
    looks = {name: look(name) for name in ("mine", "yours", "theirs", "x" * 50)}
    assert all(one.colour >= len(KNOWN) for one in looks.values())
    assert look("mine") == looks["mine"]
    assert look("mine").colour == 14


def test_a_method_has_one_colour_whatever_stands_beside_it():
    values = {"all": 0.5}
    alone = charts.bars({"itq": values}, "y")
    beside = charts.bars({"aaa": values, "itq": values}, "y")
    own = f"var(--method-{look('itq').colour})"
    assert own in alone
    assert own in beside


def test_charts_take_ink_and_paper_from_the_page():
    svg = charts.lines({"itq": ([0.0, 1.0], [0.5, 0.6])}, "x", "y")
    assert "currentColor" in svg
    assert not re.search("#[0-9a-f]{6}", svg)
    assert svg == charts.lines({"itq": ([0.0, 1.0], [0.5, 0.6])}, "x", "y")
