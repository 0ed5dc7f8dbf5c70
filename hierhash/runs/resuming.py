"""A training that was stopped, and what it goes on with."""

from __future__ import annotations

from pathlib import Path

from hierhash.config.hash import config_hash
from hierhash.config.reading import load_config
from hierhash.config.schema import RunConfig
from hierhash.config.writing import with_absolute_paths
from hierhash.errors import RunError
from hierhash.labels.tree import LabelTree
from hierhash.prepare import Kept
from hierhash.runs.saved import SPLIT, facet_trees
from hierhash.storage.json_files import read_json


def resumable(folder: Path, config: RunConfig) -> tuple[str, Kept]:
    """The hash in a stopped run's checkpoint and what the run keeps.

    Its own config.yaml has absolute paths, so configs are compared with absolute paths; the hash is
    that of the config as it was first given. Texts are read again, since a stored vocabulary is
    rounded and a resumed run ends bit-identical.

    Raises:
        InputError: A file of the folder is missing or damaged, or it is a run of another config.
    """
    own, asked = (with_absolute_paths(one) for one in (load_config(folder / "config.yaml"), config))
    # The hash leaves out where data lie; other data of the same name are another run.
    if config_hash(own) != config_hash(asked) or own.data != asked.data:
        raise RunError(
            f"{folder}: holds a run of another config or other data; resume with its own: "
            f"hierhash train {folder / 'config.yaml'} --out {folder} --resume"
        )
    stored = read_json(folder / "environment.json")
    tree = LabelTree.from_yaml(folder / "tree.yaml")
    kept = Kept(folder / SPLIT, tree, None, facet_trees(folder, config))
    return stored.get("config_sha256", config_hash(config)), kept
