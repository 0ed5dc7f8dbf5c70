"""hierhash in Python: train, encode, search, evaluate, in a notebook as on the command line.

The same runs and indexes as those of the commands: what one writes, the other reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hierhash.bench.scores import evaluate_method
from hierhash.codes.coded import Coded
from hierhash.config.reading import merge, nested, resolve_config
from hierhash.data.catalogue import Catalogue
from hierhash.data.images import ImageRef
from hierhash.data.sources import PLACELESS, detect, missing, read
from hierhash.errors import DataError, InputError
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.exact import ExactIndex, Hit
from hierhash.retrieval.load_index import load_index as load_exact
from hierhash.retrieval.node_filter import rows_below
from hierhash.runs.indexing import encode_catalogue, index_database
from hierhash.runs.items import REMEDIES, check_part, prepare_again
from hierhash.runs.own_items import OwnItems
from hierhash.runs.prediction import predict_rows
from hierhash.runs.saved import SavedRun
from hierhash.runs.saved import load_run as load_saved
from hierhash.runs.training import train_run

Picture = str | Path | Image.Image


class Run:
    """A trained run.

    Args:
        saved: What its folder holds.
    """

    def __init__(self, saved: SavedRun) -> None:
        self.saved = saved

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
        modality, rows = self._rows(texts, images, text_features, image_features)
        return self.saved.method.encode({modality: rows}, "database").stored

    def predict(
        self, *, texts: Sequence[str] | None = None, images: Sequence[Picture] | None = None
    ) -> list[list[tuple[str, float]]]:
        """For each item the class and its confidence at every level, coarsest first.

        Raises:
            InputError: The method does not classify, or the run cannot read the items.
        """
        modality, rows = self._rows(texts, images, None, None)
        return predict_rows(self.saved, modality, rows)

    def index(
        self,
        folder: str | Path,
        source: str | Path | None = None,
        *,
        modality: str = "image",
        **options: Any,
    ) -> Index:
        """Codes items and writes them to a new folder that can be searched.

        Args:
            folder: The new folder.
            source: A folder or file of items, or the name of a source such as ``sample``; None
                takes the database items of the run's own data.
            modality: ``image`` or ``text``: what of the items is coded.
            options: Of the source's reader.

        Raises:
            InputError: Nothing to code, or the folder exists.
        """
        if source is None:
            built = index_database(self.saved, modality)
        else:
            built = encode_catalogue(self.saved, _read(source, options), modality)
        built.save(Path(folder))
        return load_index(folder)

    def _rows(
        self,
        texts: Sequence[str] | None,
        images: Sequence[Picture] | None,
        text_features: Any,
        image_features: Any,
    ) -> tuple[str, Any]:
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
            return "text", self.saved.text_rows(list(texts))
        if images is not None:
            return "image", self.saved.image_rows([_picture(one) for one in images])
        modality = "text" if text_features is not None else "image"
        self.saved.check_modality(modality)
        rows = given[f"{modality}_features"]
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
        exact: What its folder holds.
        run: The run that answers its queries.
    """

    def __init__(self, exact: ExactIndex, run: Run) -> None:
        self.exact, self.run = exact, run

    def __len__(self) -> int:
        """Number of items."""
        return len(self.exact)

    def search(
        self,
        text: str | None = None,
        *,
        image: Picture | None = None,
        text_features: Any = None,
        image_features: Any = None,
        k: int = 10,
        under: str | None = None,
    ) -> list[Hit]:
        """The nearest items to one query, nearest first.

        Args:
            text: A text, or
            image: a picture, or
            text_features: one row of features (d,), or
            image_features: the same of a picture.
            k: Number of answers.
            under: Only items below this node: a path, a name or an alias.

        Returns:
            Hits with ``item`` (id, text, paths, image), ``distance`` and ``score``.

        Raises:
            InputError: Not exactly one query is given, the run cannot read it, or there is no such
                node.

        Example:
            >>> Index.search.__name__
            'search'
        """
        modality, rows = self.run._rows(
            None if text is None else [text],
            None if image is None else [image],
            None if text_features is None else text_features[None],
            None if image_features is None else image_features[None],
        )
        if text is not None:
            self.run.saved.check_text(text)
        query: Coded = self.run.saved.method.encode({modality: rows}, "query")
        below = None if under is None else rows_below(self.exact, self.run.tree, under)
        return self.exact.search(query, k, below)


