"""Which result lines a report shows, and which it leaves out with a word."""

from __future__ import annotations

import json

import pytest

from hierhash.errors import RunError
from hierhash.reports.runs import load_results

LINE = {
    "suite": "s",
    "method": "dcmh_tuned",
    "variant": "",
    "bits": 16,
    "seed": 0,
    "split_sha256": "one",
    "tree_sha256": "tree",
    "conditions_sha256": "few epochs",
    "settings_sha256": "first",
    "settings": {"epochs": 3},
}


def shown(folder, *changes):
    lines = [json.dumps(LINE | change | {"at": place}) for place, change in enumerate(changes)]
    (folder / "s.jsonl").write_text("\n".join(lines) + "\n")
    runs, note = load_results("s", folder)
    return [run["at"] for run in runs], note


def test_the_newest_of_equal_lines_counts(tmp_path):
    assert shown(tmp_path, {}, {}, {"seed": 1}) == ([1, 2], "")


def test_lines_of_other_settings_than_the_newest_of_their_row_are_left_out(tmp_path):
    other = {"settings_sha256": "second"}
    said = "Result lines that are left out: 2 of other settings than the newest line."
    assert shown(tmp_path, {}, {"seed": 1}, {"bits": 32}, other) == ([2, 3], said)


def test_rows_of_other_epochs_do_not_stand_in_one_table(tmp_path):
    row = {"method": "dcmh_leaf", "conditions_sha256": "one epoch"}
    said = "Result lines that are left out: 1 of other settings than the newest line."
    assert shown(tmp_path, row, {}) == ([1], said)


def test_lines_of_another_split_are_left_out_and_told(tmp_path):
    said = "Result lines that are left out: 1 of another split or tree."
    assert shown(tmp_path, {"split_sha256": "two", "seed": 1}, {}) == ([1], said)


def test_lines_of_other_halves_are_left_out_and_those_without_stay(tmp_path):
    one, two = ({"halves_sha256": name} for name in ("one", "two"))
    said = "Result lines that are left out: 1 of another split or tree."
    assert shown(tmp_path, one, two | {"seed": 1}, {"seed": 2}) == ([1, 2], said)


@pytest.mark.parametrize(("epochs", "kept"), [(3, [0, 1]), (1, [1])])
def test_lines_of_0_1_0_are_told_apart_by_their_main_settings(tmp_path, epochs, kept):
    old = {"settings_sha256": None, "conditions_sha256": None}
    earlier = old | {"settings": {"epochs": epochs}, "seed": 1}
    assert shown(tmp_path, earlier, old)[0] == kept


def test_lines_that_are_no_results_are_refused_in_one_line(tmp_path):
    (tmp_path / "s.jsonl").write_text('{"bits": 8}\n')
    with pytest.raises(RunError, match=r"s\.jsonl: lines lack method, seed, split_sha256, suite"):
        load_results("s", tmp_path)
