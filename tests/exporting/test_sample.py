"""The shipped sample by the shipped backbone: all items are coded as by the run."""

from __future__ import annotations

import numpy as np
import pytest

from hierhash.exported.run import load_exported
from hierhash.exporting.agreement import NEAR, Agreement, apart
from hierhash.exporting.writing import export_run
from hierhash.runs.items import prepare_again
from hierhash.runs.saved import load_run
from tests.cli.small_run import hierhash
from tests.exporting.small_export import done

BATCH = 64


@pytest.mark.slow
def test_hardly_a_bit_of_any_item_differs(tmp_path):
    for package in ("onnxruntime", "onnxscript", "efficientnet_lite_pytorch"):
        pytest.importorskip(package)
    done(hierhash("train", "sample", "model.training.epochs=10", "--out", tmp_path / "run"))
    saved = load_run(tmp_path / "run")
    export_run(saved, tmp_path / "export", 16)
    exported, prepared = load_exported(tmp_path / "export"), prepare_again(saved)
    catalogue, found = prepared.catalogue, Agreement("sample")
    for given, rows in prepared.items.given("both", np.arange(len(catalogue))):
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH].tolist()
            theirs = {one: prepared.items.rows[one][batch] for one in given}
            read = {
                "image": lambda row: exported.image_rows([catalogue.images[row].open()]),
                "text": lambda row: exported.text_rows([catalogue.texts[row]]),
            }
            ours = {one: np.concatenate([read[one](row) for row in batch]) for one in given}
            for one in given:
                found.add(one, *apart(saved, exported, {one: theirs[one]}, {one: ours[one]}))
            found.add("both", *apart(saved, exported, theirs, ours))
    assert found.bits > 200_000
    assert found.differing <= 1e-5 * found.bits
    assert found.farthest <= NEAR
