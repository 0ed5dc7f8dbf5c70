"""Which variable of a .mat file is what, by the names under which the data sets circulate."""

from __future__ import annotations

import re
from dataclasses import dataclass

ROLES: dict[str, tuple[str, ...]] = {
    "images": ("images", "iall", "image", "img", "xall", "i", "x", "index"),
    "texts": ("tags", "yall", "texts", "text", "tall", "txt", "t", "y", "caption", "captions"),
    "labels": ("labels", "lall", "label", "l", "category"),
    "names": ("fall", "filenames", "files"),
}
"""Lower-case variable names of each role. MIRFLICKR-25K, NUS-WIDE and IAPR TC-12 come as
IAll / YAll / LAll / FAll (XAll = image features), as images / tags / labels, or, in files of newer
systems, as index (picture names) / caption (texts) / category (labels)."""

PART_NAMES = {
    "tr": "train",
    "train": "train",
    "te": "query",
    "test": "query",
    "query": "query",
    "val": "validation",
    "db": "database",
    "database": "database",
    "retrieval": "database",
}
_PART = re.compile(rf"^([IXTYL])_?({'|'.join(PART_NAMES)})$", re.IGNORECASE)


@dataclass(frozen=True)
class Field:
    """What a variable is: its role and, when the name says so, its part of the split."""

    role: str
    part: str = ""


def field_of(name: str) -> Field | None:
    """What a variable holds, or None for one that is not used.

    Example:
        >>> field_of("I_tr"), field_of("XAll"), field_of("param")
        (Field(role='images', part='train'), Field(role='images', part=''), None)
    """
    found = _PART.match(name)
    letter = found.group(1).lower() if found else name.lower()
    part = PART_NAMES[found.group(2).lower()] if found else ""
    for role, names in ROLES.items():
        if letter in names:
            return Field(role, part)
    return None
