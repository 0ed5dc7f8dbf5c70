"""hierhash in Python: train, encode, search, evaluate, in a notebook as on the command line.

The same runs and indexes as those of the commands: what one writes, the other reads.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hierhash.bench.evaluate import evaluate_method
from hierhash.config.reading import merge, nested, resolve_config
from hierhash.data.sources import detect
from hierhash.errors import InputError
from hierhash.labels.tree import LabelTree
from hierhash.notebook import Index, Run, load_index, load_run, placeless
from hierhash.runs.items import REMEDIES, check_part, prepare_again
from hierhash.runs.own_items import own_items
from hierhash.runs.training import train_run


def train(
    source: str | Path | None = None,
    out: str | Path = "runs/run",
    *,
    method: str = "expected_tree_codes",
    bits: int = 32,
    seed: int = 0,
    tree: str | Path | LabelTree | None = None,
    labels: Sequence[str | Sequence[str]] | None = None,
    image_features: Any = None,
    text_features: Any = None,
    texts: Sequence[str] | None = None,
    settings: Mapping[str, Any] | None = None,
    options: Mapping[str, Any] | None = None,
    restart: bool = False,
) -> Run:
    """Trains a run into a folder.

    Either from a source, or from arrays of your own: then ``labels`` and ``tree`` are needed, and
    the items are written to a folder beside the run, ``OUT-items-HASH``, from where the run can be
    evaluated and indexed later.

    Args:
        source: A folder or file of items, or the name of a source such as ``sample``.
        out: The run folder.
        method: A method; ``hierhash config methods`` lists them.
        bits: Length of the codes.
        seed: Of the training.
        tree: A tree, its file, or the name of a shipped one; None takes the source's.
        labels: Of your own items: a label path or name of each, a list of several, or None.
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
    own = any(one is not None for one in (labels, image_features, text_features, texts))
    if own == (source is not None):
        raise InputError("train: give a source, or else arrays with labels and a tree")
    if settings is not None and not isinstance(settings, Mapping):
        raise InputError('settings: give a mapping of dotted keys, {"model.training.epochs": 5}')
    if isinstance(tree, Mapping):
        raise InputError("tree: give LabelTree.from_nested(...), a file or a shipped name")
    content = {"method": method, "bits": _plain(bits), "seed": _plain(seed)}
    content = merge(content, nested(dict(settings or {})))
    resolve_config(content)  # before anything is written
    if not own:
        data = _data_of(source, tree, dict(options or {}))
        train_run(resolve_config(merge(content, {"data": data})), out, restart=restart)
        return load_run(out)
    items = own_items(labels, tree, image_features, text_features, texts)
    items.check(method)
    before = set(out.parent.glob(f"{out.name}-items-*"))
    folder = items.write(out)
    data = {"source": "imagefolder", "path": str(folder)}
    try:
        train_run(resolve_config(merge(content, {"data": data})), out, restart=restart)
    except BaseException:
        if folder not in before and not _names(out / "config.yaml", folder):
            shutil.rmtree(folder)  # no run needs it
        raise
    return load_run(out)


def _data_of(
    source: str | Path | None, tree: str | Path | LabelTree | None, options: dict[str, Any]
) -> dict[str, Any]:
    """The section ``data`` of a config for a source."""
    data: dict[str, Any] = {"options": options}
    path = Path(str(source))
    if path.exists():
        data |= {"source": detect(path), "path": str(path)}
    else:
        data["source"] = placeless(source)
    if isinstance(tree, LabelTree):
        raise InputError("train: a source takes its tree from a file; save yours with to_yaml")
    if tree is not None:
        data["tree"] = str(tree)
    return data


def evaluate(run: Run, *, final: bool = False) -> dict[str, dict[str, float]]:
    """Scores of a run by direction and metric, tie-aware, against the database of its own data.

    Args:
        run: The run.
        final: Score the query items; False scores the validation items, as often as you like.

    Raises:
        InputError: The data are gone or no longer those of the run, or the part is empty.
    """
    if not isinstance(run, Run):
        raise InputError(f"evaluate: {type(run).__name__} is no run; give load_run(folder)")
    prepared = prepare_again(run.trained)
    part = "query" if final else "validation"
    check_part(prepared, part, REMEDIES[part])
    return evaluate_method(run.trained.method, prepared, prepared.split.parts[part])


def _plain(number: Any) -> Any:
    """A whole number of numpy as Python's; what is none is refused with the config."""
    return int(number) if isinstance(number, np.integer) else number


def _names(config: Path, folder: Path) -> bool:
    """Whether a run's config reads a folder."""
    return config.is_file() and folder.name in config.read_text(encoding="utf-8")


__all__ = ["Index", "Run", "evaluate", "load_index", "load_run", "train"]
