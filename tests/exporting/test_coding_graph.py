"""Graphs of codings give what numpy gives."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from hierhash.branches.heads import build_head
from hierhash.codes.coding import ClassNumber, ExpectedCode, Hyperplanes, Posterior, Signs
from hierhash.codes.packing import pack
from hierhash.exporting.coding_graph import HeadGraph, PackBits, coding_graph
from hierhash.features.onnx_graph import traced
from hierhash.methods.predict import level_probabilities

WIDTHS = range(1, 41)
ANCESTORS = np.array([[0, 0, 1, 1, 1], [0, 1, 2, 3, 4]])
RNG = np.random.default_rng(0)
OUTPUTS = RNG.standard_normal((50, 7)).astype(np.float32)


class EveryWidth(nn.Module):
    def __init__(self):
        super().__init__()
        self.all = nn.ModuleList(PackBits(width) for width in WIDTHS)

    def forward(self, values):
        return tuple(one(values[:, : 8 * one.width - one.padding]) for one in self.all)


def run(graph, inputs, **options):
    """What ONNX Runtime makes of inputs."""
    onnxruntime = pytest.importorskip("onnxruntime")
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: inputs})


def test_every_width_is_packed_as_by_numpy_and_ties_are_ones():
    pytest.importorskip("onnxscript")
    # A third of the values are zeros, some of them negative ones.
    values = (RNG.integers(-1, 2, (64, max(WIDTHS))) * RNG.random((64, max(WIDTHS)))).astype("f4")
    values[RNG.random(values.shape) < 0.1] = -0.0
    names = [f"codes_{width}" for width in WIDTHS]
    graph = traced(EveryWidth().eval(), torch.from_numpy(values[:2]), "values", names, "n")
    found = run(graph, values)
    for width, codes in zip(WIDTHS, found, strict=True):
        assert codes.dtype == np.uint8
        np.testing.assert_array_equal(codes, pack(values[:, :width]), str(width))
        ones = np.packbits(values[:, :width] >= 0, axis=1)  # big-endian, padding zeros
        np.testing.assert_array_equal(codes, ones)


def codings():
    posterior = Posterior(ANCESTORS, np.array([0.4, 0.6]), {"image": 0.7})
    planes = RNG.standard_normal((19, 7)).astype(np.float32)
    centre = RNG.random(7).astype(np.float32) / 3
    head = RNG.standard_normal((5, 7)).astype(np.float32), RNG.standard_normal(5).astype(np.float32)
    centres = RNG.choice(np.array([-1, 1], np.int8), (5, 19))
    gains = RNG.random((5, 19)).astype(np.float32)
    return {
        "signs": (Signs(), OUTPUTS, 7),
        "expected": (ExpectedCode(head, centres, gains, {"image": 1.3}), OUTPUTS, 19),
        "hyperplanes": (Hyperplanes(posterior, planes, centre), OUTPUTS[:, :5], 19),
    }


@pytest.mark.parametrize("name", codings())
def test_a_graph_codes_as_numpy_does(name):
    pytest.importorskip("onnxscript")
    coding, outputs, bits = codings()[name]
    module = coding_graph(coding, "image", bits).eval()
    inputs = torch.from_numpy(np.ascontiguousarray(outputs))
    names = ["codes", "query", "posterior"][: 3 if module.tells else 2]
    found = run(traced(module, inputs[:2], "outputs", names, "n"), inputs.numpy())
    expected = coding(inputs.numpy(), "image")
    np.testing.assert_array_equal(found[0], expected.codes)
    np.testing.assert_allclose(found[1], expected.query, rtol=0, atol=1e-6)
    if name == "expected":
        posterior = coding.posterior(inputs.numpy(), "image")
        np.testing.assert_allclose(found[2], posterior, rtol=0, atol=1e-6)
    assert (pack(coding.values(inputs.numpy(), "image")) == expected.codes).all()


def test_codings_that_keep_no_bits_have_no_graph():
    assert coding_graph(Posterior(ANCESTORS, np.ones(2), {}), "image", 0) is None
    assert coding_graph(ClassNumber(ANCESTORS, np.ones(2), {}), "image", 8) is None


@pytest.mark.parametrize(
    ("kind", "weights"),
    [("leaf", (0.5, 0.5)), ("path", (0.5, 0.5)), ("per_level", (0.5, 0.5)), ("per_level", (0, 1))],
)
def test_a_head_gives_its_own_probabilities(kind, weights):
    torch.manual_seed(0)
    level_weights = torch.tensor(weights, dtype=torch.float32)
    head = build_head(kind, 7, [2, 5], torch.from_numpy(ANCESTORS), level_weights)
    graph = HeadGraph(head, 0.8).eval()
    found = graph(torch.from_numpy(OUTPUTS)).detach().numpy()
    expected = level_probabilities(head, OUTPUTS, 0.8)
    wanted = expected if graph.tells == "nodes" else expected[-1:]
    np.testing.assert_allclose(found, np.concatenate(wanted, axis=1), rtol=0, atol=1e-6)
    assert (graph.tells == "nodes") == (kind == "per_level" and weights[0] > 0)
