from __future__ import annotations

import json

import numpy as np
import pytest

from hierhash.codes.coding import Signs
from hierhash.codes.distances import Hamming
from hierhash.codes.packing import pack, unpack
from hierhash.errors import RunError
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.exact import ExactIndex
from hierhash.retrieval.items import checked_item, metadata_lines

TREE = LabelTree.from_nested({"A": ["x", "y"], "B": ["x"]}, name="t")


def make_index(tmp_path, n=50, bits=16, texts=()):
    outputs = np.random.default_rng(0).standard_normal((n, bits)).astype(np.float32)
    paths = [[["A", "x"]] if i % 2 else [["B", "x"], ["A", "y"]] for i in range(n)]
    items = [
        {"id": str(i), "text": text, "paths": own, "image": None}
        for i, (text, own) in enumerate(zip([*texts, *[""] * n], paths, strict=False))
    ]
    labels = TREE.encode([[tuple(path) for path in own] for own in paths])
    manifest = {"bits": bits, "model_sha256": "0"}
    stored = pack(outputs), metadata_lines(items), labels, manifest, tmp_path, Hamming(bits)
    return ExactIndex(*stored), outputs


def query(output):
    return Signs()(output[None], "text")


def test_canonical_order_is_distance_then_row(tmp_path):
    index, outputs = make_index(tmp_path)
    for k in (50, 7):
        hits = index.search(query(outputs[3]), k=k, rescore=False)
        signs = unpack(index.codes, 16).astype(int)
        apart = (signs != np.sign(outputs[3])).sum(axis=1)
        wanted = sorted((int(apart[row]), row) for row in range(50))[:k]
        assert [(hit.distance, int(hit.item["id"])) for hit in hits] == wanted


def test_rescoring_orders_all_items_by_the_asymmetric_score(tmp_path):
    # Also those that no Hamming candidate list would hold.
    index, outputs = make_index(tmp_path)
    output = outputs[3] * np.float32(0.4)
    scores = unpack(index.codes, 16).astype(np.float32) @ np.clip(output, -1, 1)
    hits = index.search(query(output), k=9)
    np.testing.assert_allclose([hit.score for hit in hits], np.sort(scores)[::-1][:9], rtol=1e-5)
    for hit in hits:
        assert hit.score == pytest.approx(scores[int(hit.item["id"])], rel=1e-5)


def test_under_keeps_the_subtree(tmp_path):
    index, outputs = make_index(tmp_path)
    level, code = 1, int(TREE.ancestor_codes(("A",))[0])
    rows = index.rows_under(level, code)
    assert rows.tolist() == list(range(50))  # every item has a path below A
    rows = index.rows_under(2, int(TREE.ancestor_codes(("B", "x"))[1]))
    assert rows.tolist() == list(range(0, 50, 2))
    for rescore in (True, False):
        hits = index.search(query(outputs[1]), 50, rows, rescore)
        assert sorted(int(hit.item["id"]) for hit in hits) == list(range(0, 50, 2))
    assert index.search(query(outputs[0]), 5, rows[:0]) == []


def test_texts_with_line_marks_of_any_kind_stay_one_line(tmp_path):
    texts = [f"one{mark}two" for mark in "\u2028\u2029\x85\x0b\x1c\r\n"]
    index, _ = make_index(tmp_path, texts=texts)
    assert [index.item(row)["text"] for row in range(len(texts))] == texts
    assert not any(b"\n" in line for line in index.lines)


@pytest.mark.parametrize(
    "item",
    [
        3,
        {"id": "1", "text": 7, "paths": []},
        {"id": "1", "text": None, "paths": None},
        {"id": "1", "text": None, "paths": [3]},
        {"id": "1", "text": None, "paths": [[["A"]]]},
        {"id": 1, "text": None, "paths": []},
    ],
)
def test_metadata_of_other_kinds_are_refused(item):
    with pytest.raises(RunError, match=r"items\.jsonl:4: lacks one of id, text, paths"):
        checked_item(json.dumps(item).encode(), "items.jsonl:4")


def test_answers_are_the_same_by_faiss_and_without(tmp_path, monkeypatch):
    index, outputs = make_index(tmp_path, n=400, bits=8)
    rows = np.arange(0, 400, 3)
    found = {}
    for limit in (0, 10**9):
        monkeypatch.setattr("hierhash.retrieval.exact.WORTH_FAISS", limit)
        found[limit] = [
            [(hit.distance, hit.item["id"]) for hit in index.search(query(own), 30, under, False)]
            for own in outputs[:9]
            for under in (None, rows)
        ]
    assert found[0] == found[10**9]
