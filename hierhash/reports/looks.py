"""How each method looks in every report: a colour and a mark that depend on its name alone."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

# (on light paper, on dark paper). The first eleven were found by a search for colours that eyes
# without red or green cones tell apart, too; a test measures it.
PALETTE = (
    ("#0b4cb9", "#0485fd"),
    ("#ff5403", "#ff9800"),
    ("#24a35c", "#14d480"),
    ("#9d1674", "#e871ba"),
    ("#984c00", "#fbf600"),
    ("#bb75af", "#868b56"),
    ("#0f0061", "#feffea"),
    ("#650018", "#a05073"),
    ("#8719ff", "#9eacff"),
    ("#3091fa", "#4debff"),
    ("#4c008f", "#c610ba"),
    ("#7a3e12", "#c79a76"),
    ("#4c6b1f", "#a9cf6b"),
    ("#a11d1d", "#ff7d74"),
    ("#2b3f8f", "#8ea0f0"),
)
MARKS = (
    ("o", "●"),
    ("s", "■"),
    ("^", "▲"),
    ("v", "▼"),
    ("<", "◀"),
    (">", "▶"),
    ("D", "◆"),
    ("P", "✚"),
    ("X", "✖"),
    ("*", "★"),
    ("p", "⬟"),
)
"""Each mark as matplotlib names it and as a letter."""

KNOWN = (
    "hierarchical_dcmh",
    "dcmh_multitask_flat",
    "dcmh_tuned",
    "dcmh_leaf",
    "dcmh_any",
    "dcmh_published",
    "posterior_float",
    "classifier_code",
    "soft_contrast",
    "itq",
    "expected_tree_codes",
)


@dataclass(frozen=True)
class Look:
    """A method's place in ``PALETTE``, its marker in charts, and the same mark as a letter."""

    colour: int
    marker: str
    letter: str


def look(name: str) -> Look:
    """The look of a method.

    Known presets have places of their own; any other name has one of the remaining colours and a
    mark by a hash of the name, so it looks the same in every report.

    Example:
        >>> look("hierarchical_dcmh").colour, look("mine") == look("mine"), look("mine").colour > 9
        (0, True, True)
    """
    if name in KNOWN:
        place = KNOWN.index(name)
        return Look(place, *MARKS[place])
    number = zlib.crc32(name.encode())
    rest = len(PALETTE) - len(KNOWN)
    return Look(len(KNOWN) + number % rest, *MARKS[number // rest % len(MARKS)])
