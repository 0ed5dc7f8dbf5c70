from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hierhash.data.catalogue import Catalogue
from hierhash.data.readers.sample import read_sample
from hierhash.data.split.groups import duplicate_groups, join_groups
from hierhash.data.split.sizes import PARTS, part_sizes
from hierhash.data.split.split import Split
from hierhash.data.split.standard import make_split, strata_of
from hierhash.data.split.unseen_leaves import make_unseen_leaves_split
from hierhash.data.synthetic import read_synthetic
from hierhash.errors import DataError
from hierhash.labels import LabelTree

TREE = LabelTree.from_nested({"A": ["a", "b"], "B": ["c", "d", "e"], "C": ["f"]}, name="t")
LEAVES = ["a", "b", "c", "d", "e", "f"]


def catalogue_of(labels: list[tuple[str, ...]], texts: list[str | None] | None = None) -> Catalogue:
    n = len(labels)
    return Catalogue(
        "t",
        [str(row) for row in range(n)],
        [None] * n,
        texts or [f"t{r}" for r in range(n)],
        labels,
    )


@st.composite
def labelled_groups(draw: st.DrawFn) -> tuple[list[tuple[str, ...]], np.ndarray]:
    n = draw(st.integers(5, 120))
    label = st.sampled_from([(leaf,) for leaf in LEAVES] + [("B",), (), ("a", "c")])
    labels = draw(st.lists(label, min_size=n, max_size=n))
    groups = draw(st.lists(st.integers(0, n), min_size=n, max_size=n))
    return labels, np.array(groups)


@settings(max_examples=120, deadline=None)
@given(labelled_groups(), st.integers(0, 3))
def test_parts_are_disjoint_cover_all_and_keep_groups(
    made: tuple[list[tuple[str, ...]], np.ndarray], seed: int
) -> None:
    labels, groups = made
    catalogue = catalogue_of(labels)
    encoded = TREE.encode(labels)
    split = make_split(catalogue, encoded, seed=seed, groups=groups)
    rows = np.concatenate(list(split.parts.values()))
    assert sorted(rows.tolist()) == list(range(len(labels)))
    part_of = np.empty(len(labels), int)
    for code, part in enumerate(PARTS):
        part_of[split.parts[part]] = code
    for group in np.unique(groups):
        assert len(set(part_of[groups == group])) == 1
    for row in [*split.query, *split.validation]:
        assert labels[row], "an unlabelled item asks"
    again = make_split(catalogue, encoded, seed=seed, groups=groups)
    assert again.sha256 == split.sha256


@settings(max_examples=60, deadline=None)
@given(labelled_groups())
def test_every_stratum_with_two_groups_trains_and_asks(
    made: tuple[list[tuple[str, ...]], np.ndarray],
) -> None:
    labels, _ = made
    encoded = TREE.encode(labels)
    split = make_split(catalogue_of(labels), encoded, {"query": 0.3, "train": 0.5})
    strata = strata_of(encoded)
    for kind in np.unique(strata[strata >= 0]):
        count = int((strata == kind).sum())
        if count >= 2 and len(labels) >= 40:
            assert (strata[split.query] == kind).any()
            assert (strata[split.train] == kind).any()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(20, 90), min_size=1, max_size=6), st.integers(0, 5))
def test_single_items_are_stratified_and_sizes_exact(counts: list[int], seed: int) -> None:
    labels = [(LEAVES[k],) for k, count in enumerate(counts) for _ in range(count)]
    n = len(labels)
    split = make_split(catalogue_of(labels), TREE.encode(labels), seed=seed, groups=np.arange(n))
    assert {part: len(rows) for part, rows in split.parts.items()} == part_sizes("t", n)
    leaf = np.array([LEAVES.index(own[0]) for own in labels])
    for rows in split.parts.values():
        for k, count in enumerate(counts):
            # Largest-remainder rounding, twice.
            assert abs((leaf[rows] == k).sum() - count * len(rows) / n) <= 2


def test_groups_of_equal_texts_and_pictures_join() -> None:
    texts: list[str | None] = ["Red  Hat", "red hat", None, "cap", None]
    catalogue = catalogue_of([("a",)] * 5, texts)
    assert duplicate_groups(catalogue).tolist() == [0, 0, 1, 2, 3]
    assert join_groups(4, [[1, 2], [0, 2]]).tolist() == [0, 0, 0, 1]


def test_unlabelled_and_one_modality_items_never_ask() -> None:
    labels: list[tuple[str, ...]] = [("a",)] * 20 + [()] * 20
    texts: list[str | None] = [f"t{row}" if row % 2 else None for row in range(40)]
    catalogue = catalogue_of(labels, texts)
    catalogue.image_features = np.arange(80.0).reshape(40, 2)
    split = make_split(catalogue, TREE.encode(labels), {"query": 3, "validation": 2, "train": 10})
    asked = np.concatenate([split.query, split.validation])
    assert len(asked) == 5
    assert all(row < 20 and row % 2 for row in asked)
    assert (split.train < 20).all()


# Of benchmarks/results/sample.split.json: every committed result of the sample is over this split.
SAMPLE = "e9aa01b6c49ca85fcb1172c8392c51cd02a7dd4383c3cf043da2b7875de9b4d1"


