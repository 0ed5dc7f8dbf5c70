"""A lock on a folder says what is wrong with the place, and never waits for what cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from hierhash.errors import HierhashError
from hierhash.storage.lock import locked


def test_a_place_that_takes_no_folder_is_said_at_once():
    with (
        pytest.raises(HierhashError, match="/proc/nothing: cannot be written"),
        locked(Path("/proc/nothing"), "trains into"),
    ):
        pass
