"""Prefixes of a long code beside codes that were fitted for one length."""

from __future__ import annotations

import json

from hierhash.reports.build import build_report
from hierhash.reports.prefixes import prefix_section
from tests.reports.lines import LINE, SCORES

WEIGHTS = {"scheme": "leaf_heavy", "leaf": 0.4}


def a_line(nested, seed=0, bits=16, score=0.5, variant="", **settings):
    told = LINE["settings"] | {"nested": nested, "centre_weights": WEIGHTS, **settings}
    results = {way: {"hamming": SCORES | {"hap": score}} for way in ("i2t", "t2i")}
    names = {"method": "expected_tree_codes", "variant": variant, "bits": bits, "seed": seed}
    name = f"expected_tree_codes+{variant}" if variant else "expected_tree_codes"
    return LINE | names | {"name": name, "settings": told, "results": {"all": results}}


def rows_of(lines):
    section = prefix_section(lines)
    assert section is not None
    (table,) = section.tables
    return section.note, [dict(zip(table.header, row, strict=True)) for row in table.rows]


def test_means_and_their_relative_difference_over_the_seeds_of_both():
    lines = [a_line(True, 0, score=0.6), a_line(True, 1, score=0.8), a_line(True, 2, score=0.1)]
    lines += [a_line(False, seed, score=0.5, variant="alone") for seed in (0, 1)]
    note, rows = rows_of(lines)
    assert [row["code"] for row in rows] == ["prefix", "dedicated", "difference"]
    assert [row["seeds"] for row in rows] == ["2"] * 3
    assert [row["i2t hap"] for row in rows] == ["0.700", "0.500", "+40.0 %"]
    assert [row["t2i map_leaf"] for row in rows] == ["0.500", "0.500", "+0.0 %"]
    assert "differ in" not in note


def test_lengths_stand_in_their_order():
    lines = [a_line(nested, bits=bits) for bits in (128, 16) for nested in (True, False)]
    assert [row["bits"] for row in rows_of(lines)[1]] == ["16"] * 3 + ["128"] * 3


def test_other_settings_that_differ_are_named():
    note, _ = rows_of([a_line(True, lr=0.1, trials=8), a_line(False, lr=0.2, trials=1)])
    assert note.endswith(" The two differ in lr, too.")


def test_nothing_is_shown_of_one_kind_or_of_other_centres():
    assert prefix_section([LINE | {"name": "dcmh_tuned"}]) is None
    assert prefix_section([a_line(True), a_line(True, 1)]) is None
    assert prefix_section([a_line(False)]) is None
    assert prefix_section([a_line(True, 0), a_line(False, 1)]) is None
    assert prefix_section([a_line(True), a_line(False, centre_weights="uniform")]) is None


def test_a_report_has_both_sections_of_centres(tmp_path):
    (tmp_path / "environments.json").write_text("{}")
    lines = [a_line(True), a_line(False, variant="alone")]
    lines += [a_line(True, variant="other", centre_weights="uniform")]
    (tmp_path / "s.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    report = build_report("s", tmp_path)
    for title in ("Prefixes against dedicated codes", "Level weights of the centres"):
        assert f"## {title}\n" in report.markdown
        assert f">{title}</h2>" in report.html
