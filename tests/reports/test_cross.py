"""Which runs stand in the table of similarity by head."""

from __future__ import annotations

from hierhash.reports.cross import cross_section
from tests.reports.lines import LINE


def a_run(method, variant="", **settings):
    name = f"{method}+{variant}" if variant else method
    told = LINE["settings"] | settings
    return LINE | {"method": method, "variant": variant, "name": name, "settings": told}


def test_codes_that_are_made_from_a_network_are_no_row_of_it():
    runs = [a_run("dcmh_tuned"), a_run("hierarchical_dcmh", "tree+path", pairs="tree", head="path")]
    own = a_run("expected_tree_codes", pairs="tree", head="path", width=64)
    section = cross_section([*runs, own])
    assert section is not None
    assert [row[:3] for row in section.tables[0].rows] == [
        ["leaf S", "none", "1"],
        ["level-weighted S", "path", "1"],
    ]
