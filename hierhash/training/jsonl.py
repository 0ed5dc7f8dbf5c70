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
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            record = json.loads(line)
        except ValueError as error:  # also what is not UTF-8
            raise RunError(f"{path}:{number}: not JSON; delete the line to run it again") from error
        if not isinstance(record, dict):
            raise RunError(f"{path}:{number}: not a JSON object; delete the line to run it again")
        records.append(record)
    return records
