"""`hierhash data split`, and the same wishes in a config: groups, own parts, what came out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hierhash.config.reading import resolve_config
from hierhash.prepare import prepare
from tests.cli.small_run import PATHS, contents, hierhash, refusal

USES = ("train", "train", "train", "val", "test", "gallery")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of 240 items: texts in runs of twenty, makers in runs of five, own parts."""
    lines = ["id,text,label,maker,use"]
    lines += [
        f"i{row},text {row // 20},{PATHS[row % 4]},m{row // 5},{USES[row // 40]}"
        for row in range(240)
    ]
    (tmp_path / "tree.yaml").write_text("tree: {Wear: [Hats, Shoes], Home: [Lamps, Beds]}\n")
    file = tmp_path / "shop.csv"
    file.write_text("\n".join(lines) + "\n")
    return file


def words(table: Path, *more: str) -> list[object]:
    out = table.parent / "s.json"
    return ["data", "split", table, out, "--tree", table.parent / "tree.yaml", *more]


def test_groups_that_swallow_a_part_are_refused_and_nothing_is_written(table):
    before = contents(table.parent)
    said = refusal(table.parent, *words(table, "--validation", "8", "--query", "12"))
    assert said.startswith("split: too few items to be used in ")
    assert "items that share a text or a picture stay together (20 in the largest group)" in said
    assert "--group-by" in said
    assert contents(table.parent) == before


def test_requested_beside_obtained(table):
    said = hierhash(*words(table, "--group-by", "none"))
    assert (said.code, said.err) == (0, "")
    expected = "train 132 of 132, validation 19 of 19 (10 to tune, 9 to calibrate), query 29 of 29"
    assert expected in said.out or expected.replace("10 to tune, 9", "9 to tune, 10") in said.out
    said = hierhash(*words(table, "--group-by", "maker", "--query", "7", "--force"))
    assert said.code == 0
    assert "warning: split: query has " in said.err
    assert "of 7 items asked for: items that share a 'maker' stay together (5 in the" in said.err


def test_the_same_for_machines(table):
    said = hierhash(*words(table, "--group-by", "none", "--json"))
    found = json.loads(said.out)
    assert found["requested"] == {
        "train": 132, "validation": 19, "query": 29, "database_only": 60,
    }  # fmt: skip
    assert found["validation"] == found["halves"]["tune"] + found["halves"]["calibrate"] == 19
    assert found["warnings"] == []


def test_own_parts(table):
    said = hierhash(*words(table, "--parts", "use", "--group-by", "maker"))
    assert said.code == 0, said.err
    split = json.loads((table.parent / "s.json").read_text())
    assert split["query"] == [f"i{row}" for row in range(160, 200)]
    assert len(split["tune"]) == len(split["calibrate"]) == 20
    table.write_text(table.read_text().replace("i7,text 0,Home/Beds,m1,train", "i7,a,,m1,holdout"))
    said = refusal(table.parent, *words(table, "--parts", "use", "--force"))
    assert said.startswith(f"{table}:9: column 'use' holds 'holdout', which names no part; write")
    said = refusal(table.parent, *words(table, "--parts", "use", "--query", "3", "--force"))
    assert "sizes and unseen leaves mean nothing" in said


def test_a_config_takes_groups_and_parts(table, monkeypatch):
    # The table has texts alone, which no training takes.
    monkeypatch.setattr("hierhash.prepare._check_modalities", lambda catalogue, needs: None)
    content = {
        "data": {
            "source": "table",
            "path": str(table),
            "tree": str(table.parent / "tree.yaml"),
            "split": {"parts": "use", "group_by": "none"},
        },
        "features": {"text": {"name": "words"}},
    }
    config = resolve_config(content)
    split = prepare(config.data, config.features, "cpu").split
    assert split.query.tolist() == list(range(160, 200))
    config = resolve_config(
        content, ["data.split={parts: null, group_by: none, sizes: {train: 100, query: 7}}"]
    )
    split = prepare(config.data, config.features, "cpu").split
    assert (len(split.query), split.requested["query"]) == (7, 7)


def test_training_is_told_what_its_split_falls_short_of(table, capsys, monkeypatch):
    monkeypatch.setattr("hierhash.prepare._check_modalities", lambda catalogue, needs: None)
    from hierhash.runs.items import prepare_with_progress

    content = {
        "data": {
            "source": "table",
            "path": str(table),
            "tree": str(table.parent / "tree.yaml"),
            "split": {"group_by": "maker", "sizes": {"train": 100, "query": 7}},
        },
        "features": {"text": {"name": "words"}},
    }
    prepare_with_progress(resolve_config(content))
    said = capsys.readouterr().err
    assert said.startswith("warning: split: query has ")
    assert "items that share a 'maker' stay together" in said


def test_more_unseen_leaves_than_can_be_held_back_are_refused(table):
    said = refusal(table.parent, *words(table, "--group-by", "none", "--unseen-leaves", "2"))
    assert said == (
        "--unseen-leaves 2: at most 1 leaves of this tree can be held back (a quarter of all, and "
        "one stays under each parent); ask for as many"
    )
    said = hierhash(*words(table, "--group-by", "none", "--unseen-leaves", "1"))
    assert said.code == 0, said.err


def test_the_seed_has_the_bound_of_a_config(table):
    said = refusal(table.parent, *words(table, "--seed", 2**63))
    assert said.startswith("--seed 9223372036854775808: must be at most 9,223,372,036,854,775,807")
    said = hierhash(*words(table, "--group-by", "none", "--seed", 2**63 - 1))
    assert said.code == 0, said.err


@pytest.mark.parametrize("size", ["\u0663", "0.\u0665", "1_0", "ten", "--5", "9" * 5000, " 5"])
def test_sizes_are_plain_digits(table, size):
    said = refusal(table.parent, *words(table, f"--query={size}"))
    assert f"--query {size}: not a number of items nor a share; write 100 or 0.1" in said


def test_a_size_of_many_digits_is_too_large(table):
    said = refusal(table.parent, *words(table, f"--query={'9' * 400}"))
    assert "items asked, 240 there are" in said
