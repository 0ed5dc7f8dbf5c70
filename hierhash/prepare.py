"""Builds what a config names: catalogue, tree, split, features, method.

It is the one reader of configs below the command line and the benchmarks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hierhash.config.schema import DataConfig, FacetConfig, FeaturesConfig
from hierhash.data.catalogue import Catalogue
from hierhash.data.sources import read
from hierhash.data.split.choice import UNSEEN_LEAVES, choose_split
from hierhash.data.split.split import Split
from hierhash.errors import ConfigError, DataError, did_you_mean
from hierhash.features.cache import cached_image_features
from hierhash.features.image_backbones import image_backbone
from hierhash.features.text_vectorisers import TextVectoriser, text_vectoriser
from hierhash.labels.facets import CATEGORY, Facet, facet_of, value_tree
from hierhash.labels.items import ItemLabels
from hierhash.labels.tree import LabelTree, load_tree
from hierhash.lessons import Lessons, Names
from hierhash.training.items import Items

Advance = Callable[[int], None]
NO_FACETS: Mapping[str, FacetConfig] = {}
_WORDS = {"image": "picture", "text": "text"}


@dataclass(frozen=True)
class LabelledItems:
    """The items of a data set with their tree and labels; row i of everything is item i."""

    catalogue: Catalogue
    tree: LabelTree
    labels: ItemLabels


@dataclass(frozen=True)
class Prepared:
    """A data set ready for training: row i of everything is item i of the catalogue.

    ``texts`` are those that the vectoriser reads: where ``data.text`` says so, masked.
    """

    catalogue: Catalogue
    tree: LabelTree
    labels: ItemLabels
    split: Split
    items: Items
    vectoriser: TextVectoriser | None
    texts: Sequence[str | None]
    facets: Mapping[str, Facet] = field(default_factory=dict)
    lessons: Lessons | None = None

    @property
    def train(self) -> Items:
        """The training items, with what else is to be learnt from; a copy of their features."""
        train = self.items.subset(self.split.train)
        return train if self.lessons is None else self.lessons.added_to(train)


@dataclass(frozen=True)
class Kept:
    """What a run fixed before it was trained; its weights fit these and no others.

    Args:
        split: The split file of the run.
        tree: Its tree.
        vectoriser: Its vocabulary; None learns it again from the training texts.
        facets: The trees of its facets.
    """

    split: Path
    tree: LabelTree
    vectoriser: TextVectoriser | None
    facets: Mapping[str, LabelTree] = field(default_factory=dict)


def prepare(
    data: DataConfig,
    features: FeaturesConfig,
    device: str,
    advance: Advance = lambda _: None,
    kept: Kept | None = None,
    needs: frozenset[str] = frozenset({"image", "text"}),
    facets: Mapping[str, FacetConfig] = NO_FACETS,
) -> Prepared:
    """Reads, splits and vectorises a data set.

    The vocabulary is learnt from the training texts alone.

    Args:
        data: Which items.
        features: What the branches read.
        device: Where the image backbone runs.
        advance: Told the number of pictures done.
        kept: Split, tree and vocabulary of a run, taken instead of making them anew.
        needs: Modalities that are read; data without one of them are refused, before long work.
        facets: What of the items is a tree beside their category, by name.

    Raises:
        InputError: Anything wrong with the data, tree, split or features.
    """
    read_items = labelled_items(data, kept.tree if kept else None)
    catalogue, tree, labels = read_items.catalogue, read_items.tree, read_items.labels
    split = _split(data, catalogue, labels, tree, kept)
    # Names of nodes are texts, too: with them pictures alone can be searched by text.
    _check_modalities(catalogue, needs - {"text"} if data.names else needs)
    others = _facets(facets, catalogue, split, kept)
    rows: dict[str, Any] = {}
    vectoriser, lessons, texts = None, None, catalogue.texts
    # Texts first: what is wrong with them is said before the long work on pictures.
    if "text" in needs:
        texts = _texts(data, catalogue, labels, tree)
        trees = {CATEGORY: tree} | {name: facet.tree for name, facet in others.items()}
        names = Names.of(trees) if data.names else None
        vectoriser, rows["text"] = _text_rows(catalogue, texts, features, split, kept, names)
        if vectoriser is None and (names or data.short_texts):
            key = "names" if names else "short_texts"
            raise ConfigError(
                f"data.{key}: {catalogue.name} brings text features of its own, and other texts "
                "cannot be read beside them; leave the key out"
            )
        if vectoriser is not None and (names or data.short_texts):
            train = [texts[row] or "" for row in split.train.tolist()]
            lessons = Lessons(vectoriser, train, names, data.short_texts)
    if "image" in needs:
        rows["image"] = _image_rows(catalogue, features, device, advance)
    known = {"image": catalogue.has_image, "text": catalogue.has_text}
    has = {modality: known[modality] for modality in rows}
    items = Items(rows, has, labels, {name: facet.labels for name, facet in others.items()})
    return Prepared(catalogue, tree, labels, split, items, vectoriser, texts, others, lessons)


def _facets(
    facets: Mapping[str, FacetConfig], catalogue: Catalogue, split: Split, kept: Kept | None
) -> dict[str, Facet]:
    """The facets of a catalogue; the values of a column are those of its training items."""
    found = {}
    for name, facet in facets.items():
        if facet.column not in catalogue.attributes:
            known = catalogue.attributes
            hint = did_you_mean(facet.column, known) or f"; it has {', '.join(known) or 'none'}"
            raise ConfigError(
                f"facets.{name}.column: {catalogue.name} has no column '{facet.column}'{hint}"
            )
        cells = catalogue.attributes[facet.column]
        if kept is not None:
            tree = kept.facets[name]
        elif facet.tree is not None:
            tree = load_tree(facet.tree)
        else:
            train = [cells[row] for row in split.train.tolist()]
            tree = value_tree(train, name, facet.min_count)
        strict = catalogue.where.__getitem__ if facet.tree is not None else None
        found[name] = facet_of(cells, tree, strict)
    return found


def labelled_items(data: DataConfig, tree: LabelTree | None = None) -> LabelledItems:
    """Reads the items of a data set and their labels, without features.

    Args:
        data: Which items.
        tree: Their tree; None takes the one of the config, or else of the source.

    Raises:
        InputError: Anything wrong with the data or the tree.
    """
    catalogue = read(data.source, data.path, **data.options)
    if tree is None:
        tree = _tree(data, catalogue)
    return LabelledItems(
        catalogue, tree, tree.encode(catalogue.labels, where=catalogue.where.__getitem__)
    )


def _check_modalities(catalogue: Catalogue, needs: frozenset[str]) -> None:
    needed = " and ".join(f"{_WORDS[modality]}s" for modality in _WORDS if modality in needs)
    for modality, has, column in (
        ("image", catalogue.has_image, "file_name or image"),
        ("text", catalogue.has_text, "text or title"),
    ):
        if modality in needs and not has.any():
            what = _WORDS[modality]
            raise DataError(
                f"{catalogue.name}: no item has a {what}, and training needs {needed}; "
                f"give a column of {what}s ({column}; docs/data.md){_other(modality)}"
            )


def _other(modality: str) -> str:
    if modality == "image":
        return ""
    return (
        ", learn from the names in the tree with data.names=true, or take method itq, which learns "
        "from pictures alone"
    )


def _tree(data: DataConfig, catalogue: Catalogue) -> LabelTree:
    if data.tree is not None:
        return load_tree(data.tree)
    if catalogue.tree is not None:
        return catalogue.tree
    raise ConfigError(
        f"data.tree: the source '{data.source}' brings no tree; give a tree file, "
        "or the name of a shipped one"
    )


def _split(
    data: DataConfig,
    catalogue: Catalogue,
    labels: ItemLabels,
    tree: LabelTree,
    kept: Kept | None,
) -> Split:
    if kept is not None:
        return Split.load(kept.split, catalogue.ids)
    if data.split.file is not None:
        return Split.load(data.split.file, catalogue.ids)
    own = data.split
    return choose_split(
        catalogue,
        labels,
        tree,
        sizes=own.sizes,
        seed=own.seed,
        group_by=own.group_by,
        parts=own.parts,
        unseen_leaves=UNSEEN_LEAVES if own.protocol == "unseen_leaves" else 0,
        unseen_value=own.unseen_value,
    )


def _texts(
    data: DataConfig, catalogue: Catalogue, labels: ItemLabels, tree: LabelTree
) -> list[str | None]:
    if data.text == "plain":
        return catalogue.texts
    from hierhash.data.masking import mask_texts

    paths = [tree.paths(own) for own in catalogue.labels]
    return mask_texts(catalogue.texts, paths, tree)


def _image_rows(
    catalogue: Catalogue, features: FeaturesConfig, device: str, advance: Advance
) -> Any:
    if catalogue.image_features is not None:
        return _finite(catalogue.image_features, catalogue, "image")
    has = catalogue.has_image
    images = [image for image in catalogue.images if image is not None]
    backbone = image_backbone(features.image.backbone(device))
    rows = cached_image_features(images, backbone, advance=advance)
    full = np.zeros((len(catalogue), *rows.shape[1:]), dtype=rows.dtype)
    full[has] = rows
    return full


def _finite(features: Any, catalogue: Catalogue, modality: str) -> Any:
    """Features of the source as float32, dense or sparse; none of them may be missing."""
    rows = features.astype(np.float32)
    sums = np.asarray(rows.sum(axis=1, dtype=np.float64)).ravel()
    wrong = np.flatnonzero(~np.isfinite(sums))
    if len(wrong):
        raise DataError(
            f"{catalogue.where[wrong[0]]}: the {modality} features are not all finite numbers "
            f"({len(wrong)} such items); correct them or leave the items out"
        )
    return rows


def _text_rows(
    catalogue: Catalogue,
    texts: list[str | None],
    features: FeaturesConfig,
    split: Split,
    kept: Kept | None,
    names: Names | None,
) -> tuple[TextVectoriser | None, Any]:
    if catalogue.text_features is not None:
        return None, _finite(catalogue.text_features, catalogue, "text")
    vectoriser = kept.vectoriser if kept is not None else None
    if vectoriser is None:
        vectoriser = text_vectoriser(features.text)
        known = [text for i in split.train if (text := texts[i]) is not None]
        # Twice, for a word that stands in one text alone is left out.
        vectoriser.fit([*known, *(2 * names.texts if names else [])])
    return vectoriser, vectoriser.transform([text or "" for text in texts])
