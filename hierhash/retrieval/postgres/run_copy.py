"""The run that travels with an index: its files in the database, laid out whole where it is used.

The folder is in the cache and named by the hashes of its files, so each run is laid out once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from hierhash.errors import HierhashError, RunError
from hierhash.features.cache import cache_folder
from hierhash.retrieval.postgres.link import Link
from hierhash.retrieval.run_files import MANIFEST, check_run, run_files
from hierhash.storage.whole_folder import whole_folder

PART = 8 << 20
RUNS = "runs"


def store_run(link: Link, run: Path) -> None:
    """Puts the files of a run into the database."""
    link.copy("COPY run_parts (name, part, sha256, content) FROM STDIN", _parts(run))


def _parts(run: Path) -> Iterator[tuple[str, int, str, bytes]]:
    for name in (*run_files(run), MANIFEST):
        if (run / name).is_file():
            with open(run / name, "rb") as stream:
                part = 0
                while (content := stream.read(PART)) or not part:
                    yield name, part, hashlib.sha256(content).hexdigest(), content
                    part += 1


def laid_out(link: Link) -> Path:
    """A folder that holds the run.

    Raises:
        RunError: It is damaged in the database.
        HierhashError: The cache cannot be written.
    """
    listed = link.execute("SELECT name, part, sha256 FROM run_parts ORDER BY name, part")
    key = hashlib.sha256(repr(listed).encode()).hexdigest()[:32]
    folder = cache_folder() / RUNS / key
    if folder.is_dir():
        with suppress(RunError):
            check_run(folder)
            return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        with whole_folder(folder, replace=folder.is_dir()) as unfinished:
            for name in dict.fromkeys(name for name, _, _ in listed):
                _write(link, name, unfinished)
    except HierhashError:
        if not folder.is_dir():  # another process may have been faster
            raise
    check_run(folder)
    return folder


def check_parts(link: Link) -> None:
    """Refuses files that are not as they were put into the database.

    Raises:
        RunError: The first of them.
    """
    wrong = link.execute(
        "SELECT name FROM run_parts WHERE encode(sha256(content), 'hex') <> sha256 ORDER BY name"
    )
    for [name] in wrong:
        raise RunError(f"{link.shown}: {name} of its run is damaged; copy the index again")


def _write(link: Link, name: str, folder: Path) -> None:
    if Path(name).name != name or name == "..":
        raise RunError(f"{link.shown}: '{name}' is no file of a run; copy the index again")
    with open(folder / name, "wb") as stream:
        for [part] in link.execute("SELECT part FROM run_parts WHERE name = %s ORDER BY 1", [name]):
            [[content, known]] = link.execute(
                "SELECT content, sha256 FROM run_parts WHERE name = %s AND part = %s", [name, part]
            )
            if hashlib.sha256(content).hexdigest() != known:
                raise RunError(f"{link.shown}: {name} of its run is damaged; copy the index again")
            stream.write(content)
