"""The second score beside the first."""

from __future__ import annotations

from hierhash.reports.asymmetric import asymmetric_section
from tests.reports.lines import LINE, SCORES


def a_run(name, first, second=None, variant=""):
    own = {"hamming": SCORES | {"hap": first}}
    if second is not None:
        own["asymmetric"] = {"map_leaf": 0.5, "hap": second, "ndcg@100": 0.5}
    return LINE | {
        "name": name,
        "method": name,
        "variant": variant,
        "results": {"all": dict.fromkeys(("i2t", "t2i"), own)},
    }


def test_both_scores_of_every_row_that_has_the_second():
    runs = [a_run("a", 0.6, 0.7), a_run("b", 0.5, 0.9), a_run("c", 0.9)]
    section = asymmetric_section([*runs, a_run("d", 1.0, 1.0, "own")])
    assert section is not None
    (table,) = section.tables
    rows = [dict(zip(table.header, row, strict=True)) for row in table.rows]
    assert [row["method"] for row in rows] == ["a", "b"]
    assert [row["i2t hap"].text for row in rows] == ["0.600", "0.500"]
    assert [row["t2i hap/rescored"].text for row in rows] == ["0.700", "0.900"]
    assert [row["i2t hap"].best for row in rows] == [True, False]
    assert [row["i2t hap/rescored"].best for row in rows] == [False, True]
    assert {row["i2t n"] for row in rows} == {"9"}


def test_nothing_where_it_was_not_measured():
    assert asymmetric_section([a_run("a", 0.5)]) is None
    assert asymmetric_section([a_run("a", 0.5, 0.6, "own")]) is None


def test_codes_that_real_queries_ask_alone_have_the_second_score():
    real = a_run("posterior_pq", 0.8) | {"distance": "lookup"}
    real["results"] = {"all": {way: {"lookup": SCORES | {"hap": 0.8}} for way in ("i2t", "t2i")}}
    section = asymmetric_section([a_run("a", 0.6, 0.7), real])
    (table,) = section.tables
    [_, row] = [dict(zip(table.header, row, strict=True)) for row in table.rows]
    assert row["i2t hap"] == ""
    assert row["i2t hap/rescored"].text == "0.800"
    assert row["i2t hap/rescored"].best
