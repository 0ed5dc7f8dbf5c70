"""Masked texts: titles without the words that name a class, so that text has to be understood."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hierhash.labels.paths import Path
    from hierhash.labels.tree import LabelTree

_WORD = re.compile(r"[^\W_]+")
# Scripts written without spaces: a name is found inside a run of characters, not as a word.
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
_SMALL = frozenset({"and", "or", "of", "the", "for", "with", "in", "on", "a", "an"})
_LONGEST_COMPOUND = 3


def stem(word: str) -> str:
    """A light English stem: lower case, plural endings removed.

    Example:
        >>> [stem(word) for word in ("Watches", "Dresses", "Accessories", "T-Shirts", "Glass")]
        ['watch', 'dress', 'accessory', 't-shirt', 'glass']
    """
    word = word.casefold()
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ches", "shes", "sses", "xes", "zes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def mask_texts(
    texts: Sequence[str | None], paths: Sequence[Iterable[Path]], tree: LabelTree
) -> list[str | None]:
    """Remove from each text every word that names a leaf of the tree or a node of its own path.

    Words are compared by stem. Each word of a name counts, and so does the name written in one
    (``T-shirt``, ``T shirt`` and ``tshirts`` all go for ``Tshirts``). Make splits from the plain
    texts before masking: masked ones repeat more often.

    Args:
        texts: n texts or None.
        paths: The node paths of each item (may be empty).
        tree: Its leaf names and aliases are removed everywhere.

    Returns:
        n texts; one of which nothing is left is ``""``, None stays None.

    Example:
        >>> from hierhash.labels import LabelTree
        >>> tree = LabelTree.from_nested({"Apparel": ["Tshirts", "Jeans"]})
        >>> mask_texts(["Puma Men Blue T-Shirt", "Levis jean apparel"],
        ...            [[("Apparel", "Tshirts")], []], tree)
        ['Puma Men Blue', 'Levis apparel']
    """
    everywhere = _name_stems(name for leaf in tree.leaves for name in _names(leaf, tree))
    of_path: dict[Path, frozenset[str]] = {}
    masked: list[str | None] = []
    for text, own in zip(texts, paths, strict=True):
        if text is None:
            masked.append(None)
            continue
        forbidden = everywhere
        for path in own:
            if path not in of_path:
                chain = [path[: depth + 1] for depth in range(len(path))]
                of_path[path] = _name_stems(name for node in chain for name in _names(node, tree))
            forbidden = forbidden | of_path[path]
        masked.append(_mask(text, forbidden))
    return masked


def _names(node: Path, tree: LabelTree) -> tuple[str, ...]:
    return (node[-1], *tree.aliases(node))


def _name_stems(names: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for name in names:
        words = _WORD.findall(name)
        found.update(stem(word) for word in words if word.casefold() not in _SMALL)
        found.add(stem("".join(words)))
    return frozenset(found - {""})


def _mask(text: str, forbidden: frozenset[str]) -> str:
    for name in forbidden:
        if _UNSPACED.search(name):
            text = re.sub(re.escape(name), " ", text, flags=re.IGNORECASE)
    words = list(_WORD.finditer(text))
    gone = [False] * len(words)
    for first in range(len(words)):
        for count in range(1, min(_LONGEST_COMPOUND, len(words) - first) + 1):
            joined = "".join(word.group() for word in words[first : first + count])
            if stem(joined) in forbidden:
                gone[first : first + count] = [True] * count
    kept = []
    at = 0
    for word, remove in zip(words, gone, strict=True):
        if remove:
            kept.append(text[at : word.start()])
            at = word.end()
    kept.append(text[at:])
    # Hyphens and brackets that stood around a removed word have nothing to hold any more.
    tokens = (token for token in " ".join(kept).split() if _WORD.search(token))
    return " ".join(token.strip("-/") for token in tokens)
