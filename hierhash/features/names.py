"""Names of backbones and vectorisers: a word, or a library and its model (``timm:resnet18``)."""

from __future__ import annotations

from collections.abc import Iterable

from hierhash.errors import did_you_mean


def family(name: str) -> str:
    """The part of a name that a registry knows.

    Example:
        >>> family("timm:resnet18"), family("pixels")
        ('timm:', 'pixels')
    """
    before, colon, _ = name.partition(":")
    return before + colon


def name_problem(what: str, name: str, known: Iterable[str]) -> str | None:
    """What is wrong with a name, or nothing; the model after a colon is not read.

    Args:
        what: What the name should be of, for the message.
        name: As a config gives it.
        known: The words, and the libraries with their colon.

    Example:
        >>> name_problem("image backbone", "timm:", ["pixels", "timm:"])
        "'timm:' names no model; add one after the colon"
    """
    names = list(known)
    if family(name) not in names:
        hint = did_you_mean(family(name), names) or f"; use one of {', '.join(names)}"
        return f"no {what} '{name}'{hint}"
    return f"'{name}' names no model; add one after the colon" if name.endswith(":") else None
