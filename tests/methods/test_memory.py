"""The memory of a fit grows with n, not with n x n."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hierhash.methods.registry import presets

N = 14_000  # a mask of n x n bytes would take 196 MB, floats 784
MOST_MB = 150

CODE = """
import sys
from dataclasses import replace
from pathlib import Path

from hierhash.methods.registry import find_preset
from hierhash.testing.small_problem import small_items, small_problem
from hierhash.training.fit import Watch
from tests.methods.test_conformance import small

preset = find_preset(sys.argv[1])
settings = small(preset.settings)
if hasattr(settings, "training"):  # triplets of a batch take b x b x b, whatever n is
    settings = replace(settings, training=replace(settings.training, epochs=1, batch_size=128))
if hasattr(settings, "candidates"):  # a step takes batch x candidates, whatever n is
    settings = replace(settings, candidates=1000)
if hasattr(settings, "anchors"):  # kernel rows take n x anchors
    settings = replace(settings, anchors=200)


def fit(n):
    items = small_items(n)
    method = preset.method(settings, small_problem(items))
    method.fit(items, Watch())


def megabytes(name):
    status = Path("/proc/self/status").read_text()
    return int(status.split(name + ":")[1].split()[0]) / 1024


fit(2000)  # what every fit takes
before = megabytes("VmRSS")
Path("/proc/self/clear_refs").write_text("5")
fit(int(sys.argv[2]))
print(megabytes("VmHWM") - before)
"""

FAST = {"hierarchical_dcmh", "posterior_float", "soft_contrast", "itq"}


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    "name",
    [pytest.param(one, marks=() if one in FAST else pytest.mark.slow) for one in presets()],
)
def test_nothing_of_a_fit_is_n_by_n(name):
    said = subprocess.run(
        [sys.executable, "-c", CODE, name, str(N)], capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr
    assert float(said.stdout) < MOST_MB
