"""What is installed is what was tested: every import declared, every version pinned."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
# Where the name that is imported is not the name that is installed.
PACKAGES = {
    "PIL": "pillow",
    "faiss": "faiss-cpu",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
    "open_clip": "open-clip-torch",
    "prometheus_client": "prometheus-client",
}


def wanted(requirements: list[str]) -> dict[str, str]:
    """Package to the rest of the requirement, names as pip compares them."""
    found = {}
    for line in requirements:
        name, rest = re.fullmatch(r"([A-Za-z0-9._-]+)(?:\[.*\])?(.*)", line).groups()
        found[normal(name)] = rest
    return found


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(file: str) -> dict[str, str]:
    lines = (ROOT / file).read_text().splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {normal(name): version for name, version in pairs}


def imported() -> dict[str, set[str]]:
    """Top-level packages that the package's files import, with the files."""
    found: dict[str, set[str]] = {}
    for path in (ROOT / "hierhash").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            for name in names:
                found.setdefault(name.partition(".")[0], set()).add(path.name)
    return {name: files for name, files in found.items() if name not in sys.stdlib_module_names}


def test_every_import_is_declared():
    declared = set(wanted(PROJECT["dependencies"])) | {"hierhash"}
    optional = {name for extra in EXTRAS.values() for name in wanted(extra)}
    # What an extra's own package brings, and the extra names for its sake.
    optional |= {"sentence-transformers", "tokenizers"}
    for name, files in imported().items():
        package = normal(PACKAGES.get(name, name))
        assert package in declared | optional, f"{name} ({sorted(files)}) is not declared"


def test_every_requirement_is_pinned_to_what_it_admits():
    newest, lowest = pinned("constraints.txt"), pinned("constraints-lowest.txt")
    tested = [*PROJECT["dependencies"], *EXTRAS["tables"], *EXTRAS["backbones"], *EXTRAS["onnx"]]
    tested += [*EXTRAS["postgres"], *EXTRAS["pgserver"], *EXTRAS["serve"], *EXTRAS["zoo"]]
    tested += [*EXTRAS["dev"], *EXTRAS["emoji"]]
    for name, rest in wanted([one for one in tested if not one.startswith("hierhash")]).items():
        assert name in newest, f"{name} is not in constraints.txt"
        lows = [*EXTRAS["tables"], *EXTRAS["postgres"], *EXTRAS["serve"], *EXTRAS["pgserver"][1:]]
        lows += [*EXTRAS["zoo"], *EXTRAS["emoji"]]
        if rest and name in wanted([*PROJECT["dependencies"], *lows]):
            assert rest == f">={lowest[name]}", f"{name}: {rest} is not the version tested lowest"
