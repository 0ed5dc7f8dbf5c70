"""Emoji by four artists, as benchmarks/build_emoji.py makes them, with texts in many languages."""

from __future__ import annotations

import json
from pathlib import Path

from hierhash.data.catalogue import Catalogue
from hierhash.data.readers.imagefolder import METADATA, read_imagefolder
from hierhash.data.readers.sample import sample_text
from hierhash.errors import DataError, did_you_mean
from hierhash.storage.inside_folder import INSIDE, Inside

NAME = "emoji"
TEXTS = "languages.jsonl"
BUILD = "python benchmarks/build_emoji.py"
ENGLISH = "en"


def read_emoji(path: Path, *, language: str = ENGLISH, links: str = INSIDE) -> Catalogue:
    """Read the emoji: an item is one artist's drawing of one emoji.

    The text is the emoji's label and its tags, the same for all artists, so the drawings of one
    emoji stay in one part of a split. Attributes: ``title``, ``keywords`` (parted by ``|``),
    ``artist`` and ``hexcode``. The tree is group > subgroup, its nodes named in all languages.

    Args:
        path: The folder that was built.
        language: Of the texts, such as ``de``; title and keywords stay English.
        links: ``inside``: every file lies in the folder, all links resolved; ``follow``: anywhere.

    Raises:
        DataError: It was not built, is damaged, or has no such language.
    """
    for name in (METADATA[0], TEXTS):
        if not (path / name).is_file():
            raise DataError(f"{path}: no {name} of the emoji here; make them with {BUILD} {path}")
    emoji = read_imagefolder(path, links=links)
    emoji.name = NAME
    if language != ENGLISH:
        texts = language_texts(Inside(path, links).check(path / TEXTS), language)
        emoji.texts = [texts.get(hexcode) for hexcode in emoji.attributes["hexcode"]]
    return emoji


def language_texts(path: Path, language: str) -> dict[str, str]:
    """By hexcode the label and tags of an emoji in a language, as one text.

    Args:
        path: The file of languages: JSON lines with ``hexcode`` and ``texts``.
        language: One of those in it.

    Raises:
        DataError: A line cannot be read, or the language is not there.
    """
    found: dict[str, str] = {}
    known: dict[str, None] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            known.update(dict.fromkeys(row["texts"]))
            if own := row["texts"].get(language):
                found[row["hexcode"]] = sample_text(own["label"], own["tags"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise DataError(
                f"{path}:{number}: not a line of labels and tags by language; build the set again"
            ) from None
    if not found:
        hint = did_you_mean(language, known) or f"; use one of {', '.join(known)}"
        raise DataError(f"{path}: no language '{language}'{hint}")
    return found
