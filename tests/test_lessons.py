"""Names of classes and shortened titles among the training items."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from hierhash.branches.rows import FeatureRows
from hierhash.config.reading import resolve_config
from hierhash.errors import ConfigError
from hierhash.labels.names import node_texts
from hierhash.lessons import shortened
from hierhash.prepare import prepare
from tests.cli.small_run import write_shop

FEATURES = {"image": {"name": "pixels", "size": [16, 16]}}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    shop = write_shop(tmp_path_factory.mktemp("lessons") / "shop")
    lines = [json.loads(one) for one in (shop / "metadata.jsonl").read_text().splitlines()]
    for row, item in enumerate(lines):
        item["colour"] = ("red", "blue")[row // 4 % 2]
    (shop / "metadata.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
    return shop


def prepared_with(shop, facets=None, **data):
    own = {"source": "imagefolder", "path": str(shop), "split": {"sizes": {"train": 24}}}
    config = resolve_config({"data": own | data, "features": FEATURES, "facets": facets or {}})
    return prepare(config.data, config.features, "cpu", facets=config.facets)


def test_a_shortened_text_is_one_to_three_of_its_words_in_their_order():
    text = "nike men air black running shoe"
    words = text.split()
    seen = {shortened([text], seed)[0] for seed in range(60)}
    assert {len(one.split()) for one in seen} == {1, 2, 3}
    for one in seen:
        places = [words.index(word) for word in one.split()]
        assert places == sorted(places)
    assert shortened(["", "hat"], 3) == ["", "hat"]


def test_the_name_of_every_node_is_a_training_text_without_a_picture(shop):
    plain, named = prepared_with(shop), prepared_with(shop, names=True)
    texts = node_texts(named.tree)
    train = named.train
    n = len(named.split.train)
    assert train.n == n + len(texts)
    assert train.has["text"][n:].all()
    assert not train.has["image"][n:].any()
    for row, (text, node) in enumerate(texts, start=n):
        level = len(node)
        codes = train.labels.single_codes[row]
        assert codes[level - 1] == named.tree.ancestor_codes(node)[level - 1]
        own = named.vectoriser.transform([text])
        assert (train.rows["text"][row] != own[0]).nnz == 0
        assert own.nnz  # its words are known
    assert plain.train.n == n


def test_values_of_facets_are_texts_that_say_nothing_of_the_category(shop):
    prepared = prepared_with(shop, {"colour": {"column": "colour", "bits": 8}}, names=True)
    train = prepared.train
    values = len(prepared.facets["colour"].tree.nodes)
    assert not train.labels.labelled[-values:].any()
    assert train.facets["colour"].labelled[-values:].all()
    assert not train.facets["colour"].labelled[len(prepared.split.train) : -values].any()


def test_a_share_of_a_batch_is_of_the_short_texts(shop):
    train = prepared_with(shop, short_texts=0.5).train
    assert len(train.variants["text"]) == 3
    rows = FeatureRows(train.rows["text"], "cpu", train.variants["text"], train.share)
    index = torch.arange(train.n)
    generator = torch.Generator().manual_seed(0)
    own = np.diff(train.rows["text"].indptr)
    lengths = []
    for _ in range(20):
        batch = rows.draw(index, generator)
        lengths.append(np.diff(np.append(batch.starts.numpy(), len(batch.columns))))
    changed = np.mean([found != own for found in lengths])
    # Half are drawn, and of titles of three words a third of those stay as they are.
    assert changed == pytest.approx(1 / 3, abs=0.1)
    whole = rows.batch(index)
    assert torch.equal(whole.columns, FeatureRows(train.rows["text"]).batch(index).columns)


def test_without_lessons_training_items_and_draws_are_as_ever(shop):
    prepared = prepared_with(shop)
    assert prepared.lessons is None
    train = prepared.train
    assert train.n == len(prepared.split.train)
    rows = FeatureRows(train.rows["image"])
    generator = torch.Generator().manual_seed(0)
    before = generator.get_state()
    rows.draw(torch.arange(5), generator)
    assert torch.equal(generator.get_state(), before)


@pytest.mark.parametrize("lesson", [{"names": True}, {"short_texts": 0.5}])
def test_given_text_features_take_no_other_texts(lesson):
    config = resolve_config({"data": {"source": "synthetic", "options": {"n": 60}} | lesson})
    [key] = lesson
    with pytest.raises(ConfigError, match=rf"data\.{key}: .* brings text features of its own"):
        prepare(config.data, config.features, "cpu")
