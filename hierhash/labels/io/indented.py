"""A taxonomy as text in which a class lies below the last line that is less indented.

What indents is white space, or else dashes (``-- Birds``); a bullet before every name is left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from hierhash.errors import TreeError
from hierhash.labels.io.text_lines import Line, taxonomy_lines
from hierhash.labels.raw_tree import DEEPEST, Entry, TreeParts, parts_of_file, too_deep

BULLET = re.compile(r"[-*•+]\s+(?=\S)")
DEEPER = re.compile(r"--+\s+\S")
DASHES = re.compile(r"(?:(?P<dashes>-+)\s+)?(?P<name>.*)")


def read_indented(text: str, source: str) -> TreeParts:
    r"""The parts of the tree of indented lines.

    Raises:
        TreeError: Every problem with its line: tabs beside spaces, a line that is less indented
            than its siblings and more than their parent, wrong names.

    Example:
        >>> parts = read_indented("Wear\n  Hats\n  Shoes\nToys\n", "t.txt")
        >>> [(entry.name, len(entry.children)) for entry in parts["entries"]]
        [('Wear', 2), ('Toys', 0)]
    """
    lines = taxonomy_lines(text, source)
    problems: list[str] = []
    top: list[Entry] = []
    above: list[tuple[int, Entry]] = []
    for (width, name), line in zip(_indents(lines, problems), lines, strict=True):
        left = None
        while above and above[-1][0] >= width:
            left = above.pop()[0]
        if left is not None and left > width:
            # It closes deeper lines: as wide as one that was open, or as none.
            problems.append(
                f"{line.where}: indented by {width}, which fits none of the lines above it; "
                "give siblings the same indentation"
            )
        entry = Entry(name, line.where)
        (above[-1][1].children if above else top).append(entry)
        above.append((width, entry))
        if len(above) > DEEPEST:
            raise TreeError(too_deep(line.where))
    return parts_of_file(top, source, problems)


def _indents(lines: Sequence[Line], problems: list[str]) -> list[tuple[int, str]]:
    """How far each line is indented, and what stands there."""
    spaces = [line.text[: len(line.text) - len(line.text.lstrip())] for line in lines]
    used = {sign for space in spaces for sign in space}
    if len(used) > 1:
        first = next(space[0] for space in spaces if space)
        other = next(i for i, space in enumerate(spaces) if set(space) - {first})
        problems.append(
            f"{lines[other].where}: indented by tabs and spaces; use one of them in the whole file"
        )
    texts = [line.text.strip() for line in lines]
    if not used and any(DEEPER.match(text) for text in texts):
        found = [DASHES.fullmatch(text) for text in texts]
        return [(len(one["dashes"] or ""), one["name"]) for one in found if one is not None]
    if texts and all(BULLET.match(text) for text in texts):
        texts = [BULLET.sub("", text, count=1) for text in texts]
    return [(len(space), text) for space, text in zip(spaces, texts, strict=True)]


def are_indented(lines: Sequence[Line]) -> bool:
    """Whether lines are indented by white space, and not all alike."""
    return len({len(line.text) - len(line.text.lstrip()) for line in lines}) > 1
