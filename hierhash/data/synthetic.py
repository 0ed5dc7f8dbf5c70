"""A made-up catalogue of any size: a tree, features of two modalities, readable texts.

Rows come in fixed blocks, each with its own random stream, so that the same seed gives the same
items whatever part of them is asked for and however it is streamed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hierhash.data.catalogue import Catalogue
from hierhash.errors import DataError
from hierhash.labels.paths import format_path

if TYPE_CHECKING:
    from hierhash.labels.tree import LabelTree


BLOCK = 4096
COLOURS = ("red", "blue", "green", "black", "white", "yellow", "brown", "grey")


_SYLLABLES = [first + vowel for first in "bdfgklmnprstvz" for vowel in "aeiou"]
_COUNT = len(_SYLLABLES) ** 3


@dataclass(frozen=True)
class Chunk:
    """Consecutive items: ids, leaf numbers, float32 features of both modalities, texts, colours."""

    start: int
    leaf: NDArray[np.int64]
    image_features: NDArray[np.float32]
    text_features: NDArray[np.float32]
    texts: list[str]
    colours: list[str]


@dataclass(frozen=True)
class Synthetic:
    """The recipe of a made-up catalogue; nothing is made before it is asked for.

    Args:
        n: Items.
        branching: Children per node, by level: (4, 3, 3) has 36 leaves.
        difficulty: Noise. By a linear classifier on the image features of 36 leaves: 0 is trivial,
            1 gives 0.82 of the leaves and 0.98 of the middle level, 2 gives 0.39 and 0.74, 4 hides
            the leaves and leaves the coarse level half visible.
        image_dim: Width of the image features.
        text_dim: Width of the text features.
        tail: 0 = all leaves equally frequent; 1 = the k-th leaf has frequency 1/k.
        seed: Draws everything.

    Example:
        >>> recipe = Synthetic(n=10, branching=(2, 2), image_dim=8, text_dim=6)
        >>> [chunk.image_features.shape for chunk in recipe.chunks()]
        [(10, 8)]
    """

    n: int
    branching: Sequence[int] = (4, 3, 3)
    difficulty: float = 1.0
    image_dim: int = 64
    text_dim: int = 48
    tail: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse sizes that make no catalogue."""
        problems = []
        if self.n < 1:
            problems.append(f"n is {self.n}; it must be at least 1")
        if not self.branching or min(self.branching) < 1:
            problems.append("branching needs at least one level, each with at least one child")
        if self.difficulty < 0 or self.tail < 0:
            problems.append("difficulty and tail must not be negative")
        if min(self.image_dim, self.text_dim) < 1:
            problems.append("image_dim and text_dim must be at least 1")
        if problems:
            raise DataError([f"synthetic: {problem}" for problem in problems])

    def leaf_paths(self) -> list[tuple[str, ...]]:
        """The leaves' paths, in the order of their numbers."""
        paths: list[tuple[str, ...]] = [()]
        names = node_names()
        for width in self.branching:
            paths = [(*path, next(names)) for path in paths for _ in range(width)]
        return paths

    def tree(self) -> LabelTree:
        """The label tree."""
        from hierhash.labels.tree import LabelTree

        return LabelTree.from_paths(self.leaf_paths(), name="synthetic")

    def chunks(self) -> Iterator[Chunk]:
        """Yield the items in blocks of 4,096; memory stays that of one block."""
        rng = np.random.default_rng([self.seed, 0])
        centres = self._centres(rng)
        dim = centres.shape[1]
        to_image = rng.normal(size=(dim, self.image_dim)) / np.sqrt(dim)
        to_text = rng.normal(size=(dim, self.text_dim)) / np.sqrt(dim)
        weight = 1.0 / np.arange(1, len(centres) + 1) ** self.tail
        paths = self.leaf_paths()
        for start in range(0, self.n, BLOCK):
            block = np.random.default_rng([self.seed, 1, start])
            # Always a whole block, then cut: item i is the same for every n.
            leaf = block.choice(len(centres), size=BLOCK, p=weight / weight.sum())
            # One part of the noise is the item's own and common to both modalities (a title belongs
            # to its picture), the other is each modality's.
            shared = centres[leaf] + 1.2 * self.difficulty * block.normal(size=(BLOCK, dim))
            image = np.tanh(shared @ to_image)
            image += 0.6 * self.difficulty * block.normal(size=image.shape)
            text = np.tanh(shared @ to_text)
            text += 0.6 * self.difficulty * block.normal(size=text.shape)
            colours = [COLOURS[k] for k in block.integers(len(COLOURS), size=BLOCK)]
            texts = self._texts(paths, leaf, colours, block)
            stop = min(BLOCK, self.n - start)
            yield Chunk(
                start,
                leaf[:stop].astype(np.int64),
                image[:stop].astype(np.float32),
                text[:stop].astype(np.float32),
                texts[:stop],
                colours[:stop],
            )

    def _centres(self, rng: np.random.Generator) -> NDArray[np.float64]:
        """(leaves, 32): each level adds a step to its parent, the coarser the larger."""
        centres = np.zeros((1, 32))
        for level, width in enumerate(self.branching):
            centres = np.repeat(centres, width, axis=0)
            centres = centres + rng.normal(size=centres.shape) * 2.0 ** (
                len(self.branching) - 1 - level
            )
        return centres

    def _texts(
        self,
        paths: list[tuple[str, ...]],
        leaf: NDArray[np.int64],
        colours: list[str],
        rng: np.random.Generator,
    ) -> list[str]:
        """Title-like texts; the harder the set, the fewer of them name their class."""
        fillers = made_up_words(200, first=10_000)
        named = rng.random((len(leaf), len(self.branching))) < 1.0 / (1.0 + 0.5 * self.difficulty)
        filler = rng.integers(len(fillers), size=(len(leaf), 3))
        return [
            " ".join(
                [
                    fillers[filler[row, 0]],
                    colours[row],
                    *(name for name, say in zip(paths[leaf[row]], named[row], strict=True) if say),
                    fillers[filler[row, 1]],
                    fillers[filler[row, 2]],
                ]
            )
            for row in range(len(leaf))
        ]


def read_synthetic(
    n: int = 1000,
    branching: Sequence[int] = (4, 3, 3),
    difficulty: float = 1.0,
    image_dim: int = 64,
    text_dim: int = 48,
    tail: float = 0.0,
    seed: int = 0,
) -> Catalogue:
    """A made-up catalogue in memory; see :class:`Synthetic` for the arguments.

    Returns:
        A catalogue with float32 image and text features, texts, one path per item, the attribute
        ``colour`` and the tree; no pictures.

    Example:
        >>> read_synthetic(n=3).labels[0][0].count("/")
        2
    """
    recipe = Synthetic(n, tuple(branching), difficulty, image_dim, text_dim, tail, seed)
    labels = [(format_path(path),) for path in recipe.leaf_paths()]
    chunks = list(recipe.chunks())
    return Catalogue(
        name="synthetic",
        ids=[f"s{row:07d}" for row in range(n)],
        images=[None] * n,
        texts=[text for chunk in chunks for text in chunk.texts],
        labels=[labels[code] for chunk in chunks for code in chunk.leaf.tolist()],
        attributes={"colour": [colour for chunk in chunks for colour in chunk.colours]},
        image_features=np.concatenate([chunk.image_features for chunk in chunks]),
        text_features=np.concatenate([chunk.text_features for chunk in chunks]),
        tree=recipe.tree(),
    )


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