def test_split_of_the_sample_is_the_committed_one() -> None:
    sample = read_sample()
    assert sample.tree is not None
    split = make_split(sample, sample.tree.encode(sample.labels))
    assert len(split.query) == round(0.12 * len(sample))
    assert split.sha256 == SAMPLE
    assert make_split(sample, sample.tree.encode(sample.labels), seed=1).sha256 != SAMPLE
    groups = duplicate_groups(sample)
    assert not set(groups[split.train]) & set(groups[np.r_[split.query, split.validation]])


def test_file_round_trip_and_its_refusals(tmp_path: Path) -> None:
    catalogue = read_synthetic(n=200)
    assert catalogue.tree is not None
    split = make_split(catalogue, catalogue.tree.encode(catalogue.labels))
    file = tmp_path / "split.json"
    split.save(file, catalogue.ids)
    back = Split.load(file, catalogue.ids)
    assert back.sha256 == split.sha256
    assert all((back.parts[part] == split.parts[part]).all() for part in PARTS)
    with pytest.raises(DataError, match="belongs to other data"):
        Split.load(file, catalogue.ids[:50])

    content = json.loads(file.read_text())
    content["train"][0], content["query"][0] = content["query"][0], content["train"][0]
    file.write_text(json.dumps(content))
    with pytest.raises(DataError, match="was edited"):
        Split.load(file, catalogue.ids)
    content["train"].append(content["query"][0])
    file.write_text(json.dumps(content))
    with pytest.raises(DataError, match="in two parts"):
        Split.load(file, catalogue.ids)
    file.write_text("[]")
    with pytest.raises(DataError, match="not a split file"):
        Split.load(file, catalogue.ids)
    assert [path.name for path in tmp_path.iterdir()] == ["split.json"]


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"query": 80, "train": 30}, "110 items asked, 100 there are"),
        ({"test": 5}, "unknown part 'test'"),
        ({"query": -1}, "query is negative"),
        ({"query": -0.5}, "query is negative"),
        ({"train": float("nan")}, "train is not a number"),
        ({"train": 1.5}, r"train is 1\.5; a share is at most 1\.0"),
        ({"train": float("inf")}, r"train is inf; a share is at most 1\.0"),
        ({"query": 10, "database_only": 3}, "is the rest"),
    ],
)
def test_wrong_sizes_say_what_is_wrong(sizes: dict[str, float], message: str) -> None:
    with pytest.raises(DataError, match=message):
        part_sizes("shop", 100, sizes)


def test_a_share_of_one_is_all_and_a_count_of_one_is_one() -> None:
    assert part_sizes("shop", 100, {"train": 1.0})["train"] == 100
    assert part_sizes("shop", 100, {"train": 1})["train"] == 1
    assert part_sizes("shop", 100, {"train": 0.999})["train"] == 100
    assert part_sizes("shop", 12)["validation"] == 2, "two halves need two items"


def test_unseen_leaves_never_train() -> None:
    catalogue = read_synthetic(n=3000, branching=(4, 3, 4))
    assert catalogue.tree is not None
    labels = catalogue.tree.encode(catalogue.labels)
    split = make_unseen_leaves_split(catalogue, labels, catalogue.tree)
    unseen = set(split.unseen)
    assert len(unseen) == 12
    leaf = np.array([own[0] for own in catalogue.labels])
    assert not unseen & set(leaf[np.r_[split.train, split.validation]])
    assert set(leaf[split.query]) == unseen
    assert unseen <= set(leaf[split.database_only]), "each query has relevant items to find"
    rows = np.concatenate(list(split.parts.values()))
    assert sorted(rows.tolist()) == list(range(3000))
    # Each held-back leaf keeps a sibling in training.
    assert {text.rpartition("/")[0] for text in unseen} <= {
        text.rpartition("/")[0] for text in leaf[split.train]
    }


def test_unseen_leaves_need_a_parent_with_several() -> None:
    labels: list[tuple[str, ...]] = [("f",)] * 10
    with pytest.raises(DataError, match="no leaf can be held back"):
        make_unseen_leaves_split(catalogue_of(labels), TREE.encode(labels), TREE)


@pytest.mark.parametrize("n", [1, 2, 3, 10, 29, 30, 31, 101, 2662])
@pytest.mark.parametrize(
    "shares",
    [(0.5, 0.25, 0.25), (0.7, 0.1, 0.2), (0.3, 0.3, 0.4), (0.5, 0.0, 0.5), (1.0, 0.0, 0.0)],
)
def test_shares_of_one_in_all_are_all_items(n: int, shares: tuple[float, ...]) -> None:
    sizes = part_sizes("shop", n, dict(zip(PARTS, shares, strict=False)))
    assert sum(sizes.values()) == n
    assert sizes["database_only"] == 0
    for part, share in zip(PARTS, shares, strict=False):
        assert abs(sizes[part] - share * n) < 1


def test_shares_that_leave_a_rest_are_rounded() -> None:
    assert part_sizes("sample", 2662) == {
        "train": 1464, "validation": 213, "query": 319, "database_only": 666,
    }  # fmt: skip
    assert list(part_sizes("shop", 7, {"train": 0.55, "query": 0.12}).values()) == [4, 0, 1, 2]


def test_more_than_all_items_are_refused() -> None:
    with pytest.raises(DataError, match="31 items asked, 30 there are"):
        part_sizes("shop", 30, {"train": 0.5, "query": 16})
    with pytest.raises(DataError, match="33 items asked, 30 there are"):
        part_sizes("shop", 30, {"train": 0.6, "query": 0.5})
