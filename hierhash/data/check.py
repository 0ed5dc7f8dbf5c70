"""Look at every item of a catalogue: pictures, labels, texts; name what is wrong with each row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hierhash.data.catalogue import DROPPED, NO_IMAGE, NO_LABEL, Catalogue, Problem
from hierhash.data.images import DEFAULT_MAX_PIXELS, ImageRef, decode, image_size
from hierhash.errors import DataError, TreeError
from hierhash.plain_text import plain

if TYPE_CHECKING:
    from hierhash.labels.tree import LabelTree


SHOWN = 10
"""Lines of one kind of problem before the rest is counted."""


@dataclass(frozen=True)
class Checked:
    """What a check gave.

    Attributes:
        catalogue: The good part: unreadable pictures are None, unknown labels are gone, rows of
            which nothing is left are gone. Labels are as they were read.
        problems: All that was wrong, those of the reader first.
    """

    catalogue: Catalogue
    problems: list[Problem]


def check(
    catalogue: Catalogue,
    tree: LabelTree | None = None,
    *,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    decode_images: bool = True,
    workers: int = 4,
    advance: Callable[[int], None] = lambda _: None,
) -> Checked:
    """Check each item.

    Args:
        catalogue: What a reader returned.
        tree: The tree that labels must be in; default: the catalogue's own, or no check.
        max_pixels: Larger pictures are refused from their header.
        decode_images: Unpack each picture whole; otherwise only its header is read.
        workers: Threads that read pictures.
        advance: Told how many more items were looked at.

    Example:
        >>> shop = Catalogue("shop", ["1"], [None], ["hat"], [("Hats",)])
        >>> from hierhash.labels import LabelTree
        >>> print(check(shop, LabelTree.from_nested(["Hat"])).problems[0])
        shop:1: label 'Hats' is not in the tree...; did you mean 'Hat'?; kept without this label
    """
    tree = tree or catalogue.tree
    images, image_problems = _check_images(catalogue, max_pixels, decode_images, workers, advance)
    labels, label_problems = _check_labels(catalogue, tree)
    problems = [*catalogue.problems, *image_problems, *label_problems]
    kept = replace(catalogue, images=images, labels=labels, problems=[])
    has = kept.has_image | kept.has_text
    lost = [row for row in range(len(kept)) if not has[row]]
    if lost:
        problems = [_dropped(p, {catalogue.where[row] for row in lost}) for p in problems]
        kept = kept.subset(has)
    return Checked(kept, problems)


def _dropped(problem: Problem, lost: set[str]) -> Problem:
    """The picture was all that the row had."""
    if problem.where in lost and problem.action == NO_IMAGE:
        return replace(problem, action=f"{DROPPED}, for it has no text either")
    return problem


def _check_images(
    catalogue: Catalogue,
    max_pixels: int,
    whole: bool,
    workers: int,
    advance: Callable[[int], None],
) -> tuple[list[ImageRef | None], list[Problem]]:
    def problem_of(image: ImageRef | None) -> tuple[str, str] | None:
        if image is None:
            return None
        try:
            content = image.read()
        except DataError as error:
            return str(error), "missing image"
        try:
            image_size(content, str(image), max_pixels)
        except DataError as error:
            return str(error), "huge image" if "limit" in str(error) else "unreadable image"
        try:
            if whole:
                decode(content, str(image), max_pixels)
        except DataError as error:
            return str(error), "unreadable image"
        return None

    with ThreadPoolExecutor(max_workers=workers) as pool:
        found = []
        for problem in pool.map(problem_of, catalogue.images):
            found.append(problem)
            advance(1)
    images = [
        None if wrong else image for image, wrong in zip(catalogue.images, found, strict=True)
    ]
    problems = [
        Problem(catalogue.where[row], wrong[0], NO_IMAGE, wrong[1])
        for row, wrong in enumerate(found)
        if wrong
    ]
    return images, problems


def _check_labels(
    catalogue: Catalogue, tree: LabelTree | None
) -> tuple[list[tuple[str, ...]], list[Problem]]:
    if tree is None:
        return catalogue.labels, []
    wrong_of: dict[str, str | None] = {}
    kept: list[tuple[str, ...]] = []
    problems = []
    for row, labels in enumerate(catalogue.labels):
        for label in labels:
            if label not in wrong_of:
                wrong_of[label] = _label_problem(label, tree)
            if wrong := wrong_of[label]:
                problems.append(Problem(catalogue.where[row], wrong, NO_LABEL, "unknown label"))
        kept.append(tuple(label for label in labels if wrong_of[label] is None))
    return kept, problems


def _label_problem(label: str, tree: LabelTree) -> str | None:
    try:
        tree.paths([label])
    except TreeError as error:
        return str(error).replace("\n", ", ")
    return None


def grouped(problems: Iterable[Problem], shown: int = SHOWN) -> list[str]:
    """One line for equal problems, with the first place; at most ``shown`` lines of a kind.

    Example:
        >>> lost = [Problem(f"a.csv:{k}", "label 'Hat' is unknown", "kept", "x") for k in (2, 5)]
        >>> grouped(lost)
        ["2 items: label 'Hat' is unknown; kept; first at a.csv:2"]
    """
    equal: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in problems:
        equal.setdefault((problem.kind, problem.what, problem.action), []).append(problem)
    lines = []
    told: dict[str, int] = {}
    left: dict[str, int] = {}
    for (kind, what, action), own in equal.items():
        told[kind] = told.get(kind, 0) + 1
        if told[kind] > shown:
            left[kind] = left.get(kind, 0) + len(own)
        elif len(own) == 1:
            lines.append(str(own[0]))
        else:
            first = f"{len(own)} items: {what}; {action}; first at {own[0].where}"
            lines.append(plain(first))
    return lines + [
        f"... and {count} more of the kind: {kind}; hierhash data check --all lists each"
        for kind, count in left.items()
    ]
