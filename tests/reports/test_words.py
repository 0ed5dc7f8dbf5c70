"""Every short name of a report is explained, from one source."""

from __future__ import annotations

import pytest

from hierhash.methods.registry import presets
from hierhash.reports.section import Cell, Table
from hierhash.reports.words import METHODS, described, legend, meaning, table_legend, tooltip


@pytest.mark.parametrize(
    "name",
    [
        *("map_leaf", "map_leaf_macro", "map_level_2", "hap", "ndcg@100", "hf1", "hp", "hr", "ece"),
        *("n", "bits", "bytes", "seconds", "canonical", "exact_path", "accuracy_level_3"),
        *("pair_recall@10", "parent_share@10", "baseColour_share@10", "pair_recall@10/rescored"),
    ],
)
def test_a_short_name_has_a_meaning(name):
    assert meaning(name)
    assert (name, meaning(name)) in legend([f"i2t {name}"])
    assert tooltip(f"i2t {name}") == f"pictures look for texts; {meaning(name)}"


def test_a_meaning_does_not_use_what_another_pattern_says():
    assert "query's baseColour" in meaning("baseColour_share@10")
    assert "level 2" in meaning("map_level_2")


def test_every_preset_is_described():
    assert set(METHODS) <= set(presets())
    assert all(described(name) for name in presets())
    assert described("of nobody") == ""


def test_a_legend_has_just_the_names_and_marks_of_its_table():
    rows = [["m", Cell("0.1", spread="±0.2 ▼"), "3"], ["o", Cell("?"), "3"]]
    said = table_legend(Table(["method", "t2i hap", "t2i n"], rows), "itq")
    assert [name for name, _ in said] == ["t2i", "hap", "n", "±", "▼", "?"]
    assert dict(said)["▼"].startswith("significantly below itq (")
