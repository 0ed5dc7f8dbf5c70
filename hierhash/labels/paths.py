"""Names, paths and aliases of label-tree nodes, and their text forms ``A/B/C`` and ``a|b``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import TypeAlias

Path: TypeAlias = tuple[str, ...]
"""A node: the names from level 1 down to it. The root is ``()``."""

ROOT: Path = ()
LONGEST_NAME = 500  # YAML keys end at 1024 characters, and no class needs more

_FORBIDDEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
_ESCAPED = re.compile(r"\\([\\/])|(/)")
_ALIAS = re.compile(r"(?:[^|\\]|\\.|\\$)+")
_ESCAPED_IN_ALIAS = re.compile(r"\\([|\\])")


def clean_name(name: str) -> str:
    r"""The form in which names are kept and compared: no outer white space, Unicode NFC.

    The same tree then has the same names whether it was typed, read from a table or listed from a
    macOS folder, whose file names come decomposed.

    Example:
        >>> clean_name(" cafe\u0301 ") == "caf\u00e9"
        True
    """
    return unicodedata.normalize("NFC", name).strip()


def name_problem(name: str) -> str | None:
    r"""What is wrong with a cleaned node name, or None.

    Example:
        >>> name_problem("T-shirts/Tops") is None
        True
        >>> name_problem("")
        'empty name; write the name of the class'
        >>> name_problem("two\nlines")
        "the name 'two\\nlines' holds a control character or line break; remove it"
    """
    if not name:
        return "empty name; write the name of the class"
    if len(name) > LONGEST_NAME:
        return f"the name '{name[:30]}...' is longer than {LONGEST_NAME} characters; shorten it"
    if name.isascii() and name.isprintable():
        return None  # nearly every name: quick, for trees of many thousand nodes
    if any(unicodedata.category(char) in _FORBIDDEN or char in "\ufffe\uffff" for char in name):
        return f"the name {name!r} holds a control character or line break; remove it"
    return None


def format_path(path: Path) -> str:
    r"""The text form of a path; a slash inside a name is written ``\/``, a backslash ``\\``.

    Example:
        >>> format_path(("Apparel", "Topwear", "Tops"))
        'Apparel/Topwear/Tops'
        >>> print(format_path(("Audio/Video", "Cables")))
        Audio\/Video/Cables
    """
    return "/".join(name.replace("\\", "\\\\").replace("/", "\\/") for name in path)


def parse_path(text: str) -> Path:
    r"""The path written as ``text``: the reverse of `format_path`; names are cleaned.

    Empty text is the root. Empty names (``A//B``) are kept, so that the caller can report them.

    Example:
        >>> parse_path("Apparel/Topwear/Tops")
        ('Apparel', 'Topwear', 'Tops')
        >>> parse_path(r"Audio\/Video/Cables")
        ('Audio/Video', 'Cables')
    """
    if not text.strip():
        return ROOT
    names: list[str] = []
    current: list[str] = []
    last = 0
    for found in _ESCAPED.finditer(text):
        current.append(text[last : found.start()])
        last = found.end()
        if found.group(1):
            current.append(found.group(1))
        else:
            names.append(clean_name("".join(current)))
            current = []
    current.append(text[last:])
    names.append(clean_name("".join(current)))
    return tuple(names)


def join_aliases(aliases: Iterable[str]) -> str:
    r"""The cell of a node's aliases; a ``|`` inside one is written ``\|``, a backslash ``\\``.

    Example:
        >>> print(join_aliases(["a", "b|c"]))
        a|b\|c
    """
    return "|".join(alias.replace("\\", "\\\\").replace("|", "\\|") for alias in aliases)


def split_aliases(cell: str) -> tuple[str, ...]:
    r"""The aliases in a cell: the reverse of `join_aliases`; empty ones are left out.

    Example:
        >>> split_aliases(r"a| b\|c |")
        ('a', 'b|c')
    """
    found = [_ESCAPED_IN_ALIAS.sub(r"\1", part).strip() for part in _ALIAS.findall(cell)]
    return tuple(alias for alias in found if alias)
