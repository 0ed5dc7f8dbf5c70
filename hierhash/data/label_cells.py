"""The label cell of a row, in any of the forms that people write, as label strings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hierhash.labels.paths import format_path


def label_strings(value: Any, *, separator: str = "|", one_path: bool = False) -> tuple[str, ...]:
    """Label strings from a cell.

    Args:
        value: None; text, where ``separator`` stands between several labels; or a list of texts.
            A list inside the list is one path given name by name.
        separator: Between labels in a text.
        one_path: A list is the names of one path, not several labels.

    Raises:
        ValueError: Not text, a number, or a list of such.

    Example:
        >>> label_strings("Apparel/Topwear | Sale")
        ('Apparel/Topwear', 'Sale')
        >>> label_strings(["Apparel", "Topwear"], one_path=True)
        ('Apparel/Topwear',)
    """
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(separator) if part.strip())
    if isinstance(value, bool | float | dict):
        raise ValueError("labels must be text or a list of texts")
    if isinstance(value, int):
        return (str(value),)
    if one_path:
        path = _names(value)
        return (format_path(path),) if path else ()
    return tuple(
        label
        for part in value
        for label in ((format_path(_names(part)),) if isinstance(part, list) else _names([part]))
        if label
    )


def _names(values: Sequence[Any]) -> tuple[str, ...]:
    if any(isinstance(value, dict | list | float | bool) or value is None for value in values):
        raise ValueError("labels must be text or a list of texts")
    return tuple(str(value).strip() for value in values if str(value).strip())
