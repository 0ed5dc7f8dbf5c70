"""Where features are kept."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hierhash.features.cache import cache_folder


def test_the_variable_names_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HIERHASH_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have places of their own")
def test_the_cache_is_where_the_system_keeps_caches(tmp_path, monkeypatch):
    monkeypatch.delenv("HIERHASH_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert cache_folder() == Path.home() / ".cache" / "hierhash"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "hierhash"
