"""Methods that installed packages bring: good ones are found, broken ones cost nobody else."""

from __future__ import annotations

import pytest

from hierhash.config.reading import resolve_config
from hierhash.errors import ConfigError
from hierhash.methods import itq, registry


class Entry:
    def __init__(self, name, loaded):
        self.name, self.value, self._loaded = name, f"package.{name}:PRESET", loaded

    def load(self):
        if isinstance(self._loaded, Exception):
            raise self._loaded
        return self._loaded


@pytest.fixture
def installed(monkeypatch):
    """Entry points of packages."""
    entries = [
        Entry("mine", itq.PRESET),
        Entry("torn", SyntaxError("bad line")),
        Entry("odd", "no preset"),
        Entry("itq", itq.PRESET),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: entries)
    registry.presets.cache_clear()
    registry.broken.cache_clear()
    yield
    monkeypatch.undo()
    registry.presets.cache_clear()
    registry.broken.cache_clear()


def test_a_good_one_is_a_method_and_broken_ones_are_told_when_they_are_asked_for(installed):
    assert resolve_config({"method": "mine"}).model == itq.PRESET.settings
    assert "torn" not in registry.presets()
    with pytest.raises(ConfigError, match=r"'torn' of package\.torn:PRESET: cannot be loaded"):
        resolve_config({"method": "torn"})
    with pytest.raises(ConfigError, match=r"'odd': package\.odd:PRESET is not a Preset"):
        registry.find_preset("odd")
    assert any("the name is taken" in said for said in registry.broken().values())
    assert resolve_config({"method": "itq"}).method == "itq"


def test_settings_of_another_method_are_told_as_such():
    with pytest.raises(ConfigError, match="itq has no such setting, remove those of another"):
        resolve_config({"method": "itq", "model": {"loss": {"eta": 1}}})
    with pytest.raises(ConfigError) as caught:
        resolve_config({"method": "itq", "model": {"iteratoins": 1}})
    assert "another method" not in str(caught.value)


def test_of_a_misspelt_setting_the_near_name_alone_is_told():
    with pytest.raises(ConfigError, match=r"did you mean 'epochs'\?$"):
        resolve_config({"method": "orthohash", "model": {"training": {"epoch": 3}}})
