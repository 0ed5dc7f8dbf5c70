"""Doubted labels: what counts as one, who judges, and the page."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from hierhash.errors import DataError
from hierhash.labels.tree import LabelTree
from hierhash.runs.audit import _dealt, audit, doubts
from hierhash.runs.items import prepare_again
from hierhash.runs.saved import load_run
from tests.cli.small_run import hierhash

TREE = LabelTree.from_paths([("Top", "Shirt"), ("Top", "Coat"), ("Shoes", "Boot")])


def labels(*paths):
    return TREE.encode(paths)


def test_a_label_is_doubted_when_the_likeliest_leaf_lies_outside_it():
    given = labels([("Top", "Shirt")], [("Top",)], [("Top",)], [])
    coat, boot = TREE.leaves.index(("Top", "Coat")), TREE.leaves.index(("Shoes", "Boot"))
    chances = np.full((4, 3), 0.1)
    chances[0, coat] = chances[1, coat] = chances[2, boot] = chances[3, boot] = 0.8
    found = doubts("category", TREE, given, chances)
    assert [(one.row, one.given, one.likelier) for one in found] == [
        (0, ("Top", "Shirt"), ("Top", "Coat")),
        (2, ("Top",), ("Shoes", "Boot")),
    ]
    assert [one.given_chance for one in found] == pytest.approx([0.1, 0.2])
    assert found[0].margin == pytest.approx(0.7)


def test_a_coarse_label_that_is_likelier_than_any_leaf_is_not_doubted():
    chances = np.zeros((1, 3))
    chances[0, [TREE.leaves.index(path) for path in TREE.leaves[:2]]] = 0.3, 0.3
    chances[0, TREE.leaves.index(("Shoes", "Boot"))] = 0.4
    assert doubts("category", TREE, labels([("Top",)]), chances) == []


def test_every_class_is_dealt_to_all_folds_and_who_is_alone_is_not_judged():
    given = labels(*[[("Top", "Shirt")]] * 4, *[[("Top", "Coat")]] * 2, [("Shoes", "Boot")], [])
    dealt = _dealt(given, np.arange(8), seed=0)
    assert sorted(dealt.tolist()) == [0, 1, 2, 3, 4, 5]
    for fold in range(2):
        held = dealt[fold::2]
        assert [int((held < 4).sum()), int((held >= 4).sum())] == [2, 1]


def test_any_of_several_labels_may_be_the_likeliest_and_who_was_not_judged_is_not_doubted():
    given = labels([("Top", "Shirt"), ("Shoes", "Boot")], [("Top", "Shirt")])
    chances = np.full((2, 3), np.nan)
    chances[0] = 0.1
    chances[0, TREE.leaves.index(("Shoes", "Boot"))] = 0.8
    assert doubts("category", TREE, given, chances) == []


def test_a_training_item_is_judged_by_who_has_not_seen_it(trained, monkeypatch):
    from hierhash.runs import audit as module

    saved = load_run(trained / "run")
    prepared = prepare_again(saved)
    seen, judged = [], []
    fit, classified = module.fit_method, module._classified
    monkeypatch.setattr(
        module, "fit_method", lambda c, p: seen.append(set(p.split.train.tolist())) or fit(c, p)
    )
    monkeypatch.setattr(
        module,
        "_classified",
        lambda m, p, rows: judged.append(set(rows.tolist())) or classified(m, p, rows),
    )
    module.audit(saved.method, saved.config, prepared, folds=2)
    train = set(prepared.split.train.tolist())
    everyone = set(range(len(prepared.catalogue)))
    assert judged[0] == everyone - train
    assert judged[1] | judged[2] == train  # nobody is alone in a class here
    assert not judged[1] & judged[2]
    assert all(not held & by for held, by in zip(judged[1:], seen, strict=True))


def test_the_page_and_the_table(trained, tmp_path):
    page = tmp_path / "doubted.html"
    said = hierhash("data", "audit", trained / "run", "--out", page, "--folds", "2", "--most", "1")
    assert said.code == 0, said.err
    rows = list(csv.DictReader(page.with_suffix(".csv").open()))
    assert f"of {len(rows)} doubted labels" in said.out
    worst = [float(row["likelier_chance"]) - float(row["label_chance"]) for row in rows]
    assert worst == sorted(worst, reverse=True)
    assert page.read_text().count("<li>") == min(1, len(rows))
    assert "(1.00)" not in page.read_text()


def test_a_page_that_would_be_its_own_table_is_refused(trained, tmp_path):
    said = hierhash("data", "audit", trained / "run", "--out", tmp_path / "doubted.csv")
    assert said.code == 2
    assert "name it .html" in said.err
    assert not list(tmp_path.iterdir())


def test_nothing_that_is_there_is_written_over(trained, tmp_path):
    (tmp_path / "shop.csv").write_text("mine")
    said = hierhash("data", "audit", trained / "run", "--out", tmp_path / "shop.html")
    assert said.code == 2
    assert "shop.csv: exists already" in said.err
    assert (tmp_path / "shop.csv").read_text() == "mine"
    said = hierhash("data", "audit", trained / "run", "--out", tmp_path / "no" / "page.html")
    assert "no such folder" in said.err


def test_more_folds_than_training_items_are_refused(trained):
    saved = load_run(trained / "run")
    prepared = prepare_again(saved)
    with pytest.raises(DataError, match="--folds: 500 folds of"):
        audit(saved.method, saved.config, prepared, folds=500)


def test_other_items_are_judged_by_the_run(trained, shop_copy, tmp_path):
    out = tmp_path / "doubted.html"
    said = hierhash("data", "audit", trained / "run", shop_copy, "--out", out)
    assert said.code == 0, said.err
    assert "ids that the run was trained on" in said.err
    assert "doubted labels" in said.out
    assert "folds" not in out.read_text()
