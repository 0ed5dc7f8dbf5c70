"""Items of one maker only ask: none is trained on, none is found, no kindred one is trained on."""

from __future__ import annotations

import numpy as np
import pytest

from hierhash.data.catalogue import Catalogue
from hierhash.data.split.choice import choose_split, shortfalls
from hierhash.data.split.split import Split
from hierhash.errors import DataError
from hierhash.labels import LabelTree

TREE = LabelTree.from_nested({"A": ["a", "b"]}, name="t")
MAKERS = ["w", "x", "y", "z"]
N = 400
SIZES = {"train": 0.5, "validation": 0.1, "query": 0.25}


def shop() -> Catalogue:
    """A hundred texts, each of four makers."""
    ids = [str(row) for row in range(N)]
    texts = [f"text {row // 4}" for row in range(N)]
    labels = [("ab"[row // 4 % 2],) for row in range(N)]
    maker = [MAKERS[row % 4] for row in range(N)]
    return Catalogue("shop", ids, [None] * N, list(texts), labels, {"maker": maker})


def split_of(**wishes: object) -> Split:
    catalogue = shop()
    return choose_split(catalogue, TREE.encode(catalogue.labels), TREE, **wishes)  # type: ignore[arg-type]


def test_the_value_asks_and_is_nowhere_else() -> None:
    split = split_of(unseen_value="maker=z", sizes=SIZES)
    held = np.arange(N) % 4 == 3
    assert held[split.query].all()
    for rows in (split.train, split.validation, split.database_only):
        assert len(rows)
        assert not held[rows].any()
    group = np.arange(N) // 4
    for part in (split.train, split.validation):
        assert not set(group[part]) & set(group[split.query])
    # Whoever asks finds the same text of the three other makers, which nothing was trained on.
    assert set(group[split.query]) <= set(group[split.database_only])
    assert split.protocol == "unseen_value"


def test_the_sizes_are_those_of_what_is_left() -> None:
    split = split_of(unseen_value="maker=z", sizes=SIZES)
    sizes = {part: len(rows) for part, rows in split.parts.items()}
    assert (sizes["train"], sizes["validation"], sizes["database_only"]) == (150, 30, 120)
    assert sizes["query"] in (24, 25)  # of a hundred items in groups of four
    assert dict(split.requested)["query"] == 25
    assert shortfalls(split) == []


def test_it_is_drawn_from_the_seed_and_read_back_from_a_file(tmp_path) -> None:
    one, other = (split_of(unseen_value="maker=z", sizes=SIZES, seed=seed) for seed in (0, 1))
    assert one.sha256 == split_of(unseen_value="maker=z", sizes=SIZES).sha256 != other.sha256
    one.save(tmp_path / "s.json", shop().ids)
    again = Split.load(tmp_path / "s.json", shop().ids)
    assert (again.sha256, again.halves_sha256) == (one.sha256, one.halves_sha256)
    assert again.protocol == "unseen_value"


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"unseen_value": "maker=q9"}, "no item has 'q9' in column 'maker'; it holds w, x, y, z"),
        ({"unseen_value": "makre=z"}, "no column 'makre'; did you mean 'maker'"),
        ({"unseen_value": "maker"}, "unseen value 'maker' names none; write COLUMN=VALUE"),
        ({"unseen_value": "maker=z", "unseen_leaves": 1}, "exclude each other; choose one"),
        ({"unseen_value": "maker=z", "parts": "maker"}, "nor does an unseen value"),
    ],
)
def test_wishes_that_cannot_be_met_are_told_in_one_line(wishes, message) -> None:
    with pytest.raises(DataError) as caught:
        split_of(**wishes)
    assert message in str(caught.value)
    assert len(caught.value.problems) == 1


def test_a_value_that_every_item_has_is_refused() -> None:
    catalogue = shop()
    catalogue.attributes["maker"] = ["z"] * N
    with pytest.raises(DataError, match="every item has 'z'"):
        choose_split(catalogue, TREE.encode(catalogue.labels), TREE, unseen_value="maker=z")
