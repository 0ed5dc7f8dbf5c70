"""What a method's revision stands for: its preset and the defaults, as they were at that revision.

A changed value here would be taken for the old one in stored results. Raise the preset's revision
and write the values anew (``python -m tests.methods.test_revisions``); a new setting whose default
leaves results as they are needs neither.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hierhash.config.schema import DataConfig, FeaturesConfig, StoppingConfig, schema_of
from hierhash.methods.registry import presets

FILE = Path(__file__).with_name("revisions.json")


def present():
    defaults = {
        "data": DataConfig().model_dump(mode="json"),
        "features": FeaturesConfig().model_dump(mode="json"),
        "stopping": StoppingConfig().model_dump(mode="json"),
    }
    return {
        name: {
            "revision": preset.revision,
            "defaults": defaults,
            "model": schema_of(name)(model=preset.settings).model_dump(mode="json")["model"],
        }
        for name, preset in presets().items()
    }


def values(content, place=()):
    """Every plain value of nested mappings by its place."""
    if not isinstance(content, dict) or not content:
        return {place: content}
    found = {}
    for key, value in content.items():
        found |= values(value, (*place, key))
    return found


@pytest.mark.parametrize("name", presets())
def test_what_a_revision_stands_for_does_not_change(name):
    then, now = values(json.loads(FILE.read_text())[name]), values(present()[name])
    changed = [place for place, value in then.items() if now.get(place) != value]
    assert not changed


if __name__ == "__main__":
    FILE.write_text(json.dumps(present(), indent=1) + "\n")
