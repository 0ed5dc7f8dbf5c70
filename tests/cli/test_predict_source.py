"""Predictions for all items of a source."""

from __future__ import annotations

import csv
import json

import pytest

from tests.cli.small_run import PATHS, hierhash, refusal


@pytest.mark.parametrize("modality", ["text", "image"])
def test_a_row_an_item_with_path_and_confidence_of_each_level(trained, tmp_path, modality):
    out = tmp_path / "p.csv"
    words = ("predict", trained / "run", "--source", trained / "shop", "--out", out)
    said = hierhash(*words, "--modality", modality)
    assert (said.code, said.out) == (0, f"{out}: 40 items\n")
    with open(out, newline="") as stream:
        rows = list(csv.DictReader(stream))
    levels = ["level_1", "confidence_1", "level_2", "confidence_2"]
    assert list(rows[0]) == ["id", *levels]
    assert [row["id"] for row in rows] == [f"i{number}" for number in range(40)]
    assert {row["level_2"] for row in rows} <= set(PATHS)
    assert all(row["level_2"].startswith(row["level_1"] + "/") for row in rows)
    assert all(0 < float(row["confidence_2"]) <= 1 for row in rows)


def test_answers_stop_where_they_would_be_wrong_too_often(trained, tmp_path):
    # Three calibration items can promise a risk of a quarter and no less.
    for risk, told in (("0.3", True), ("0.2", False)):
        out = tmp_path / f"{risk}.csv"
        words = ("predict", trained / "run", "--source", trained / "shop", "--risk", risk)
        assert hierhash(*words, "--out", out).code == 0
        with open(out, newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert ("answer" in rows[0]) == told
        if told:
            assert all(row["answer"] in ("", row["level_1"], row["level_2"]) for row in rows)
            assert any(row["answer"] for row in rows)
        said = hierhash("predict", trained / "run", "--text", "wear hats", "--risk", risk)
        assert (f"answer at a risk of {risk}: " in said.out) == told


def test_the_rows_say_what_a_single_prediction_says(trained, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("id,text\none,wear hats\ntwo,home beds\n")
    out = tmp_path / "p.csv"
    assert hierhash("predict", trained / "run", "--source", table, "--out", out).code == 0
    with open(out, newline="") as stream:
        row = list(csv.DictReader(stream))[1]
    single = json.loads(hierhash("predict", trained / "run", "--text", "home beds", "--json").out)
    for own in single["levels"]:
        assert row[f"level_{own['level']}"].split("/")[-1] == own["class"]
        assert float(row[f"confidence_{own['level']}"]) == pytest.approx(
            own["confidence"], abs=1e-4
        )


def test_what_is_asked_must_fit_together(trained, tmp_path):
    words = ["predict", trained / "run"]
    shop = ["--source", trained / "shop"]
    assert "or else --source with --out" in refusal(tmp_path, *words)
    assert "or else --source with --out" in refusal(
        tmp_path, *words, *shop, "--out", "p.csv", "--text", "hats"
    )
    assert "--source and --out go together" in refusal(tmp_path, *words, *shop)
    assert "did you mean 'sample'" in refusal(
        tmp_path, *words, "--source", "smaple", "--out", "p.csv"
    )
    assert "'sound' is not image or text" in refusal(
        tmp_path, *words, *shop, "--out", "p.csv", "--modality", "sound"
    )
    (tmp_path / "p.csv").write_text("mine")
    assert "p.csv: exists already" in refusal(tmp_path, *words, *shop, "--out", "p.csv")
    table = tmp_path / "t.csv"
    table.write_text("id,text\none,hats\n")
    said = refusal(tmp_path, *words, "--source", table, "--out", "q.csv", "--modality", "image")
    assert "no item has this modality: image" in said


def test_an_id_cannot_run_as_a_formula(trained, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("id,text\n=1+1,wear hats\n")
    out = tmp_path / "p.csv"
    assert hierhash("predict", trained / "run", "--source", table, "--out", out).code == 0
    assert out.read_text().splitlines()[1].startswith("'=1+1,")


def test_a_text_that_says_nothing_has_empty_cells(trained, shop_copy, tmp_path):
    file = shop_copy / "metadata.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    lines[3]["text"] = "xqzjvk"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    out = tmp_path / "classes.csv"
    said = hierhash("predict", trained / "run", "--source", shop_copy, "--out", out)
    assert said.code == 0, said.err
    assert f"{len(lines) - 1} items; 1 say nothing to the run" in said.out
    rows = out.read_text().splitlines()[1:]
    assert len(rows) == len(lines)
    assert set(rows[3].removeprefix(lines[3]["id"])) == {","}
    assert "1.0000" not in out.read_text()
