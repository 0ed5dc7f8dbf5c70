"""Split files of both formats, and what an edit or a later format is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hierhash.data.split.sizes import PARTS
from hierhash.data.split.split import Split, parts_sha256
from hierhash.data.split.standard import make_split
from hierhash.data.synthetic import read_synthetic
from hierhash.errors import DataError


@pytest.fixture(scope="module")
def made() -> tuple[Split, list[str]]:
    catalogue = read_synthetic(n=200)
    assert catalogue.tree is not None
    return make_split(catalogue, catalogue.tree.encode(catalogue.labels)), catalogue.ids


def test_a_file_keeps_parts_halves_and_what_was_asked(
    made: tuple[Split, list[str]], tmp_path: Path
) -> None:
    split, ids = made
    split.save(tmp_path / "s.json", ids)
    back = Split.load(tmp_path / "s.json", ids)
    for name in (*PARTS, "tune", "calibrate"):
        assert (getattr(back, name) == getattr(split, name)).all()
    assert (back.sha256, back.asked, back.seed) == (split.sha256, split.asked, split.seed)
    assert back.requested == {"train": 110, "validation": 16, "query": 24, "database_only": 50}
    content = json.loads((tmp_path / "s.json").read_text())
    assert content["format"] == "hierhash-split-2"
    assert "validation" not in content


def test_a_file_of_0_1_0_loads_with_validation_in_both_halves(
    made: tuple[Split, list[str]], tmp_path: Path
) -> None:
    split, ids = made
    parts = {part: [ids[row] for row in rows] for part, rows in split.parts.items()}
    old = {"format": "hierhash-split-1", "protocol": "standard", "seed": 0, "unseen_leaves": []}
    content = {**old, "sha256": parts_sha256(parts), **parts}
    (tmp_path / "s.json").write_text(json.dumps(content))
    back = Split.load(tmp_path / "s.json", ids)
    assert back.sha256 == split.sha256
    assert (back.tune == split.validation).all()
    assert (back.calibrate == split.validation).all()
    assert (back.validation == split.validation).all()


def test_edits_and_other_formats_are_refused(made: tuple[Split, list[str]], tmp_path: Path) -> None:
    split, ids = made
    file = tmp_path / "s.json"
    split.save(file, ids)
    plain = json.loads(file.read_text())

    def refusal(**changes: object) -> str:
        file.write_text(json.dumps({**plain, **changes}))
        with pytest.raises(DataError) as caught:
            Split.load(file, ids)
        assert len(caught.value.problems) == 1
        return str(caught.value).removeprefix(f"{file}: ")

    tune, calibrate = plain["tune"], plain["calibrate"]
    moved = {"tune": [calibrate[0], *tune[1:]], "calibrate": [tune[0], *calibrate[1:]]}
    assert refusal(**moved).startswith("the ids do not match their sha256")
    assert refusal(tune=[*tune, calibrate[0]]).startswith("an id is in two parts")
    assert refusal(format="hierhash-split-3").startswith(
        "a split file of the format hierhash-split-3, which this version does not know; update"
    )
    for broken in ({"seed": "0"}, {"seed": True}, {"tune": None}, {"tune": [1]}):
        assert refusal(**broken).startswith("not a split file; it needs train, tune, calibrate")
    file.write_text("[" * 100_000)
    with pytest.raises(DataError, match="not JSON"):
        Split.load(file, ids)
    # What was asked for is told and decides nothing, so a wrong one is no reason to stop.
    file.write_text(json.dumps({**plain, "asked": {"sizes": 3}}))
    assert Split.load(file, ids).requested == {}


def test_a_split_of_the_first_format_is_saved_and_read_again(
    made: tuple[Split, list[str]], tmp_path: Path
) -> None:
    split, ids = made
    whole = split.validation
    first = Split.of(ids, {**split.parts, "validation": whole})
    first.save(tmp_path / "s.json", ids)
    again = Split.load(tmp_path / "s.json", ids)
    for half in (again.tune, again.calibrate, again.validation):
        assert half.tolist() == whole.tolist()
    assert again.sha256 == split.sha256
