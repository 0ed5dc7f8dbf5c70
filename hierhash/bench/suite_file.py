"""A suite beside its results, so that who has the results needs no file of the suite."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from hierhash.bench.suite import Suite
from hierhash.shipped import list_shipped
from hierhash.storage.whole_file import write_text


class _Plain(yaml.SafeDumper):
    """Writes what configs are read from: no anchors, and words that look like numbers in quotes."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write equal parts anew."""
        return True


def _word(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # PyYAML takes 1e-3 for a word, as YAML 1.1 did; a config's reader takes it for a number.
    style = '"' if text[:1] in tuple("+-.0123456789") else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Plain.add_representer(str, _word)


def suite_file(folder: Path, suite: str) -> Path:
    """Where a suite is kept beside its results.

    Example:
        >>> suite_file(Path("results"), "sample").as_posix()
        'results/sample.suite.yaml'
    """
    return folder / f"{suite}.suite.yaml"


def bench_command(suite: str, folder: Path) -> str:
    """What runs a suite again: a shipped one by its name, another by the file that is kept.

    Example:
        >>> bench_command("sample", Path("results"))
        'hierhash bench sample'
        >>> bench_command("mine", Path("results"))
        'hierhash bench results/mine.suite.yaml --results results'
    """
    if f"suites/{suite}.yaml" in list_shipped("configs"):
        return f"hierhash bench {suite}"
    return f"hierhash bench {suite_file(folder, suite).as_posix()} --results {folder.as_posix()}"


def keep_suite(suite: Suite, folder: Path) -> None:
    """Writes a suite as ``SUITE.suite.yaml``, unless it stands there already.

    Raises:
        HierhashError: The file cannot be written.
    """
    content = suite.model_dump(mode="json", exclude_unset=True)
    text = yaml.dump(content, Dumper=_Plain, sort_keys=False, allow_unicode=True)
    path = suite_file(folder, suite.name)
    if not path.is_file() or path.read_bytes() != text.encode():
        write_text(path, text)
