"""The suites of emoji ask all rows under the same terms; the languages are asked on one split."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from hierhash.bench.suite import find_suite, load_suite

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def script(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    monkeypatch.delitem(sys.modules, "emoji_languages", raising=False)
    return importlib.import_module("emoji_languages")


def test_both_suites_have_the_same_rows_and_as_many_trials_for_each() -> None:
    emoji, artist = (load_suite(find_suite(name)) for name in ("emoji", "emoji_artist"))
    assert emoji.rows == artist.rows
    assert emoji.trials == artist.trials
    own_network = [row for row in emoji.rows if row.trials and len(row.trials) == 1]
    assert {row.method.partition("_")[0] for row in own_network} == {"posterior", "polysemous"}
    others = [row for row in emoji.rows if row not in own_network]
    assert {len(emoji.trials_of(row)) for row in others} == {8}
    assert emoji.data.source == artist.data.source == "emoji"
    assert artist.data.split.unseen_value == "artist=openmoji"


def test_languages_are_asked_of_trainings_that_differ_in_their_texts_alone(script, tmp_path):
    suite, split = load_suite(find_suite("emoji")), tmp_path / "emoji.split.json"
    asked = list(script.trainings())
    assert ("words", "titles", ("en", "de", "zh")) in asked
    assert ("ngrams", "translated", ("zh",)) in asked
    plain, named, german = (
        script.config_of(suite, "words", lessons, language, 0, split)
        for lessons, language in (("titles", "en"), ("names", "en"), ("translated", "de"))
    )
    assert (plain.data.names, named.data.names, german.data.names) == (False, True, True)
    assert german.data.options == {"language": "de"}
    assert plain.data.split == german.data.split
    assert plain.data.split.file == split
    assert plain.model == named.model == german.model


def test_each_emoji_asks_once(script) -> None:
    prepared = SimpleNamespace(
        catalogue=SimpleNamespace(attributes={"hexcode": ["a", "b", "b", "a", "c"]}),
        split=SimpleNamespace(query=np.array([1, 2, 3, 4])),
    )
    assert script.first_of_each(prepared).tolist() == [1, 3, 4]
