"""The sections of facets and of what people type."""

from __future__ import annotations

import pytest

from hierhash.reports.facets import facets_section
from hierhash.reports.typed import typed_section
from tests.reports.lines import LINE, SCORES


def a_line(name, seed=0, joint=0.5, typed=None, **scores):
    own = SCORES | {"joint@10": joint, "colour_map": 0.4, **scores}
    return LINE | {
        "name": name,
        "method": name,
        "seed": seed,
        "stored_bits": 16,
        "segments": {"category": 16, "colour": 8},
        "columns": {"colour": "baseColour"},
        "results": {"all": {way: {"hamming": own} for way in ("i2t", "t2i")}},
        "typed": typed or {},
    }


def rows_of(section):
    [table] = section.tables
    return [dict(zip(table.header, row, strict=True)) for row in table.rows]


def test_facets_are_means_over_seeds_and_the_best_is_bold():
    lines = [a_line("itq", joint=0.2), a_line("dcmh_leaf", 0, 0.4), a_line("dcmh_leaf", 1, 0.6)]
    section = facets_section(lines)
    assert section.title == "Leaf and facets together (bits: category 16, colour 8)"
    rows = {row["method"]: row for row in rows_of(section)}
    cell = rows["dcmh_leaf"]["t2i joint@10"]
    assert (cell.text, cell.best) == ("0.500", True)
    assert not rows["itq"]["i2t joint@10"].best
    assert rows["itq"]["t2i colour_map"].text == "0.400"
    assert "t2i shipped@10" not in rows["itq"]


def test_runs_without_facets_have_no_such_section():
    assert facets_section([LINE | {"name": "dcmh_tuned"}]) is None


def typed(first, short):
    return {
        "names": {"t2i": {"n": 30, "first": first}},
        "short": {"t2i": {"n": 2000, "precision@10": short, "shipped@10": short}},
    }


def test_typed_texts_are_means_over_seeds_with_the_number_asked():
    lines = [
        a_line("dcmh_leaf", 0, typed=typed(0.8, 0.3)),
        a_line("dcmh_leaf", 1, typed=typed(0.6, 0.5)),
        a_line("itq", 0, typed={"names": {"t2i": {"n": 30, "first": 0.9}}}),
    ]
    section = typed_section(lines)
    assert "nodes (30)" in section.note
    assert "words (2,000)" in section.note
    rows = {row["method"]: row for row in rows_of(section)}
    assert rows["dcmh_leaf"]["names t2i first"].text == "0.700"
    assert rows["dcmh_leaf"]["short t2i P@10"].text == "0.400"
    assert rows["itq"]["names t2i first"].best
    assert rows["itq"]["short t2i P@10"].text == "?"
    assert rows["itq"]["wordings t2m first"].text == "?"


@pytest.mark.parametrize("lines", [[LINE | {"name": "a"}], [a_line("itq")]])
def test_runs_that_were_asked_no_typed_text_have_no_such_section(lines):
    assert typed_section(lines) is None
