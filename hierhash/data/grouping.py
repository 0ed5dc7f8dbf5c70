"""Many problems told in few lines: equal ones once, long runs of a kind cut short."""

from __future__ import annotations

from collections.abc import Iterable

from hierhash.data.problems import Problem
from hierhash.plain_text import plain

SHOWN = 10
"""Lines of one kind of problem before the rest is counted."""


def grouped(problems: Iterable[Problem], shown: int = SHOWN) -> list[str]:
    """One line for equal problems, with the first place; at most ``shown`` lines of a kind.

    Example:
        >>> lost = [Problem(f"a.csv:{k}", "label 'Hat' is unknown", "kept", "x") for k in (2, 5)]
        >>> grouped(lost)
        ["2 items: label 'Hat' is unknown; kept; first at a.csv:2"]
    """
    equal: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in problems:
        equal.setdefault((problem.kind, problem.what, problem.action), []).append(problem)
    lines = []
    told: dict[str, int] = {}
    left: dict[str, int] = {}
    for (kind, what, action), own in equal.items():
        told[kind] = told.get(kind, 0) + 1
        if told[kind] > shown:
            left[kind] = left.get(kind, 0) + len(own)
        elif len(own) == 1:
            lines.append(str(own[0]))
        else:
            first = f"{len(own)} items: {what}; {action}; first at {own[0].where}"
            lines.append(plain(first))
    return lines + [
        f"... and {count} more of the kind: {kind}; hierhash data check --all lists each"
        for kind, count in left.items()
    ]
