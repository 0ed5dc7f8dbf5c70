"""Text in CSV files that people open in a spreadsheet."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """The text, with ``'`` before it where a spreadsheet would run it as a formula.

    Example:
        >>> safe_cell("=HYPERLINK(1)"), safe_cell("red shoes")
        ("'=HYPERLINK(1)", 'red shoes')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
