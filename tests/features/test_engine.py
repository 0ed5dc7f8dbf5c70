"""Which engine is chosen, and what is said of it."""

from __future__ import annotations

import sys
from itertools import pairwise

import pytest

from hierhash.errors import ConfigError, InputError
from hierhash.features import engine, onnx_engine
from hierhash.features.engine import engine_for
from hierhash.features.pixels import Pixels
from tests.features.small_net import SIZE, small_backbone, write_pictures


class Clock:
    """Says the seconds it was given: two tries by torch, then two by ONNX."""

    def __init__(self, *tries: float) -> None:
        self._moments = [0.0]
        for one in tries:
            self._moments += [self._moments[-1] + one] * 2
        self._moments = self._moments[:-1] if tries else []
        self._next = iter(self._moments)

    def __call__(self) -> float:
        return next(self._next)


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "WORTH", 10)
    return write_pictures(tmp_path, 10)


@pytest.fixture
def alike(monkeypatch):
    """In place of ONNX Runtime: torch's own features, times a factor."""
    factor = [1.0]

    def features(backbone, folder):
        return lambda pixels: backbone.features(pixels) * factor[0]

    monkeypatch.setattr(onnx_engine, "OnnxFeatures", features)
    return factor


def test_the_clock_says_what_it_is_told():
    clock = Clock(3.0, 1.0)
    said = [clock() for _ in range(4)]
    assert [b - a for a, b in list(pairwise(said))[::2]] == [3.0, 1.0]


@pytest.mark.parametrize(
    ("tries", "name", "ratio"),
    [
        ((4.0, 3.0, 1.0, 2.0), "onnx", "3.0"),
        ((1.0, 1.0, 1.0, 1.0), "torch", "1.0"),
        ((1.0, 2.0, 3.0, 2.0), "torch", "0.5"),
    ],
)
@pytest.mark.usefixtures("alike")
def test_the_faster_one_is_taken(pictures, tries, name, ratio):
    backbone = small_backbone()
    found = engine_for(backbone, pictures, clock=Clock(*tries))
    assert found.name == name
    assert found.why == (
        f"onnx {ratio} times as fast as torch on 10 pictures, features within 0e+00 of torch's"
    )
    assert (found.features == backbone.features) == (name == "torch")


def test_features_that_differ_are_not_taken(pictures, alike):
    alike[0] = 1.001
    found = engine_for(small_backbone(), pictures, clock=Clock())
    assert found.name == "torch"
    assert "its features differ from torch's by 1e-03 of the largest" in found.why
    with pytest.raises(ConfigError, match="differ from torch's"):
        engine_for(small_backbone(), pictures, "onnx")
    alike[0] = float("nan")
    assert engine_for(small_backbone(), pictures, clock=Clock()).name == "torch"


@pytest.mark.usefixtures("alike")
def test_few_pictures_or_none_that_can_be_read_are_torchs(pictures):
    assert engine_for(small_backbone(), pictures[:9], clock=Clock()).why == "fewer than 10 pictures"
    for image in pictures:
        image.path.write_bytes(b"")
    found = engine_for(small_backbone(), pictures, clock=Clock())
    assert (found.name, found.why) == ("torch", "no picture to compare")
    assert engine_for(small_backbone(), pictures, "onnx").name == "onnx"


def test_without_the_extra_everything_goes_by_torch(pictures, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    found = engine_for(small_backbone(), pictures, clock=Clock())
    assert found.name == "torch"
    assert found.why.startswith("engine onnx: onnxruntime is not installed")
    with pytest.raises(ConfigError, match="pip install 'hierhash\\[onnx\\]'"):
        engine_for(small_backbone(), pictures, "onnx")
    assert engine_for(small_backbone(), pictures, "torch").why == "as asked"


def test_another_device_and_no_network_stay_with_torch(pictures):
    pytest.importorskip("onnxruntime")
    backbone = small_backbone()
    backbone.device = "cuda"
    assert "the network on cuda" in engine_for(backbone, pictures, clock=Clock()).why
    with pytest.raises(ConfigError, match=r"pixels-.* is no network; use --engine torch"):
        engine_for(Pixels(SIZE), pictures, "onnx")


def test_no_other_engine_is_known(pictures):
    with pytest.raises(InputError, match=r"--engine: no engine 'onx'; did you mean 'onnx'\?"):
        engine_for(small_backbone(), pictures, "onx")
    with pytest.raises(InputError, match="use one of auto, torch, onnx"):
        engine_for(small_backbone(), pictures, "")


def test_onnx_is_measured_for_real(pictures, tmp_path):
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    found = engine_for(small_backbone(), pictures, folder=tmp_path)
    assert "times as fast as torch on 10 pictures" in found.why
