"""What of the codes counts in a search: weights of segments (``--weigh colour=2``), fewer bits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hierhash.codes.coded import Coded
from hierhash.errors import InputError, RunError, did_you_mean
from hierhash.labels.facets import CATEGORY
from hierhash.storage.json_files import read_json

SEGMENT_WEIGHTS = "segment_weights"


def chosen_weights(run: Path) -> dict[str, float]:
    """By segment the weights that a run chose on its validation items; none where it chose none.

    Raises:
        RunError: They are damaged.
    """
    content = read_json(run / "model.json")
    known = content.get(SEGMENT_WEIGHTS, {}) if isinstance(content, Mapping) else {}
    if not isinstance(known, Mapping) or not all(
        type(one) in (int, float) and 0 <= one < math.inf for one in known.values()
    ):
        raise RunError(
            f"{run}/model.json: {SEGMENT_WEIGHTS}: not a number, zero or more, for each segment; "
            "train the run again"
        )
    return {str(name): float(one) for name, one in known.items()}


def parse_weights(asked: Sequence[str], segments: Mapping[str, int]) -> dict[str, float]:
    """Weights by segment from ``NAME=NUMBER`` texts.

    Args:
        asked: The texts.
        segments: Bits by name, of the index; none where it keeps float vectors.

    Raises:
        InputError: One is no such text, its number is negative or none, no segment has the name, or
            there is one segment alone.

    Example:
        >>> parse_weights(["colour=2"], {"category": 32, "colour": 16})
        {'colour': 2.0}
    """
    found = {}
    for one in asked:
        name, _, number = (part.strip() for part in one.partition("="))
        if name not in segments:
            hint = did_you_mean(name, segments) or f"; it has {', '.join(segments) or 'none'}"
            raise InputError(f"--weigh: '{one}': the index has no segment '{name}'{hint}")
        try:
            found[name] = float(number)
        except ValueError:
            found[name] = math.nan
        if not 0 <= found[name] < math.inf:
            raise InputError(f"--weigh: '{one}': write {name}=NUMBER, zero or more, as {name}=2")
    if found and len(segments) == 1:
        raise InputError(
            f"--weigh: the codes have one segment, {next(iter(segments))}, and nothing to weigh it "
            "against; leave --weigh away"
        )
    return found


def weighed(query: Coded, segments: Mapping[str, int], weights: Mapping[str, float]) -> Coded:
    """The query whose real code counts so much in each segment; codes stay, so distances do.

    The segment that counts most stays as it is and the others shrink, since a real code is within
    -1..1: the order of the answers is that of the weights.

    Args:
        query: With a real code (n, bits of all segments).
        segments: Bits by name, in the order of the code.
        weights: By name; a segment without one counts once.

    Example:
        >>> query = Coded(None, np.ones((1, 3), np.float32))
        >>> weighed(query, {"category": 2, "colour": 1}, {"colour": 2.0}).query.tolist()
        [[0.5, 0.5, 1.0]]
    """
    if query.query is None or not weights:
        return query
    own = np.array([weights.get(name, 1.0) for name in segments])
    each = np.repeat(own / (own.max() or 1.0), list(segments.values()))
    return query._replace(query=query.query * each.astype(np.float32))


def check_prefix(bits: int, manifest: Mapping[str, Any]) -> None:
    """Refuses a length at which the codes of an index cannot be compared.

    Args:
        bits: The length.
        manifest: Of the index; ``prefixes`` are the lengths of the category's segment that are
            codes.

    Raises:
        InputError: Its codes have no such prefix.
    """
    segments = manifest.get("segments", {})
    known = [*manifest.get("prefixes", ()), segments.get(CATEGORY, manifest["bits"])]
    if manifest.get("distance", "hamming") != "hamming" or bits not in known:
        there = ", ".join(map(str, known))
        raise InputError(f"--bits: {bits} bits of these codes are no code; there are {there}")


def shortened(query: Coded, bits: int) -> Coded:
    """The query of the first bits: a shorter code, and its real code.

    Example:
        >>> query = Coded(np.array([[1, 2]], np.uint8), np.ones((1, 16), np.float32))
        >>> short = shortened(query, 8)
        >>> short.codes.tolist(), short.query.shape
        ([[1]], (1, 8))
    """
    assert query.codes is not None  # noqa: S101 - ``check_prefix`` saw to it
    real = None if query.query is None else query.query[:, :bits]
    return Coded(query.codes[:, : bits // 8], real)
