"""The arena: what is on the front, what beats our method, and what the tables say."""

from __future__ import annotations

import pytest

from hierhash.reports.arena import (
    arena_section,
    beaten_by,
    better_at_both,
    front,
    rows_of,
    verdict,
)
from hierhash.reports.cost import cost_section
from hierhash.reports.lines import DIRECTIONS
from hierhash.reports.runs import drawn_names, headline_names


def run(name, size, scores, order="hamming", asymmetric=None, seed=0, **more):
    """A run whose two directions have (map_leaf, hap) each."""
    results = {}
    for way, (leaf, hap) in zip(DIRECTIONS, scores, strict=True):
        results[way] = {order: {"map_leaf": leaf, "hap": hap}}
        if asymmetric:
            results[way]["asymmetric"] = {"map_leaf": asymmetric[0], "hap": asymmetric[1]}
    return {
        "name": name,
        "method": name.partition("+")[0],
        "bits": 8 * size,
        "stored_bits": 8 * size,
        "seed": seed,
        "distance": order,
        "results": {"all": results},
        "cost": {"bytes_per_item": size, "train_seconds": 3.0} | more,
    }


OURS = "expected_tree_codes"
RUNS = [
    run(OURS, 4, [(0.6, 0.8), (0.7, 0.9)], asymmetric=(0.66, 0.86)),
    run("flat", 4, [(0.7, 0.5), (0.8, 0.6)]),
    run("worse", 4, [(0.5, 0.5), (0.6, 0.6)]),
    run("tiny", 1, [(0.61, 0.81), (0.5, 0.7)]),
    run("floats", 400, [(0.9, 0.9), (0.9, 0.9)], order="dot"),
    run("bytes", 4, [(0.6, 0.8), (0.7, 0.95)], order="lookup"),
]


def test_rows_are_codes_real_queries_and_floats():
    rows = {row.name: row for row in rows_of(RUNS, DIRECTIONS)}
    assert next(iter(rows)) == "tiny"
    assert f"{OURS} (real query)" in rows
    assert "bytes (real query)" in rows  # codes that queries score by tables of their own
    assert rows["floats"].floats
    assert not rows["floats"].is_real
    assert rows[OURS].summary("map_leaf") == pytest.approx(0.65)


def test_the_front_is_what_nothing_smaller_beats():
    names = [row.name for row in front(rows_of(RUNS, DIRECTIONS))]
    assert names == ["tiny", "flat", f"{OURS} (real query)", "bytes (real query)", "floats"]


def test_what_beats_a_row_is_no_larger_and_nowhere_worse():
    rows = rows_of(RUNS, DIRECTIONS)
    worse = next(row for row in rows if row.name == "worse")
    assert "floats" not in {row.name for row in beaten_by(worse, rows)}
    assert {row.name for row in beaten_by(worse, rows)} >= {"flat", "tiny", OURS}


def test_codes_are_compared_with_codes_and_real_queries_with_real_queries():
    rows = rows_of(RUNS, DIRECTIONS)
    ours = next(row for row in rows if row.name == OURS)
    assert [(row.name, way) for row, way in better_at_both(ours, rows)] == [("tiny", "i2t")]


def test_the_verdict_says_where_our_method_is_on_the_front_and_what_is_above_it():
    said = verdict(rows_of(RUNS, DIRECTIONS), OURS)
    assert said[0] == f"No rival beats {OURS} of 4 bytes."
    assert f"Above {OURS} of 4 bytes in map_leaf and hap at once: tiny of 1 (i2t)." in said
    beaten = [*RUNS, run("better", 4, [(0.8, 0.9), (0.8, 0.95)])]
    said = verdict(rows_of(beaten, DIRECTIONS), OURS)
    assert said[0] == f"{OURS} of 4 bytes is beaten by better of 4."


def test_its_own_variants_do_not_beat_a_method():
    variant = run(f"{OURS}+other", 4, [(0.9, 0.95), (0.9, 0.95)])
    said = verdict(rows_of([*RUNS, variant], DIRECTIONS), OURS)
    assert said[0] == f"No rival beats {OURS} of 4 bytes."


def test_processor_time_is_told_and_wall_clock_time_is_marked():
    rows = rows_of([run("a", 4, [(0.1, 0.2)] * 2), run("b", 4, [(0.1, 0.2)] * 2,
                    train_cpu_seconds=7.0)], DIRECTIONS)  # fmt: skip
    assert {row.name: row.cost["train s"] for row in rows} == {"a": "~3", "b": "7"}


def test_the_section_has_a_table_and_two_charts_of_each_group():
    section = arena_section(RUNS)
    assert [table.title for table in section.tables] == [
        "Our method and its rivals",
        "Across pictures and texts",
    ]
    assert len(section.charts) == 2
    assert all("<svg" in chart.svg for chart in section.charts)
    assert "floats" in section.charts[0].svg
    assert arena_section(RUNS[:1]) is not None  # codes and real queries are two rows
    assert arena_section(RUNS[1:2]) is None


