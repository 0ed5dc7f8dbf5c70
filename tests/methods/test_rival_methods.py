"""What methods of the field compute beside their losses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from hierhash.branches.mlp import MLPSettings
from hierhash.errors import ConfigError
from hierhash.methods.branch_codes import ImageSettings
from hierhash.methods.dlbhc import DLBHC
from hierhash.methods.dlbhc_fine import DLBHCFine, FineSettings
from hierhash.methods.drsch import DRSCH, DRSCHSettings
from hierhash.methods.dsph import ProxyLoss
from hierhash.methods.ninh import NINH, NINHSettings
from hierhash.methods.orthohash import OrthoHash, OrthoHashSettings
from hierhash.methods.registry import presets
from hierhash.methods.semantic_hashing import WordDecoder
from hierhash.testing.small_problem import small_items, small_problem
from hierhash.training.batches import Batch, BatchSettings
from hierhash.training.fit import Watch

SHORT = BatchSettings(epochs=3)


def fitted(method, settings, watch=None):
    items = small_items()
    own = method(settings, small_problem(items))
    own.fit(items, watch or Watch())
    return own, items


def test_each_bit_of_ninh_reads_a_slice_of_its_own():
    own, _ = fitted(NINH, NINHSettings(training=SHORT))
    [layer] = [one for one in own.branches["image"].modules() if isinstance(one, nn.Linear)]
    used = layer.weight.detach().numpy() != 0
    assert (used.sum(axis=0) == 1).all()  # each hidden feature goes into one bit
    assert (used.sum(axis=1) == 1024 // 16).all()
    assert all((np.diff(np.flatnonzero(row)) == 1).all() for row in used)


def test_drsch_keeps_its_bit_weights_and_compares_by_them():
    own, _items = fitted(DRSCH, DRSCHSettings(training=SHORT))
    weights = own.state()["bit_weights"]
    assert len(np.unique(weights)) > 1
    again = DRSCH(own.settings, own.problem)
    again.load(own.state(), own.meta())
    assert again.distance() == own.distance()
    heaviest = int(np.argmax(weights**2))
    assert own.distance().weights[heaviest] == 15


def test_the_whole_search_of_dlbhc_has_the_codes_of_its_coarse_half():
    coarse, items = fitted(DLBHC, ImageSettings(training=SHORT))
    fine, _ = fitted(DLBHCFine, FineSettings(training=SHORT, near=2))
    rows = {"image": items.rows["image"][:6]}
    stored = fine.encode(rows, "database").codes
    np.testing.assert_array_equal(stored[:, :2], coarse.encode(rows, "database").codes)
    hidden = stored[:, 2:].copy().view("<f4")
    [layer] = [one for one in fine.branches["image"].rest if isinstance(one, nn.Linear)]
    outputs = hidden @ layer.weight.detach().numpy().T + layer.bias.detach().numpy()
    np.testing.assert_allclose(outputs, fine.outputs(rows), rtol=1e-3, atol=1e-4)
    wide = replace(fine.settings, near=16)  # everything is near, so features order all
    fine.settings = wide
    scores = fine.distance().scores(fine.encode(rows, "query").query[2], stored)
    away = np.linalg.norm(hidden - hidden[2], axis=1)
    np.testing.assert_array_equal(np.argsort(-scores), np.argsort(away))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"near": 17}, r"model\.near: .* use 16 at most"),
        ({"image": MLPSettings(hidden=0)}, r"model\.image\.hidden: 0 leaves no features"),
        ({"bits": 12}, "bits: codes are whole bytes"),
    ],
)
def test_a_search_that_cannot_be_is_refused(changes, message):
    items, bits = small_items(), changes.pop("bits", 16)
    own = DLBHCFine(FineSettings(training=SHORT, **changes), small_problem(items, bits=bits))
    with pytest.raises(ConfigError, match=message):
        own.check(items)


def test_early_stopping_brings_the_weights_of_the_loss_back_too():
    seen = []

    def score():
        seen.append(own.state()["bit_weights"].copy())
        return -float(len(seen))  # the first look is the best

    items = small_items()
    own = DRSCH(DRSCHSettings(training=SHORT), small_problem(items))
    own.fit(items, Watch(validate=score, every=1, patience=10))
    np.testing.assert_array_equal(own.state()["bit_weights"], seen[0])
    assert (seen[0] != seen[-1]).any()


def test_ancestors_are_labels_of_dsph():
    loss = ProxyLoss([2, 3], bits=8, alpha=0.8, seed=0)
    found = loss.labels(torch.tensor([[1, 2], [0, -1], [-1, -1]]))
    assert found.int().tolist() == [[0, 1, 0, 0, 1], [1, 0, 0, 0, 0], [0, 0, 0, 0, 0]]


def test_words_of_an_item_are_the_target_of_its_noisy_code():
    rows = np.array([[2.0, 0.0, 2.0], [0.0, 0.0, 0.0]], dtype=np.float32)
    loss = WordDecoder(rows, bits=4, noise=4.0, seed=0)
    outputs, index = torch.randn(2, 4), torch.arange(2)
    found = loss({"text": Batch(outputs, torch.zeros(2, 1), index)})["text/words"]
    chances = torch.sigmoid(outputs + loss.noise)
    logs = torch.log_softmax(loss.words(chances), dim=1)
    torch.testing.assert_close(found, -(logs[0, 0] + logs[0, 2]) / 2 / 2)
    assert 2 < loss.noise.std() < 6


def test_contrast_is_a_term_of_its_own():
    items = small_items()
    alone, both = (
        OrthoHash(OrthoHashSettings(contrast=weight), small_problem(items)).loss(items)
        for weight in (0.0, 2.0)
    )
    batch = Batch(torch.randn(6, 16), torch.from_numpy(items.labels.single_codes[:6].astype(int)),
                  torch.arange(6))  # fmt: skip
    first, second = alone({"image": batch}), both({"image": batch})
    assert set(first) == {"softmax"}
    torch.testing.assert_close(first["softmax"], second["softmax"])
    assert second["image/contrast"].item() > 0


@pytest.mark.parametrize("name", ["ninh", "dsrh", "drsch"])
def test_batches_of_too_many_triplets_are_refused(name):
    preset, items = presets()[name], small_items()
    large = ImageSettings(training=BatchSettings(batch_size=4096))
    settings = type(preset.settings)(training=large.training)
    with pytest.raises(ConfigError, match=r"model\.training\.batch_size: .* use 512 or fewer"):
        preset.method(settings, small_problem(items)).check(items)


def test_weights_that_hang_on_labels_are_refused_where_a_search_needs_them():
    preset, items = presets()["hichnet"], small_items()
    settings = type(preset.settings)(level_weights="information_content")
    with pytest.raises(ConfigError, match=r"model\.level_weights: information_content"):
        preset.method(settings, small_problem(items)).check(items)
