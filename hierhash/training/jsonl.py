"""Reading files of JSON lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hierhash.errors import RunError


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The records of a JSON-lines file; none if there is no file.

    Raises:
        RunError: A line is damaged.
    """
    if not path.exists():
        return []
    records = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            records.append(json.loads(line))
        except ValueError as error:
            raise RunError(f"{path}:{number}: not JSON; delete the line to run it again") from error
    return records
