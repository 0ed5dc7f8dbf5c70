"""Every method keeps the interface's promises, check by check."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest

from hierhash.config.reading import resolve_config
from hierhash.errors import ConfigError
from hierhash.methods.dch import DCH, DCHSettings
from hierhash.methods.method import Preset
from hierhash.methods.registry import presets
from hierhash.testing.check_method import CHECKS, Subject, labels_bring_a_leaf_together


def small(settings):
    """The settings with three epochs and hidden layers of 16."""
    if not is_dataclass(settings):
        return settings
    changes = {}
    for one in fields(settings):
        value = getattr(settings, one.name)
        if one.name == "epochs":
            changes[one.name] = 3
        elif one.name == "hidden" and value:
            changes[one.name] = 16
        elif is_dataclass(value):
            changes[one.name] = small(value)
    return replace(settings, **changes)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", presets())
def test_every_method_keeps_its_promises(name, check):
    preset = presets()[name]
    check(Subject(preset, small(preset.settings)))


def test_codes_that_tell_no_leaf_are_told():
    class Scrambled(DCH):
        def outputs(self, rows):
            return np.sin(1e4 * super().outputs(rows)).astype(np.float32)

    with pytest.raises(AssertionError, match="share an item's leaf"):
        labels_bring_a_leaf_together(Subject(Preset(Scrambled, DCHSettings()), DCHSettings()))


@pytest.mark.parametrize("name", presets())
def test_a_code_of_broken_bytes_is_refused(name):
    with pytest.raises(ConfigError, match="codes are whole bytes; use 8, 16, 24, 32"):
        resolve_config({"method": name, "bits": 12})
