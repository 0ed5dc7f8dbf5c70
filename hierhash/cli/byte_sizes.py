"""Sizes as a person types them: ``10MB``."""

from __future__ import annotations

import re

from hierhash.errors import InputError

UNITS = {"": 1, "B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}


def parse_bytes(name: str, text: str) -> int:
    """The bytes that a text says.

    Args:
        name: The option, for messages.
        text: A number and, if any, one of UNITS.

    Raises:
        InputError: It is no size.

    Example:
        >>> parse_bytes("--largest-body", "10MB"), parse_bytes("--largest-body", "1.5 kb")
        (10485760, 1536)
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*", text)
    if found is None or found[2].upper() not in UNITS or not float(found[1]):
        raise InputError(f"{name}: '{text}' is no size; write 10MB, 512KB or a number of bytes")
    return round(float(found[1]) * UNITS[found[2].upper()])
