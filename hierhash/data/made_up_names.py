"""Pronounceable made-up words: names of synthetic classes that no real word can be taken for."""

from __future__ import annotations

from collections.abc import Iterator

_SYLLABLES = [first + vowel for first in "bdfgklmnprstvz" for vowel in "aeiou"]
_COUNT = len(_SYLLABLES) ** 3


def made_up_word(number: int) -> str:
    """The word of a number: different numbers, different words.

    Example:
        >>> made_up_word(1), made_up_word(2)
        ('bogapa', 'demafa')
    """
    more, place = divmod(number, _COUNT)
    # A step without common factor with 343,000 gives neighbours unlike words and repeats none.
    place = place * 197_053 % _COUNT
    word = ""
    for _ in range(3):
        place, digit = divmod(place, len(_SYLLABLES))
        word += _SYLLABLES[digit]
    return word + made_up_word(more - 1) if more else word


def made_up_words(count: int, first: int = 0) -> list[str]:
    """Words of ``count`` numbers from ``first``."""
    return [made_up_word(first + number) for number in range(count)]


def node_names() -> Iterator[str]:
    """Names for the nodes of a tree, without end."""
    number = 1
    while True:
        yield made_up_word(number).capitalize()
        number += 1
