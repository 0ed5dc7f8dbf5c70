"""Text on its way to a terminal: what would steer the terminal is made visible instead."""

from __future__ import annotations

import unicodedata

# Control characters, marks that turn the direction of text, halves of characters, line breaks.
_STEERING = ("Cc", "Cf", "Cs", "Zl", "Zp")
_HARMLESS = "\u00ad\u200c\u200d"  # soft hyphens and the joiners of some scripts and emoji


def plain(text: str) -> str:
    r"""The text with control characters, escapes and direction marks written out.

    Labels, titles and values of files are printed through it: a file must not be able to move the
    cursor, hide a line or set the window's title.

    Example:
        >>> plain("red \x1b[31mshoes\n")
        'red \\x1b[31mshoes\\n'
    """
    return "".join(_visible(char) for char in text)


def plain_lines(text: str) -> str:
    """Like ``plain``, but line breaks stay."""
    return "\n".join(plain(line) for line in text.split("\n"))


def _visible(char: str) -> str:
    if unicodedata.category(char) not in _STEERING or char in _HARMLESS:
        return char
    return char.encode("unicode_escape").decode("ascii")
