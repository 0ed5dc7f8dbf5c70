"""A taxonomy printed as nested sets: ``12 | [20-21] | Bird Toys``, id, interval and name.

A class lies below the last one whose interval holds its own; how a line is indented says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hierhash.errors import TreeError
from hierhash.labels.io.text_lines import Line, taxonomy_lines
from hierhash.labels.raw_tree import DEEPEST, Entry, TreeParts, parts_of_file, shown, too_deep

ROW = re.compile(
    r"\s*(?P<id>\S+)\s*\|\s*\[\s*(?P<left>\d+)\s*-\s*(?P<right>\d+)\s*\]\s*\|\s*(?P<name>.*)"
)


def read_nested_sets(text: str, source: str) -> TreeParts:
    r"""The parts of the tree of some intervals.

    Raises:
        TreeError: Every problem with its line: no such line, intervals that cut each other, names.

    Example:
        >>> parts = read_nested_sets("1 | [1-4] | Wear\n 2 | [2-3] | Hats\n", "t.txt")
        >>> parts["entries"][0].children[0].id
        '2'
    """
    problems: list[str] = []
    top: list[Entry] = []
    above: list[tuple[int, Entry]] = []
    for left, right, entry in sorted(_rows(text, source, problems), key=lambda row: row[0]):
        while above and above[-1][0] < left:
            above.pop()
        if left >= right or (above and right >= above[-1][0]):
            problems.append(
                f"{entry.where}: the interval {left}-{right} does not lie within that of the class "
                "above it; correct its numbers"
            )
        (above[-1][1].children if above else top).append(entry)
        above.append((right, entry))
        if len(above) > DEEPEST:
            raise TreeError(too_deep(entry.where))
    return parts_of_file(top, source, problems)


def _rows(text: str, source: str, problems: list[str]) -> Iterator[tuple[int, int, Entry]]:
    """Interval and class of each line; siblings need not stand together, nor in order."""
    for line in taxonomy_lines(text, source):
        found = ROW.fullmatch(line.text)
        if found is None:
            problems.append(f"{line.where}: '{shown(line.text)}' is not: id | [left-right] | name")
        else:
            entry = Entry(found["name"], line.where, id=found["id"])
            yield int(found["left"]), int(found["right"]), entry


def are_nested_sets(lines: Sequence[Line]) -> bool:
    """Whether most lines have an interval."""
    return sum(ROW.fullmatch(line.text) is not None for line in lines) > len(lines) / 2
