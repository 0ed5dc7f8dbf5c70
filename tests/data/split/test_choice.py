"""A split that is not what was asked for says so, and one that is of no use is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from hierhash.data.catalogue import Catalogue
from hierhash.data.split.choice import choose_split, shortfalls
from hierhash.data.split.split import Split
from hierhash.errors import DataError
from hierhash.labels import LabelTree

TREE = LabelTree.from_nested({"A": ["a", "b"]}, name="t")


def shop(texts: list[str], columns: Mapping[str, list[str]] | None = None) -> Catalogue:
    n = len(texts)
    labels = [("ab"[row % 2],) for row in range(n)]
    ids = [str(row) for row in range(n)]
    return Catalogue("shop", ids, [None] * n, list(texts), labels, dict(columns or {}))


def split_of(catalogue: Catalogue, **wishes: Any) -> Any:
    return choose_split(catalogue, TREE.encode(catalogue.labels), TREE, **wishes)


PRODUCTS = [f"product {row // 50}" for row in range(400)]  # eight texts, each of fifty items


def test_groups_that_swallow_the_split_are_refused() -> None:
    with pytest.raises(DataError) as caught:
        split_of(shop(PRODUCTS))
    assert caught.value.problems == [
        "split: too few items to be used in validation 0 of 32 asked for: items that share a text "
        "or a picture stay together (50 in the largest group); see --group-by "
        "(data.split.group_by), or ask for other sizes (0 leaves a part out)"
    ]
    split = split_of(shop(PRODUCTS), group_by="none")
    assert len(split.validation) == split.requested["validation"] == 32
    assert shortfalls(split) == []


def test_a_part_that_misses_its_size_is_told_with_the_reason() -> None:
    maker = [f"m{row // 12}" for row in range(400)]
    split = split_of(
        shop([f"t{row}" for row in range(400)], {"maker": maker}),
        sizes={"train": 200, "validation": 20, "query": 24},
        group_by="maker",
    )
    (line,) = (line for line in shortfalls(split) if "validation" in line)
    found = len(split.validation)
    assert found != 20
    assert line.startswith(f"split: validation has {found} ")
    assert "items that share a 'maker' stay together (12 in the largest group)" in line


def test_the_reason_is_missing_labels_where_there_are_no_groups() -> None:
    catalogue = shop([f"t{row}" for row in range(100)])
    catalogue.labels[20:] = [()] * 80
    split = split_of(catalogue, sizes={"train": 10, "query": 30})
    lines = shortfalls(split)
    assert [line.split(" has ")[0] for line in lines] == ["split: train", "split: query"]
    assert all("only labelled items are shared out" in line for line in lines)


@pytest.mark.parametrize(
    ("labelled", "sizes", "message"),
    [
        (0, {"train": 10}, "train 0 of 10"),
        (1, {"train": 10, "query": 3}, "query 0 of 3"),
        (0, {"query": 3}, "query 0 of 3"),
        (1, {"validation": 4}, "validation 1 of 4"),
    ],
)
def test_parts_that_are_too_small_are_named(
    labelled: int, sizes: dict[str, float], message: str
) -> None:
    catalogue = shop([f"t{row}" for row in range(30)])
    catalogue.labels[labelled:] = [()] * (30 - labelled)
    with pytest.raises(DataError, match="too few items to be used in") as caught:
        split_of(catalogue, sizes=sizes)
    assert len(caught.value.problems) == 1
    assert message in str(caught.value)


def test_one_validation_item_cannot_be_halved() -> None:
    with pytest.raises(DataError, match="cannot be halved to tune and to calibrate; ask for 2"):
        split_of(shop([f"t{row}" for row in range(30)]), sizes={"validation": 1})


def test_where_nothing_is_known_of_what_was_asked_nothing_is_told() -> None:
    split = Split.of(list("abcd"), {"train": [0, 1], "validation": [2], "query": [3]})
    assert split.requested == {}
    assert shortfalls(split) == []


USES = ["train"] * 10 + ["Val"] * 4 + ["valid"] * 4 + ["TEST"] * 6 + ["db"] * 3 + ["gallery"] * 3


def test_own_parts_from_a_column() -> None:
    catalogue = shop([f"t{row}" for row in range(30)], {"use": USES})
    split = split_of(catalogue, parts="use")
    assert {part: rows.tolist() for part, rows in split.parts.items()} == {
        "train": list(range(10)),
        "validation": list(range(10, 18)),
        "query": list(range(18, 24)),
        "database_only": list(range(24, 30)),
    }
    assert (len(split.tune), len(split.calibrate), split.protocol) == (4, 4, "column")
    assert shortfalls(split) == []


def test_own_parts_that_tear_groups_apart_are_told() -> None:
    texts = ["seen"] + [f"t{row}" for row in range(22)] + ["Seen"] + ["x"] * 6
    (line,) = shortfalls(split_of(shop(texts, {"use": USES}), parts="use"))
    assert line.startswith("split: 1 groups of items that share a text or a picture lie in several")
    assert shortfalls(split_of(shop(texts, {"use": USES}), parts="use", group_by="none")) == []


def test_a_cell_that_names_no_part_is_named_with_its_line() -> None:
    catalogue = shop(["a", "b", "c"], {"use": ["train", "holdout", ""]})
    with pytest.raises(DataError) as caught:
        split_of(catalogue, parts="use")
    assert caught.value.problems == [
        "shop:2: column 'use' holds 'holdout', which names no part (2 such items); write train, "
        "validation, query or database"
    ]
    with pytest.raises(DataError, match="no column 'used'; did you mean 'use'"):
        split_of(catalogue, parts="used")
    with pytest.raises(DataError, match="sizes and unseen leaves mean nothing"):
        split_of(catalogue, parts="use", sizes={"train": 2})
