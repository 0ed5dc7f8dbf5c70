"""Split files: the ids of each part as JSON, with hashes that an edit does not survive."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hierhash.data.split_sizes import PARTS
from hierhash.errors import DataError

FORMAT, FIRST_FORMAT = "hierhash-split-2", "hierhash-split-1"
HALVES = ("tune", "calibrate")
LISTS = ("train", *HALVES, "query", "database_only")


def parts_sha256(parts: Mapping[str, Sequence[str]]) -> str:
    """The hash of which ids are in which of the four parts, whatever the order of the rows."""
    return _sha256(parts, PARTS)


def halves_sha256(parts: Mapping[str, Sequence[str]]) -> str:
    """The hash of which ids are in which half of the validation items."""
    return _sha256(parts, HALVES)


def _sha256(parts: Mapping[str, Sequence[str]], names: Sequence[str]) -> str:
    canonical = json.dumps({part: sorted(parts[part]) for part in names}, ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def read_split_file(path: Path) -> dict[str, Any]:
    """The content of a split file, with the lists of both formats.

    A file of the first format has no halves: its validation items serve as both.

    Raises:
        DataError: Not a split file, one of a later format, one that was edited, or an id in two
            parts.
    """
    content: dict[str, Any] = _read_json(path)
    kind = content.get("format") if isinstance(content, dict) else None
    if kind == FIRST_FORMAT:
        content |= {half: content.get("validation") for half in HALVES}
    elif kind != FORMAT and isinstance(kind, str) and kind.startswith("hierhash-split-"):
        raise DataError(
            f"{path}: a split file of the format {kind}, which this version does not know; "
            "update hierhash, or make the split again"
        )
    if not _has_lists(content, LISTS) or not _is_number(content.get("seed")):
        raise DataError(f"{path}: not a split file; it needs {', '.join(LISTS)} and seed")
    if kind != FIRST_FORMAT:
        # Both halves are the same where the split came from a file of the first format.
        same = content["tune"] == content["calibrate"]
        content["validation"] = content["tune"] + ([] if same else content["calibrate"])
    everything = [item for part in PARTS for item in content[part]]
    if len(set(everything)) != len(everything):
        raise DataError(f"{path}: an id is in two parts; make the split again")
    edited = parts_sha256(content) != content.get("sha256") or (
        kind != FIRST_FORMAT and halves_sha256(content) != content.get("halves_sha256")
    )
    if edited:
        raise DataError(
            f"{path}: the ids do not match their sha256, for it was edited; make it again"
        )
    return content


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(
            f"{path}: cannot read the split file ({error.strerror}); check the path"
        ) from None
    except (ValueError, RecursionError):
        raise DataError(f"{path}: not a split file (not JSON); make it with data split") from None


def _has_lists(content: Any, names: Sequence[str]) -> bool:
    return isinstance(content, dict) and all(
        isinstance(content.get(name), list) and all(isinstance(i, str) for i in content[name])
        for name in names
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
