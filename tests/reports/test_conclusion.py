"""The two sentences that open a report."""

from __future__ import annotations

from hierhash.reports.conclusion import conclude
from tests.reports.lines import LINE, SCORES

BITS = 32


def run(name, **scores):
    """A run with scores such as ``i2t_hap=0.7``; all others are 0.5."""
    distance = scores.pop("distance", "hamming")
    size = scores.pop("size", BITS // 8)
    results = {
        way: {
            distance: SCORES
            | {key[4:]: value for key, value in scores.items() if key.startswith(way)}
        }
        for way in ("i2t", "t2i")
    }
    return LINE | {
        "name": name,
        "method": name,
        "bits": BITS,
        "stored_bits": 8 * size,
        "distance": distance,
        "results": {"all": results},
        "cost": {"bytes_per_item": size},
    }


OURS = run("hierarchical_dcmh", i2t_hap=0.7, t2i_hap=0.8)
FLAT = run("dcmh_tuned", i2t_map_leaf=0.6, t2i_hap=0.6)
FLOATS = run("posterior_float", distance="dot", size=428, i2t_map_leaf=0.9, t2i_hap=0.9)
ABOVE, BELOW, OPEN = (0.1, 0.05, 0.2), (-0.1, -0.2, -0.05), (0.1, -0.1, 0.3)


def found(name, *intervals):
    columns = [(way, metric) for way in ("i2t", "t2i") for metric in ("map_leaf", "hap")]
    return {(BITS, name, *at): one for at, one in zip(columns, intervals, strict=True) if one}


def test_the_best_rows_are_named_with_their_bytes():
    first = conclude([OURS, FLAT, FLOATS], {}).sentences[0]
    assert first == (
        "At 32 bits the best are: when pictures look for texts (i2t), posterior_float (428 bytes "
        "an item) at map_leaf (0.900) and hierarchical_dcmh (4 bytes an item) at hap (0.700); when "
        "texts look for pictures (t2i), hierarchical_dcmh (4 bytes an item) and dcmh_tuned (4 "
        "bytes an item) and posterior_float (428 bytes an item) at map_leaf (0.500) and "
        "posterior_float (428 bytes an item) at hap (0.900)."
    )


def test_where_rivals_win_it_says_so():
    marks = found("dcmh_tuned", ABOVE, BELOW, OPEN, BELOW)
    marks |= found("posterior_float", ABOVE, ABOVE, OPEN, BELOW)
    second = conclude([OURS, FLAT, FLOATS], marks).sentences[1]
    assert second == (
        "The tree-aware hierarchical_dcmh (4 bytes) is significantly below the best other code of "
        "bits in 1 of 4 scores (i2t map_leaf 0.500 to 0.600 of the flat dcmh_tuned) and "
        "significantly above it in 2 of 4 scores (i2t hap 0.700 to 0.500 of the flat dcmh_tuned, "
        "t2i hap 0.800 to 0.600 of the flat dcmh_tuned) and not to be told from it in 1 of 4 "
        "scores (t2i map_leaf 0.500 to 0.500 of the flat dcmh_tuned); posterior_float (428 bytes) "
        "beats it in 2, loses to it in 1, cannot be told from it in 1."
    )


def test_what_was_not_tested_is_not_called_significant():
    second = conclude([OURS, FLAT, FLOATS], {}).sentences[1]
    assert "significant" not in second
    assert "below (not tested) the best other code of bits" in second
    assert "posterior_float (428 bytes) is not tested against it in 4" in second


def test_one_byte_is_no_plural_and_floats_alone_are_rivals_too():
    second = conclude([OURS, run("classifier_code", distance="tree", size=1)], {}).sentences[1]
    assert "is the only code of bits for both; classifier_code (1 byte) is not tested" in second


def test_without_the_tree_aware_row_there_is_one_sentence():
    assert len(conclude([FLAT, FLOATS], {}).sentences) == 1
    assert len(conclude([OURS], {}).sentences) == 1
    assert conclude([FLAT | {"variant": "own"}], {}) is None


def test_the_rows_are_told_with_what_they_are():
    rows = conclude([OURS, FLOATS, run("mine")], {}).rows
    assert [(name, size) for name, size, _ in rows] == [
        ("hierarchical_dcmh", "4"),
        ("posterior_float", "428"),
        ("mine", "4"),
    ]
    assert rows[0][2].startswith("tree-aware")
    assert rows[2][2] == ""


def test_codes_that_real_queries_ask_are_compared_under_real_queries():
    real = run("posterior_pq", distance="lookup", i2t_hap=0.72, t2i_hap=0.9)
    second = conclude([OURS, real], found("posterior_pq", *[ABOVE] * 4)).sentences[1]
    assert "posterior_pq (4 bytes) is asked by real queries and not compared" in second
    both = run("hierarchical_dcmh", i2t_hap=0.7, t2i_hap=0.8)
    for way, hap in (("i2t", 0.75), ("t2i", 0.85)):
        both["results"]["all"][way]["asymmetric"] = SCORES | {"map_leaf": 0.45, "hap": hap}
    second = conclude([both, real], {}).sentences[1]
    assert second.endswith(
        "; posterior_pq (4 bytes) is above it in 3 of 4 where both are asked by real queries (not "
        "tested)."
    )


def test_our_other_form_is_no_rival():
    ours = run("expected_tree_codes", i2t_hap=0.7)
    form = run("polysemous_tree_codes", distance="polysemous", i2t_hap=0.8)
    second = conclude([ours, form, FLAT], found("polysemous_tree_codes", *[ABOVE] * 4)).sentences[1]
    assert "of the flat dcmh_tuned" in second
    assert second.endswith("; polysemous_tree_codes (4 bytes) beats it in 4.")
