"""One thing that is wrong with one row of a source, and what was done about it."""

from __future__ import annotations

from dataclasses import dataclass

from hierhash.plain_text import plain

DROPPED = "the row is dropped"
NO_IMAGE = "kept without image"
NO_TEXT = "kept without text"
NO_LABEL = "kept without this label"
IGNORED = "ignored"

_UNSAFE = frozenset({"Cc", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Problem:
    """A bad row that does not stop the reading.

    Attributes:
        where: ``FILE:LINE`` of the row, or the file's name.
        what: What is wrong, one line.
        action: What happens to the row.
        kind: A short word for counting, such as ``"missing image"``.

    Example:
        >>> print(Problem("items.csv:7", "image 'a.jpg' does not exist", NO_IMAGE, "missing image"))
        items.csv:7: image 'a.jpg' does not exist; kept without image
    """

    where: str
    what: str
    action: str
    kind: str

    def __str__(self) -> str:
        """Place, fault and action in one line that is safe to print."""
        return plain(f"{self.where}: {self.what}; {self.action}")
