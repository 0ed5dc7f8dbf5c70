"""The closed list of sources: one name per reader, and how a path shows which one it is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from hierhash.data.catalogue import Catalogue
from hierhash.data.images import SUFFIXES
from hierhash.errors import DataError, did_you_mean

ROOT_VARIABLE = "HIERHASH_DATA"


def _sample(root: Path | None, **options: Any) -> Catalogue:
    from hierhash.data.readers.sample import read_sample

    return read_sample(**options)


def _synthetic(root: Path | None, **options: Any) -> Catalogue:
    from hierhash.data.synthetic import read_synthetic

    return read_synthetic(**options)


def _fashion(root: Path | None, **options: Any) -> Catalogue:
    from hierhash.data.readers.fashion import TABLES, read_fashion

    base = _needed(root, "fashion") if root is not None else _data_root()
    for folder in (base, base / "fashion", base / "fashion_public"):
        if any((folder / name).is_file() for name in TABLES):
            return read_fashion(folder, **options)
    return read_fashion(base, **options)


def _emoji(root: Path | None, **options: Any) -> Catalogue:
    from hierhash.data.readers.emoji import NAME, TEXTS, read_emoji

    base = _needed(root, NAME) if root is not None else _data_root()
    for folder in (base, base / NAME):
        if (folder / TEXTS).is_file():
            return read_emoji(folder, **options)
    return read_emoji(base if root is not None else base / NAME, **options)


def _imagefolder(root: Path | None, **options: Any) -> Catalogue:
    from hierhash.data.readers.imagefolder import read_imagefolder

    return read_imagefolder(_needed(root, "imagefolder"), **options)


def _folders(root: Path | None, **options: Any) -> Catalogue:
    from hierhash.data.readers.folders import read_folders

    return read_folders(_needed(root, "folders"), **options)


def _table(root: Path | None, **options: Any) -> Catalogue:
    from hierhash.data.readers.table import read_table

    return read_table(_needed(root, "table"), **options)


def _mat(root: Path | None, **options: Any) -> Catalogue:
    from hierhash.data.readers.mat import read_mat

    return read_mat(_needed(root, "mat"), **options)


SOURCES: dict[str, Callable[..., Catalogue]] = {
    "sample": _sample,
    "imagefolder": _imagefolder,
    "folders": _folders,
    "table": _table,
    "mat": _mat,
    "fashion": _fashion,
    "emoji": _emoji,
    "synthetic": _synthetic,
}


PLACELESS = ("sample", "fashion", "emoji", "synthetic")
"""Sources that can be read without a path."""


def read(source: str, root: Path | None = None, **options: Any) -> Catalogue:
    """Read a catalogue by the name of its source.

    Args:
        source: One of :data:`SOURCES`.
        root: The folder or file; ``sample`` and ``synthetic`` need none, ``fashion`` and ``emoji``
            look below the environment variable HIERHASH_DATA without it.
        **options: What the reader takes beside the path.

    Raises:
        DataError: Unknown source or option, or the reader's own errors.

    Example:
        >>> len(read("synthetic", n=50))
        50
    """
    if source not in SOURCES:
        known = ", ".join(SOURCES)
        hint = did_you_mean(source, SOURCES)
        raise DataError(f"source '{source}': unknown{hint or f'; use one of {known}'}")
    opened = {name: _opened(name, value) for name, value in options.items()}
    try:
        return SOURCES[source](root, **opened)
    except TypeError as error:
        # Only a wrong option is the user's mistake; any other TypeError is a bug and must show.
        if "unexpected keyword argument" not in str(error):
            raise
        option = str(error).rpartition("argument ")[2]
        raise DataError(f"source '{source}': has no option {option}; see docs/data.md") from None


def _opened(name: str, value: Any) -> Any:
    """The value of an option as a reader takes it: a config has places as plain text."""
    if name not in PLACES or not isinstance(value, str | Path):
        return value
    if name != "tree":
        return Path(value)
    from hierhash.labels.tree import load_tree

    return load_tree(value)


def detect(path: Path) -> str:
    """The name of the source that a path looks like.

    Raises:
        DataError: Nothing is there, or it looks like no source.
    """
    if not path.exists():
        raise DataError(missing(path))
    if path.is_file():
        suffix = path.suffix.lower()
        if suffix == ".mat":
            return "mat"
        if suffix in (".csv", ".tsv", ".jsonl", ".parquet"):
            return "fashion" if path.name == "styles.csv" else "table"
        raise DataError(f"{path}: not a .csv, .tsv, .jsonl, .parquet or .mat file; use --format")
    return _detect_folder(path)


def _detect_folder(path: Path) -> str:
    if any((path / f"metadata.{suffix}").is_file() for suffix in ("jsonl", "csv")):
        return "imagefolder"
    if (path / "styles.csv").is_file() or (
        (path / "labels.csv").is_file() and (path / "images.zip").is_file()
    ):
        return "fashion"
    if any(path.glob("*.mat")):
        return "mat"
    visible = [entry for entry in os.scandir(path) if not entry.name.startswith(".")]
    if any(entry.is_dir() or entry.name.lower().endswith(SUFFIXES) for entry in visible):
        return "folders"
    raise DataError(
        f"{path}: holds no metadata file, .mat file, folder or picture; see docs/data.md"
    )


PLACES = ("images", "label_names", "vocabulary", "path", "tree")
"""Options that name a file or a folder."""
_LIST_OPTIONS = ("text", "labels")
_TEXT_OPTIONS = ("image", "item_id", "separator", "links", "language")


def parse_options(pairs: list[str]) -> dict[str, Any]:
    """Options of a reader from ``NAME=VALUE`` texts, as a command line gives them.

    ``text`` and ``labels`` take several columns with commas between, numbers become numbers.

    Raises:
        DataError: No ``=`` in one of them.

    Example:
        >>> parse_options(["n=50", "difficulty=2.5", "text=title,notes", "images=pics.zip"])
        {'n': 50, 'difficulty': 2.5, 'text': ['title', 'notes'], 'images': PosixPath('pics.zip')}
    """
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise DataError([f"option '{pair}': write NAME=VALUE" for pair in wrong])
    options: dict[str, Any] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        options[name] = _option_value(name, value)
    return options


def _option_value(name: str, value: str) -> Any:
    if name in PLACES:
        return Path(value)
    if name == "branching":
        return tuple(_number(part) for part in value.split(","))
    if name in _LIST_OPTIONS and "," in value:
        return value.split(",")
    return value if name in (*_TEXT_OPTIONS, *_LIST_OPTIONS) else _number(value)


def _number(value: str) -> Any:
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    raise DataError(f"option value '{value}': not a number")


def _needed(root: Path | None, source: str) -> Path:
    if root is None:
        raise DataError(f"source '{source}': needs the path of its folder or file")
    if not root.exists():
        raise DataError(missing(root))
    return root


def missing(path: Path, names: Iterable[str] = ()) -> str:
    """What is said of a path that does not exist, and the nearest name beside it or given."""
    try:
        beside = os.listdir(path.absolute().parent)
    except OSError:
        beside = []
    hint = did_you_mean(path.name, [*names, *beside])
    return f"{path}: no such file or folder{hint or '; check the path'}"


def _data_root() -> Path:
    value = os.environ.get(ROOT_VARIABLE)
    if not value:
        raise DataError(f"no data root: give the folder's path or set {ROOT_VARIABLE}")
    return Path(value)
