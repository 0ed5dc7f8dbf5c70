"""Packages of npm, pinned by version and hash: downloaded, checked and read without npm install."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from hierhash.errors import DataError, HierhashError


class Package(NamedTuple):
    """A package of one version, with the hash that the registry tells of its file."""

    name: str
    version: str
    integrity: str

    @property
    def file(self) -> str:
        """What npm pack calls the file.

        Example:
            >>> Package("@iconify-json/noto", "1.2.9", "").file
            'iconify-json-noto-1.2.9.tgz'
        """
        return f"{self.name.removeprefix('@').replace('/', '-')}-{self.version}.tgz"


class Contents:
    """The JSON files and the licence of a package that has the pinned hash.

    Args:
        folder: Holds the package's file.
        package: Which one.

    Raises:
        DataError: It is not there, or is another file.
    """

    def __init__(self, folder: Path, package: Package) -> None:
        path = folder / package.file
        if not path.is_file():
            pack = f"npm pack {package.name}@{package.version}"
            raise DataError(f"{path}: no such file; get it there with {pack}")
        found = integrity(path.read_bytes())
        if found != package.integrity:
            raise DataError(
                f"{path}: is not {package.name} {package.version}: its hash is {found[:18]}..., "
                f"not {package.integrity[:18]}...; remove it and get it again"
            )
        self.package = package
        self._files: dict[str, bytes] = {}
        with tarfile.open(path) as archive:
            for member in archive:
                name = member.name.partition("/")[2]
                if member.isfile() and (name.endswith(".json") or name == "LICENSE"):
                    self._files[name] = archive.extractfile(member).read()

    def __contains__(self, name: str) -> bool:
        """Whether the package has a file."""
        return name in self._files

    def names(self, ending: str) -> list[str]:
        """The files whose names end so, sorted."""
        return sorted(name for name in self._files if name.endswith(ending))

    def json(self, name: str) -> Any:
        """The values of a JSON file."""
        return json.loads(self._files[name])

    def text(self, name: str) -> str:
        """The text of a file, "" where there is none."""
        return self._files.get(name, b"").decode()


def integrity(content: bytes) -> str:
    """The hash of a file as npm writes it.

    Example:
        >>> integrity(b"")[:20]
        'sha512-z4PhNX7vuL3xV'
    """
    return f"sha512-{base64.b64encode(hashlib.sha512(content).digest()).decode()}"


def licences(packages: Iterable[Contents], head: str) -> str:
    """A page of what each package says of its author and licence, below a head."""
    lines = [head.rstrip("\n")]
    for contents in packages:
        about, package = contents.json("package.json"), contents.package
        if "info.json" not in contents:
            licence, author = about["license"], about["author"]
            source = about["repository"]["url"]
        else:  # iconify tells whose drawings these are
            info = contents.json("info.json")
            licence = f"{info['license']['spdx']} ({info['license']['url']})"
            author, source = info["author"]["name"], info["author"]["url"]
        lines += [
            f"\n## {package.name} {package.version}\n",
            f"- licence: {licence}",
            f"- author: {author}",
            f"- source: {source}",
            f"- integrity: `{package.integrity}`",
        ]
        if text := contents.text("LICENSE").strip():
            lines += ["", "```", text, "```"]
    return "\n".join(lines) + "\n"


def download(packages: Iterable[Package], folder: Path) -> None:
    """Get the packages' files from the registry that npm is configured with.

    Raises:
        HierhashError: There is no npm, or it fails.
    """
    wanted = [f"{package.name}@{package.version}" for package in packages]
    try:
        done = subprocess.run(
            ["npm", "pack", "--silent", *wanted], cwd=folder, capture_output=True, text=True
        )
    except FileNotFoundError:
        raise HierhashError(
            "npm: not found; install it, or give the folder of the packages with --packages"
        ) from None
    if done.returncode:
        last = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]
        raise HierhashError(f"npm pack: {last}; check the network and npm's registry")
