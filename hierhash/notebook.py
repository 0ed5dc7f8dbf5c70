"""A run and an index as a notebook uses them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hierhash.answering.asking import ask_rows
from hierhash.answering.session import Session
from hierhash.answering.wish import Mode
from hierhash.data.catalogue import Catalogue
from hierhash.data.sources import PLACELESS, detect, missing, read
from hierhash.errors import DataError, InputError
from hierhash.exported.run import ExportedRun
from hierhash.labels.tree import LabelTree, load_tree
from hierhash.retrieval.items import Hit
from hierhash.retrieval.open_store import open_store
from hierhash.retrieval.run_files import exported_error
from hierhash.retrieval.store import Store
from hierhash.runs.encoding import encode_to_index
from hierhash.runs.given import Picture, given_features, given_pictures, given_texts
from hierhash.runs.indexing import index_database
from hierhash.runs.open_run import open_run
from hierhash.runs.prediction import predict_rows

if TYPE_CHECKING:  # it loads torch, and an exported run needs none
    from hierhash.runs.saved import SavedRun


class Run:
    """A trained run.

    Args:
        saved: What its folder holds.
    """

    def __init__(self, saved: SavedRun | ExportedRun) -> None:
        self.saved = saved

    @property
    def trained(self) -> SavedRun:
        """What its folder holds, where that is not an export.

        Raises:
            RunError: It is one.
        """
        if isinstance(self.saved, ExportedRun):
            raise exported_error(self.saved.folder)
        return self.saved

    @property
    def folder(self) -> Path:
        """The run folder."""
        return self.saved.folder

    @property
    def tree(self) -> LabelTree:
        """The label tree."""
        return self.saved.tree

    def encode(
        self,
        *,
        texts: Sequence[str] | None = None,
        images: Sequence[Picture] | None = None,
        text_features: Any = None,
        image_features: Any = None,
    ) -> NDArray[np.uint8] | NDArray[np.float32]:
        """Codes of items, as an index would store them.

        Args:
            texts: Texts, or
            images: pictures: files, or PIL images, or
            text_features: rows of features like those it was trained on (n, d), or
            image_features: the same of pictures.

        Returns:
            uint8 (n, bytes): packed codes, the first bit the highest of the first byte; float32
            (n, width) of a method that keeps vectors.

        Raises:
            InputError: Not exactly one of them is given, or the run cannot read it.
        """
        modality, rows = self.rows_of(texts, images, text_features, image_features)
        return self.saved.method.encode({modality: rows}, "database").stored

    def predict(
        self, *, texts: Sequence[str] | None = None, images: Sequence[Picture] | None = None
    ) -> list[list[tuple[str, float]]]:
        """For each item the class and its confidence at every level, coarsest first.

        Raises:
            InputError: The method does not classify, or the run cannot read the items.
        """
        modality, rows = self.rows_of(texts, images)
        return predict_rows(self.saved, modality, rows)

    def index(
        self,
        folder: str | Path,
        source: str | Path | None = None,
        *,
        modality: str | None = None,
        engine: str = "auto",
        **options: Any,
    ) -> Index:
        """Codes items and writes them to a new folder that can be searched.

        With a source, every few thousand items are on the disk: stopped, the same call goes on.
        Items that cannot be read are listed in ``rejected.jsonl`` there, and the others go on.

        Args:
            folder: The new folder.
            source: A folder or file of items, or the name of a source such as ``sample``; None
                takes the database items of the run's own data.
            modality: What of the items is coded: ``image``, ``text`` or ``both``; None takes both
                where the method can, else the picture.
            engine: What computes features of a source's pictures: ``torch``, ``onnx``, or ``auto``,
                which takes the faster one for many pictures.
            options: Of the source's reader.

        Raises:
            InputError: Nothing to code, the folder exists, or the engine cannot be had.
        """
        folder = Path(folder)
        if source is None:
            index_database(self.trained, modality).save(folder)
        else:
            items = _read(source, options)
            encode_to_index(self.saved, items, folder, modality, engine=engine)
        return load_index(folder)

    def extend(
        self,
        source: str | Path,
        out: str | Path,
        *,
        tree: str | Path,
        **options: Any,
    ) -> Run:
        """A run that knows new leaves, learnt from a few labelled items of each.

        Args:
            source: A folder or file of items; those of no new leaf are not looked at.
            out: The new run folder.
            tree: File of this run's tree with leaves added.
            options: Of the source's reader.

        Raises:
            InputError: The method cannot be extended, the tree lacks an old node, a new leaf has no
                item, or the folder exists.
        """
        from hierhash.runs.extending import extend_run  # it loads torch

        extend_run(self.trained, _read(source, options), load_tree(tree), str(tree), Path(out))
        return load_run(out)

    def rows_of(
        self,
        texts: Sequence[str] | None = None,
        images: Sequence[Picture] | None = None,
        text_features: Any = None,
        image_features: Any = None,
    ) -> tuple[str, Any]:
        """The modality and the feature rows of what is given, as ``encode`` takes it.

        Raises:
            InputError: Not exactly one is given, or the run cannot read it.
        """
        given = {
            "texts": texts,
            "images": images,
            "text_features": text_features,
            "image_features": image_features,
        }
        named = [name for name, value in given.items() if value is not None]
        if len(named) != 1:
            raise InputError(f"give one of {', '.join(given)}, not {' and '.join(named) or 'none'}")
        if texts is not None:
            checked = given_texts("texts", texts)
            self.saved.check_modality("text")
            for one in checked:
                self.saved.check_text(one)
            return "text", self.saved.text_rows(checked)
        if images is not None:
            return "image", self.saved.image_rows(given_pictures(images))
        if isinstance(self.saved, ExportedRun):
            raise InputError(
                f"{self.folder}: an exported run reads no features; give images or texts"
            )
        modality = "text" if text_features is not None else "image"
        self.saved.check_modality(modality)
        rows = given_features(named[0], given[named[0]])
        wanted = self.saved.shapes[modality]
        if tuple(rows.shape[1:]) != wanted:
            raise DataError(
                f"{modality}_features: rows of shape {tuple(rows.shape[1:])}, the run was trained "
                f"on {wanted}; give features of the same kind"
            )
        return modality, rows


class Index:
    """Coded items that can be searched.

    Args:
        store: Its items.
        run: The run that answers its queries.
    """

    def __init__(self, store: Store, run: Run) -> None:
        self.store, self.run = store, run
        self._session = Session(store)

    def __len__(self) -> int:
        """Number of items."""
        return len(self.store)

    def search(
        self,
        text: str | None = None,
        *,
        image: Picture | None = None,
        text_features: Any = None,
        image_features: Any = None,
        k: int = 10,
        under: str | None = None,
        where: str | Sequence[str] = (),
        weigh: Mapping[str, float] | None = None,
        filters: bool = True,
        mode: Mode | None = None,
        sort: str | None = None,
        skip: int = 0,
    ) -> list[Hit]:
        """The answers to one query, as ``hierhash search`` gives them.

        Args:
            text: A text, or
            image: a picture, or
            text_features: one row of features (d,), or
            image_features: the same of a picture.
            k: Number of answers.
            under: Only items below this node: a path, a name or an alias.
            where: Only items known to meet these: ``NAME=VALUE`` of a facet or a column.
            weigh: How much segments of the code count, by name: ``{"colour": 2}``; else as
                training chose.
            filters: Leave out items whose known value of a facet is not the understood one.
            mode: Find items by ``code``, by the ``words`` of their texts, or by ``both``, which is
                what a text is answered by unless told otherwise.
            sort: A column that orders the nearest items: ``price`` or ``price desc``.
            skip: Answers to leave out before the first.

        Returns:
            Hits with ``item`` (id, text, paths, image), ``distance`` and ``score``.

        Raises:
            InputError: Not exactly one query is given, the run cannot read it, or there is no such
                node, value or column.
            DataError: The text says nothing to the run, and no item has a word of it.

        Example:
            >>> Index.search.__name__
            'search'
        """
        where = [where] if isinstance(where, str) else where
        weights = [f"{name}={weight}" for name, weight in (weigh or {}).items()]
        wish = self._session.wish(
            k,
            skip=skip,
            under=under,
            where=where,
            weigh=weights,
            filters=filters,
            mode=mode,
            sort=sort,
        )
        if text is not None and (image, text_features, image_features) == (None, None, None):
            [checked] = given_texts("text", [text])
            return list(self._session.answer_text(checked, wish).hits)
        modality, rows = self.run.rows_of(
            None if text is None else [text],
            None if image is None else [image],
            _one_row(text_features),
            _one_row(image_features),
        )
        query = ask_rows(self.run.saved, modality, rows)
        return list(self._session.answer(query, wish).hits)


def load_run(folder: str | Path) -> Run:
    """A finished run, or an exported one.

    Raises:
        RunError: A file of the folder is missing, damaged or changed.
    """
    return Run(open_run(Path(folder)))


def load_index(name: str | Path) -> Index:
    """An index with the run that it carries.

    Args:
        name: Its folder.

    Raises:
        RunError: It is no index, a file is missing or damaged, or they do not fit each other.
    """
    store = open_store(str(name))
    return Index(store, load_run(store.run))


def _read(source: str | Path, options: Mapping[str, Any]) -> Catalogue:
    path = Path(source)
    if path.exists():
        return read(detect(path), path, **options)
    return read(placeless(source), None, **options)


def placeless(source: str | Path | None) -> str:
    """The name of a source that needs no place, such as ``sample``.

    Raises:
        InputError: It is none.
    """
    if str(source) not in PLACELESS:
        raise InputError(missing(Path(str(source)), PLACELESS))
    return str(source)


def _one_row(features: Any) -> Any:
    """One row of features as a matrix of one row; what is one already stays."""
    if features is None or getattr(features, "ndim", 0) != 2:
        return None if features is None else [features]
    if features.shape[0] != 1:
        raise DataError(f"{features.shape[0]} rows of features; a search takes one query")
    return features
