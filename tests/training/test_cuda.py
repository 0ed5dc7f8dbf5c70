"""Training on a CUDA device gives what training on the CPU gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy import sparse

from hierhash.branches.image_networks import ImageBranchSettings
from hierhash.branches.mlp import MLPSettings
from hierhash.branches.rows import FeatureRows
from hierhash.branches.two_branch import outputs_of
from hierhash.methods.dcmh_loop import build_loop
from hierhash.methods.dcmh_settings import DCMHSettings, HeadSettings
from hierhash.new_method import pick_device
from hierhash.training.checkpoint import load_checkpoint, save_checkpoint
from hierhash.training.fit import Watch, fit
from hierhash.training.settings import LoopSettings
from tests.training.small_problem import TREE, both, items

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"),
]

SMALL = DCMHSettings(
    image=ImageBranchSettings(hidden=16),
    text=MLPSettings(hidden=16),
    training=LoopSettings(epochs=2, batch_size=16),
)


def trained(device, settings=SMALL, data=None, epochs=1):
    loop = build_loop(settings, TREE, data or items(), bits=16, seed=0, device=device)
    for _ in range(epochs):
        losses = loop.run_epoch()
    return loop, losses


def test_auto_is_cuda_where_there_is_one():
    assert pick_device("auto") == "cuda"


@pytest.mark.parametrize("head", ["none", "leaf", "per_level", "path"])
def test_an_epoch_gives_losses_and_codes_close_to_those_of_the_cpu(head):
    settings = replace(SMALL, head=HeadSettings(kind=head))
    on_cuda, losses = trained("cuda", settings)
    on_cpu, expected = trained("cpu", settings)
    assert next(on_cuda.model.parameters()).is_cuda
    assert on_cuda.buffers.codes.is_cuda
    for name, value in expected.items():
        assert losses[name] == pytest.approx(value, rel=1e-2, abs=1e-3), name
    same = (on_cuda.buffers.codes.cpu() == on_cpu.buffers.codes).float().mean()
    assert float(same) > 0.98


def test_sparse_texts_and_pixels():
    data = items()
    pixels = np.random.default_rng(0).integers(0, 256, (80, 3, 16, 16)).astype(np.uint8)
    text = sparse.csr_matrix(np.maximum(data.rows["text"], 0))
    data = both(pixels, text, data.labels)
    settings = replace(SMALL, image=ImageBranchSettings(network="small_cnn"))
    loop, losses = trained("cuda", settings, data)
    assert np.isfinite(list(losses.values())).all()
    for modality, rows in (("image", pixels), ("text", text)):
        outputs = outputs_of(loop.model.branch(modality), FeatureRows(rows))  # rows on the CPU
        assert np.isfinite(outputs).all()


def test_amp_is_close_to_float32():
    half = replace(SMALL, training=replace(SMALL.training, amp=True))
    losses, expected = trained("cuda", half)[1], trained("cuda")[1]
    for name, value in expected.items():
        assert losses[name] == pytest.approx(value, rel=0.1, abs=0.02), name


def test_a_checkpoint_made_on_cuda_resumes_on_the_cpu_and_back(tmp_path):
    loop = build_loop(SMALL, TREE, items(), bits=16, seed=0, device="cuda")
    fit(loop, Watch(tmp_path))
    longer = replace(SMALL, training=replace(SMALL.training, epochs=4))
    for epochs, device in ((3, "cpu"), (4, "cuda")):
        settings = replace(longer, training=replace(longer.training, epochs=epochs))
        resumed = build_loop(settings, TREE, items(), bits=16, seed=1, device=device)
        summary = fit(resumed, Watch(tmp_path, resume=True))
        assert summary["epochs"] == epochs
        assert resumed.buffers.codes.device.type == device
        assert next(resumed.model.parameters()).device.type == device
        assert all(bool(torch.isfinite(p).all()) for p in resumed.model.parameters())


def test_a_run_resumed_on_cuda_with_dropout_goes_on_alike(tmp_path):
    settings = replace(SMALL, image=ImageBranchSettings(hidden=16, dropout=0.3))
    whole = build_loop(settings, TREE, items(), bits=16, seed=0, device="cuda")
    whole.run_epoch()

    save_checkpoint(tmp_path, whole, {"config": ""})
    expected = whole.run_epoch()
    torch.cuda.manual_seed(999)
    resumed = build_loop(settings, TREE, items(), bits=16, seed=0, device="cuda")
    load_checkpoint(tmp_path, resumed, "")
    losses = resumed.run_epoch()
    for name, value in expected.items():
        assert losses[name] == pytest.approx(value, rel=1e-3, abs=1e-5), name
