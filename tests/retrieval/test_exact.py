from __future__ import annotations

import numpy as np
import pytest

from hierhash.codes.packing import pack
from hierhash.errors import RunError
from hierhash.retrieval.exact import ExactIndex


def make_index(n=50, bits=16):
    outputs = np.random.default_rng(0).standard_normal((n, bits)).astype(np.float32)
    items = [{"id": str(i), "text": "", "paths": [["A" if i % 2 else "B", "x"]]} for i in range(n)]
    manifest = {"bits": bits, "run": "runs/x", "model_sha256": "0"}
    return ExactIndex(pack(outputs), items, manifest), outputs


def test_canonical_order_is_distance_then_row():
    index, outputs = make_index()
    hits = index.search(outputs[3], k=50, rescore=False)
    keys = [(hit.distance, int(hit.item["id"])) for hit in hits]
    assert keys == sorted(keys)
    assert keys[0] == (0, 3)


def test_rescoring_orders_by_the_asymmetric_score():
    index, outputs = make_index()
    signs = np.where(outputs >= 0, 1.0, -1.0)
    expected = signs @ np.clip(3 * outputs[3], -1, 1)
    hits = index.search(3 * outputs[3], k=5)
    assert hits[0].item["id"] == "3"
    for hit, row in zip(hits, np.argsort(-expected, kind="stable"), strict=False):
        assert hit.item["id"] == str(row)
        assert hit.score == pytest.approx(expected[row])


def test_under_keeps_the_subtree():
    index, outputs = make_index()
    assert {hit.item["paths"][0][0] for hit in index.search(outputs[0], 50, ("A",))} == {"A"}
    assert index.search(outputs[0], 5, ("C",)) == []


def test_an_index_round_trips_and_damage_is_named(tmp_path):
    index, outputs = make_index()
    index.save(tmp_path / "i")
    again = ExactIndex.load(tmp_path / "i")
    assert again.search(outputs[1], 9) == index.search(outputs[1], 9)
    for row, mark in enumerate("\u2028\u2029\x85\x0b\x1c\r\n"):
        index.items[row]["text"] = f"one{mark}two"
    index.save(tmp_path / "odd")
    assert ExactIndex.load(tmp_path / "odd").items == index.items
    with pytest.raises(RunError, match="exists already"):
        index.save(tmp_path / "i")
    (tmp_path / "i" / "items.jsonl").write_text("")
    with pytest.raises(RunError, match="50 codes but 0 items"):
        ExactIndex.load(tmp_path / "i")
    with pytest.raises(RunError, match="not an index"):
        ExactIndex.load(tmp_path / "none")
