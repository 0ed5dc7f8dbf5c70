"""Which result lines a report shows, and which it leaves out with a word."""

from __future__ import annotations

import json

import pytest

from hierhash.errors import RunError
from hierhash.reports.build import build_report
from hierhash.reports.runs import load_results
from tests.reports.lines import LINE


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


def test_runs_that_the_suite_still_lacks_are_told(tmp_path):
    rows = "rows: [{method: hierarchical_dcmh}, {method: itq}]"
    (tmp_path / "s.suite.yaml").write_text(f"name: s\nbits: [16]\nseeds: [0, 1]\n{rows}\n")
    change = {"method": "hierarchical_dcmh", "bits": 16, "seed": 0}
    said = "Not finished: 3 of 4 runs of the suite are missing (hierarchical_dcmh, itq); the same"
    assert shown(tmp_path, change)[1].startswith(said)


@pytest.mark.parametrize(("epochs", "kept"), [(3, [0, 1]), (1, [1])])
def test_lines_of_0_1_0_are_told_apart_by_their_main_settings(tmp_path, epochs, kept):
    old = {"settings_sha256": None, "conditions_sha256": None}
    earlier = old | {"settings": LINE["settings"] | {"epochs": epochs}, "seed": 1}
    assert shown(tmp_path, earlier, old)[0] == kept


def write(folder, *lines):
    (folder / "s.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def refusal(folder):
    with pytest.raises(RunError) as caught:
        build_report("s", folder)
    (line,) = str(caught.value).splitlines()
    return line


SCORES = LINE["results"]["all"]
LACKING = {direction: {"hamming": {"hap": 0.5}} for direction in SCORES}
WRONG = "is not what hierhash bench writes there"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"results": {}}, "results.all is missing"),
        ({"results": {"all": {}}}, "results.all is empty"),
        ({"results": {"all": LACKING}}, "results.all.i2t.hamming.map_leaf is missing"),
        ({"results": {"all": SCORES, "unseen": {}}}, "results.unseen.i2t is missing"),
        ({"results": {"all": {"i2t": {"hamming": {"hap": "0.5"}}}}}, f"hap {WRONG}"),
        ({"results": [1]}, f"results {WRONG}"),
        ({"bits": "x"}, f"bits {WRONG}"),
        ({"bits": None}, f"bits {WRONG}"),
        ({"bits": True}, f"bits {WRONG}"),
        ({"seed": [1]}, f"seed {WRONG}"),
        ({"method": 1}, f"method {WRONG}"),
        ({"variant": None}, f"variant {WRONG}"),
        ({"suite": "../s"}, "suite: is part of file names"),
        ({"split_sha256": 3}, f"split_sha256 {WRONG}"),
        ({"halves_sha256": 3}, f"halves_sha256 {WRONG}"),
        ({"queries": 9}, f"queries {WRONG}"),
        ({"queries": {}}, "queries.i2t is missing"),
        ({"queries": {"i2t": {"counted": "9", "skipped": 0}}}, f"queries.i2t.counted {WRONG}"),
        ({"settings": "few"}, f"settings {WRONG}"),
        ({"cost": None}, f"cost {WRONG}"),
        ({"cost": {"train_seconds": "1"}}, f"cost.train_seconds {WRONG}"),
        ({"classification": 1}, f"classification {WRONG}"),
        ({"curves": []}, f"curves {WRONG}"),
        ({"curves": {}}, "curves.i2t is missing"),
        (
            {"curves": LINE["curves"] | {"t2i": LINE["curves"]["t2i"] | {"recall": []}}},
            "t2i.recall and precision differ in length",
        ),
        ({"scores": 5}, f"scores {WRONG}"),
        ({"commit": []}, f"commit {WRONG}"),
    ],
)
def test_a_line_of_another_shape_is_named_with_what_is_wrong(tmp_path, change, said):
    (tmp_path / "environments.json").write_text("{}")
    write(tmp_path, LINE)
    build_report("s", tmp_path)
    with open(tmp_path / "s.jsonl", "a") as stream:
        stream.write("\n" + json.dumps(LINE | change) + "\n")
    line = refusal(tmp_path)
    assert line.startswith(f"{tmp_path / 's.jsonl'}:3: ")
    assert f"{said}" in line
    assert line.endswith("; delete the line to run it again")


@pytest.mark.parametrize("key", [key for key in LINE if not key.startswith(("cond", "settings_"))])
def test_a_line_that_lacks_a_part_is_named(tmp_path, key):
    write(tmp_path, {name: value for name, value in LINE.items() if name != key})
    said = f"{tmp_path / 's.jsonl'}:1: {key} is missing; delete the line to run it again"
    assert refusal(tmp_path) == said


def test_a_score_that_older_lines_lack_is_a_question_mark(tmp_path):
    (tmp_path / "environments.json").write_text("{}")
    newer = {
        way: {"hamming": own["hamming"] | {"pair_recall@10": 0.7}} for way, own in SCORES.items()
    }
    write(tmp_path, LINE, LINE | {"method": "dcmh_leaf", "results": {"all": newer}})
    said = build_report("s", tmp_path).markdown
    assert "| dcmh_tuned | ? | ? | ? | ? |" in said
    assert "| dcmh_leaf | ? | **0.700** | ? | **0.700** |" in said


def test_rows_of_variants_alone_make_a_report(tmp_path):
    (tmp_path / "environments.json").write_text("{}")
    write(tmp_path, LINE | {"variant": "own"})
    assert "Headline" in build_report("s", tmp_path).markdown


def test_a_results_folder_without_its_environments_says_which_file_is_missing(tmp_path):
    write(tmp_path, LINE)
    path = tmp_path / "environments.json"
    assert refusal(tmp_path) == (
        f"{path}: missing, and it tells on what the numbers were made; put back the file that "
        "hierhash bench s wrote beside s.jsonl"
    )
    path.write_text("[]")
    assert refusal(tmp_path).startswith(f"{path}: not a JSON object; put back")
