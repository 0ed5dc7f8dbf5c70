"""Scores by the weight of the leaf in the centres."""

from __future__ import annotations

from hierhash.reports.centre_weights import centre_weights_section
from tests.reports.test_prefixes import a_line


def weighted(leaf, seed=0, score=0.5, **rest):
    return a_line(
        True, seed, score=score, centre_weights={"scheme": "leaf_heavy", "leaf": leaf}, **rest
    )


def rows_of(lines):
    section = centre_weights_section(lines)
    assert section is not None
    (table,) = section.tables
    return [dict(zip(table.header, row, strict=True)) for row in table.rows]


def test_weights_stand_in_their_order_over_the_seeds_that_all_have():
    lines = [weighted(0.4, seed, 0.6 + seed / 10) for seed in (0, 1, 2)]
    lines += [weighted(0.6, seed, 0.5, variant="b") for seed in (0, 1)]
    lines += [weighted(0.3, seed, 0.9, variant="a") for seed in (1, 0)]
    rows = rows_of(lines)
    assert [row["leaf weight"] for row in rows] == ["0.3", "0.4", "0.6"]
    assert {row["seeds"] for row in rows} == {"2"}
    assert [row["i2t hap"].text for row in rows] == ["0.900", "0.650", "0.500"]
    assert [row["i2t hap"].best for row in rows] == [True, False, False]
    assert {row["i2t n"] for row in rows} == {"9"}


def test_each_length_has_the_weights_that_were_fitted_at_it():
    lines = [weighted(0.4, bits=bits) for bits in (8, 16, 32)]
    lines += [weighted(0.5, bits=bits, variant="b") for bits in (16, 32)]
    assert [row["bits"] for row in rows_of(lines)] == ["16", "16", "32", "32"]


def test_of_two_rows_of_one_weight_the_headline_row_is_taken():
    lines = [weighted(0.4, score=0.7), weighted(0.4, score=0.2, variant="same")]
    assert rows_of([*lines, weighted(0.5, variant="b")])[0]["i2t hap"].text == "0.700"


def test_weights_that_change_with_the_length_are_a_row_of_their_own():
    first = {"scheme": "leaf_heavy", "leaf": 0.3}
    rows = rows_of([weighted(0.4, first_weights=first), weighted(0.4, variant="a")])
    assert [row["leaf weight"] for row in rows] == ["0.3 to 0.4", "0.4"]


def test_codes_of_one_length_alone_and_a_single_weight_are_not_shown():
    alone = a_line(False, centre_weights={"scheme": "leaf_heavy", "leaf": 0.5}, variant="b")
    assert centre_weights_section([weighted(0.4), alone]) is None
    assert centre_weights_section([weighted(0.4), weighted(0.5, seed=1)]) is None
