"""Controls of risk that a run learns: one a modality, and one of short texts."""

from __future__ import annotations

import json

import numpy as np
import pytest

from hierhash.bench.risk import risk_controls
from hierhash.labels.facets import CATEGORY
from hierhash.lessons import shortened
from hierhash.methods.coherent import coherent_probabilities
from hierhash.metrics.risk_control import RiskControl
from hierhash.retrieval.risk_file import SHORT, read_controls
from hierhash.runs import prediction
from hierhash.runs.items import prepare_again
from hierhash.runs.saved import load_run
from tests.cli.small_run import CONFIG, hierhash, write_shop


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("risk")
    shop = write_shop(folder / "shop", n=80)
    lines = [json.loads(line) for line in (shop / "metadata.jsonl").read_text().splitlines()]
    for line in lines:
        line["text"] += " of our own shop"
    (shop / "metadata.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    settings = CONFIG.format(shop=shop).replace("validation: 6", "validation: 40")
    (folder / "config.yaml").write_text("method: expected_tree_codes\n" + settings)
    said = hierhash("train", folder / "config.yaml", "--out", folder / "run")
    assert said.code == 0, said.err
    return folder / "run"


def test_short_texts_have_a_control_learnt_on_shortened_titles(run):
    saved = load_run(run)
    prepared = prepare_again(saved)
    controls = risk_controls(saved.method, prepared)[CATEGORY]
    assert set(controls) == {"image", "text", "both", SHORT}

    rows = prepared.split.calibrate
    texts = shortened([prepared.catalogue.texts[row] for row in rows])
    kept = [place for place, text in enumerate(texts) if saved.knows(text)]
    levels = saved.method.classify({"text": saved.text_rows([texts[place] for place in kept])})
    leaves = coherent_probabilities(levels, saved.tree.leaf_ancestors)[-1]
    wrong_at = []
    for chances, place in zip(leaves, kept, strict=True):
        path = prepared.labels.single_codes[rows[place]]
        best = saved.tree.leaf_ancestors[:, chances.argmax()]
        for level, node in enumerate(best):
            if node != path[level]:
                wrong_at.append(chances[saved.tree.leaf_ancestors[level] == node].sum())
                break
    assert controls[SHORT].n == len(kept)
    np.testing.assert_allclose(controls[SHORT].wrong_at, sorted(wrong_at, reverse=True))
    stored = read_controls(run)[CATEGORY]
    assert stored[SHORT].n == controls[SHORT].n


def test_a_short_text_is_answered_under_its_own_control(run, monkeypatch):
    controls = {CATEGORY: {"text": RiskControl(99, ()), SHORT: RiskControl(99, (1.0,) * 99)}}
    monkeypatch.setattr(prediction, "read_controls", lambda _: controls)
    saved = load_run(run)
    text = "wear hats number1 of our own shop"
    assert len(prediction.predict_one(saved, "text", text, 0.1)["answer"]) == 2
    assert prediction.predict_one(saved, "text", "wear hats number1", 0.1)["answer"] == []
