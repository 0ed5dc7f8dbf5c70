"""Nothing outside a catalogue is read: a link in a foreign catalogue could show any file.

A catalogue is data of someone else. A link in it, or a name such as ``../../etc/passwd``, would put
a private file of the reader into an import or a report. So what leads out of the catalogue's own
folder is refused unless the user says ``links=follow``.
"""

from __future__ import annotations

import os
from pathlib import Path

from hierhash.errors import DataError

INSIDE, FOLLOW = "inside", "follow"
REMEDY = "copy it there, or allow links with -o links=follow"


class Inside:
    """Tells what lies inside a folder once all links are resolved.

    Args:
        root: The folder; it may be a link itself, for the user named it.
        links: ``inside`` (the default of every reader), or ``follow`` to let links lead anywhere.

    Raises:
        DataError: ``links`` is neither.

    Example:
        >>> shop = Inside(Path("/tmp/shop"))
        >>> shop.holds(Path("/tmp/shop/1.png")), shop.holds(Path("/tmp/shop/../2.png"))
        (True, False)
    """

    def __init__(self, root: Path, links: str = INSIDE) -> None:
        check_links(links)
        self.root = root
        self.follow = links == FOLLOW
        self._real = os.path.realpath(root)
        self._folders: dict[str, str] = {}

    @property
    def bound(self) -> str | None:
        """The real folder that pictures may not lie outside of; None when links are followed."""
        return None if self.follow else self._real

    def holds(self, path: Path) -> bool:
        """Whether the file may be read. Whether it is there is not asked."""
        if self.follow:
            return True
        folder, name = os.path.split(path)
        # Folders repeat and are resolved once; most files are no links.
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder)
        real = os.path.join(self._folders[folder], name)
        if name in ("", os.curdir, os.pardir) or os.path.islink(real):
            real = os.path.realpath(path)
        return is_below(real, self._real)

    def check(self, path: Path) -> Path:
        """The path of a file that the catalogue cannot do without.

        Raises:
            DataError: It leads out.
        """
        if not self.holds(path):
            raise DataError(f"{path}: leads out of the catalogue; {REMEDY}")
        return path


def check_links(links: str) -> None:
    """Refuse a value of the option ``links`` that is none.

    Raises:
        DataError: It is neither ``inside`` nor ``follow``.
    """
    if links not in (INSIDE, FOLLOW):
        raise DataError(f"option links: '{links}' is not {INSIDE} or {FOLLOW}")


def is_below(real: str, root: str) -> bool:
    """Whether a resolved path is a resolved folder or lies in it.

    Example:
        >>> is_below("/a/b", "/a"), is_below("/ab", "/a"), is_below("/x", "/")
        (True, False, True)
    """
    return real == root or real.startswith(root.rstrip(os.sep) + os.sep)