def train(
    source: str | Path | None = None,
    out: str | Path = "runs/run",
    *,
    method: str = "hierarchical_dcmh",
    bits: int = 32,
    seed: int = 0,
    tree: str | Path | LabelTree | None = None,
    labels: Sequence[Sequence[str]] | None = None,
    image_features: Any = None,
    text_features: Any = None,
    texts: Sequence[str | None] | None = None,
    settings: Mapping[str, Any] | None = None,
    options: Mapping[str, Any] | None = None,
    restart: bool = False,
) -> Run:
    """Trains a run into a folder.

    Either from a source, or from arrays of your own: then ``labels`` and ``tree`` are needed, and
    the items are written to ``OUT-items``, from where the run can be evaluated and indexed later.

    Args:
        source: A folder or file of items, or the name of a source such as ``sample``.
        out: The run folder.
        method: A method; ``hierhash config methods`` lists them.
        bits: Length of the codes.
        seed: Of the training.
        tree: A tree, its file, or the name of a shipped one; None takes the source's.
        labels: Of your own items: label paths or names of each.
        image_features: Of your own items: (n, d).
        text_features: Of your own items: (n, d) or sparse.
        texts: Of your own items, in place of ``text_features``.
        settings: Dotted keys of a config and values, such as ``{"model.training.epochs": 5}``.
        options: Of the source's reader.
        restart: Train anew into a folder that holds a run.

    Raises:
        InputError: Anything wrong with what is given.
    """
    out = Path(out)
    own = labels is not None or image_features is not None or text_features is not None
    if own == (source is not None):
        raise InputError("train: give a source, or else arrays with labels and a tree")
    if own:
        own_items = OwnItems(labels, image_features, text_features, texts, tree)
        own_items.check(method)
        source = own_items.write(out.with_name(f"{out.name}-items"), replace=restart)
        tree = None
    data: dict[str, Any] = {"options": dict(options or {})}
    path = Path(str(source))
    if path.exists():
        data |= {"source": detect(path), "path": str(path)}
    else:
        data["source"] = _placeless(source)
    if isinstance(tree, LabelTree):
        raise InputError("train: a source takes its tree from a file; save yours with to_yaml")
    if tree is not None:
        data["tree"] = str(tree)
    content = {"method": method, "bits": bits, "seed": seed, "data": data}
    train_run(resolve_config(merge(content, nested(dict(settings or {})))), out, restart=restart)
    return load_run(out)


def load_run(folder: str | Path) -> Run:
    """A finished run.

    Raises:
        RunError: A file of the folder is missing, damaged or changed.
    """
    return Run(load_saved(Path(folder)))


def load_index(folder: str | Path) -> Index:
    """An index with the run that it carries.

    Raises:
        RunError: It is no index, a file is missing or damaged, or they do not fit each other.
    """
    exact = load_exact(Path(folder))
    return Index(exact, load_run(exact.run))


def evaluate(run: Run, *, final: bool = False) -> dict[str, dict[str, float]]:
    """Scores of a run by direction and metric, tie-aware, against the database of its own data.

    Args:
        run: The run.
        final: Score the query items; False scores the validation items, as often as you like.

    Raises:
        InputError: The data are gone or no longer those of the run, or the part is empty.
    """
    prepared = prepare_again(run.saved)
    part = "query" if final else "validation"
    check_part(prepared, part, REMEDIES[part])
    return evaluate_method(run.saved.method, prepared, prepared.split.parts[part])


def _read(source: str | Path, options: Mapping[str, Any]) -> Catalogue:
    path = Path(source)
    if path.exists():
        return read(detect(path), path, **options)
    return read(_placeless(source), None, **options)


def _placeless(source: str | Path | None) -> str:
    if str(source) not in PLACELESS:
        raise InputError(missing(Path(str(source)), PLACELESS))
    return str(source)


def _picture(one: Picture) -> Image.Image:
    return one.convert("RGB") if isinstance(one, Image.Image) else ImageRef(Path(one)).open()