def test_methods_of_one_modality_have_tables_of_their_own():
    alone = [run("p", 4, [(0.1, 0.2)] * 2), run("q", 4, [(0.3, 0.2)] * 2)]
    for one in alone:
        one["results"]["all"] = {"i2i": one["results"]["all"]["i2t"]}
    section = arena_section(alone)
    assert [table.title for table in section.tables] == ["Pictures look for pictures"]


def test_a_chart_draws_ours_and_the_best_of_the_others():
    many = [run(f"m{place:02}", 4, [(place / 100, 0.1)] * 2) for place in range(20)]
    runs = [one | {"variant": "", "free_length": True} for one in [*many, *RUNS[:1]]]
    shown = drawn_names(runs)
    assert len(shown) == 11
    assert shown[0] == OURS
    assert "m19" in shown
    assert "m05" not in shown
    assert drawn_names(runs[15:]) == headline_names(runs[15:])


def test_what_older_lines_do_not_tell_stands_empty_in_the_table_of_costs():
    older = run("old", 4, [(0.1, 0.1)] * 2)
    newer = run("new", 4, [(0.1, 0.1)] * 2, search_cpu_ms=0.0412)
    runs = [one | {"variant": "", "free_length": True} for one in (older, newer)]
    [table] = cost_section(runs, {}).tables
    assert table.header[2:] == ["bytes_per_item", "train_seconds", "search_cpu_ms"]
    assert [row[-1] for row in table.rows] == ["", "0.0412"]


def test_the_two_forms_of_our_method_are_no_rivals_of_each_other():
    form = "polysemous_tree_codes"
    below = run(OURS, 4, [(0.5, 0.7), (0.5, 0.7)])
    above = run(form, 4, [(0.6, 0.8), (0.6, 0.8)], order="polysemous")
    rows = rows_of([below, above, run("rival", 4, [(0.55, 0.75), (0.55, 0.75)])], DIRECTIONS)
    assert verdict(rows, form) == [f"No rival beats {form} of 4 bytes."]
    [beaten, both] = verdict(rows, OURS)
    assert beaten == f"{OURS} of 4 bytes is beaten by rival of 4."
    assert both.endswith("rival of 4 (i2t and t2i).")
    section = arena_section([below, above])
    assert section.tables[0].rows.count([f"No rival beats {OURS} of 4 bytes."]) == 1
    assert all(chart.caption.count(OURS) == 1 for chart in section.charts)


def test_scores_of_a_row_are_means_over_trainings():
    seeds = [run("a", 4, [(own, 0.5)] * 2, seed=place) for place, own in enumerate((0.2, 0.5, 0.8))]
    [row] = rows_of([seeds[0], seeds[2]], DIRECTIONS)
    assert row.summary("map_leaf") == pytest.approx(0.5)
    assert row.seeds == 2


def test_larger_codes_and_floats_are_above_no_smaller_one():
    best = [(0.9, 0.95), (0.9, 0.95)]
    larger = [run("large", 8, best), run("floats", 2, best, order="dot")]
    fine = run("fine", 3, best, order="coarse_to_fine")
    rows = rows_of([RUNS[0], *larger, fine], DIRECTIONS)
    ours = next(row for row in rows if row.name == OURS)
    assert better_at_both(ours, rows) == []
    # On the front all the same: fewer bytes are fewer bytes, and a size counts by its better row.
    assert [row.name for row in front(rows)] == ["floats"]
    said = verdict(rows_of([RUNS[0], larger[0]], DIRECTIONS), OURS)
    assert said == [f"No rival beats {OURS} of 4 bytes."]


def test_a_size_counts_by_the_better_of_its_rows():
    between = run("between", 4, [(0.655, 0.855), (0.655, 0.855)])
    said = verdict(rows_of([RUNS[0], between], DIRECTIONS), OURS)
    assert said[0] == f"No rival beats {OURS} of 4 bytes."
    whole = [run(OURS, 33, [(0.6, 0.8), (0.7, 0.9)]), between]
    assert verdict(rows_of(whole, DIRECTIONS), OURS) == []  # of more bytes than are looked at


@pytest.mark.parametrize(
    ("name", "order", "is_real"),
    [("a", "rabitq", True), ("a", "coarse_to_fine", True), ("a", "hamming", False),
     ("minhash", "lookup", False)],
)  # fmt: skip
def test_what_asks_by_numbers_is_a_real_query(name, order, is_real):
    [row] = rows_of([run(name, 4, [(0.1, 0.2)] * 2, order=order)], DIRECTIONS)
    assert row.is_real is is_real
