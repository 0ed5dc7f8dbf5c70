"""What is searched, for a page that shows it: trees, columns to choose by, queries it takes."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from hierhash.answering.session import Session
from hierhash.labels.facets import CATEGORY
from hierhash.labels.paths import Path as Node
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.columns import number_of
from hierhash.retrieval.conditions import Compares
from hierhash.retrieval.run_files import read_config
from hierhash.retrieval.store import Store
from hierhash.storage.json_files import read_json

MOST_VALUES, RANGE = 50, 12
"""Different values that a column may have to be chosen from; of more numbers than RANGE, bounds."""


def about_index(session: Session, name: str) -> dict[str, Any]:
    """What is told of an index, whoever shows it.

    Args:
        session: Of its store.
        name: How it is called.
    """
    store = session.store
    return {
        "name": name,
        "items": len(store),
        "bits": int(store.manifest["bits"]),
        "unit": session.unit,
        "segments": session.segments,
        "weights": session.weights,
        "trees": [
            {"name": own, "nodes": [list(node) for node in in_preorder(tree)]}
            for own, tree in filed_in(session).items()
        ],
        "columns": columns(store, session.facets),
    }


def generation_of(store: Store) -> str:
    """A word that changes with what a store says of itself."""
    said = json.dumps(store.info(), sort_keys=True, default=str)
    return sha256(said.encode()).hexdigest()[:12]


def reads(session: Session) -> list[str]:
    """What queries the run takes, from its files; it is loaded only where it reads both."""
    run = session.store.run
    told = read_json(run / "model.json")
    about = told if isinstance(told, Mapping) else {}
    texts = about.get("text_width", 1) is not None and (run / "vectoriser.json").is_file()
    pictures = about.get("image_shape") is not None and not about.get("given_image_features")
    found = [name for name, there in (("text", texts), ("image", pictures)) if there]
    return [*found, "both"] if len(found) == 2 and session.saved.method.fuses else found


def filed_in(session: Session) -> dict[str, LabelTree]:
    """The trees that items are filed in now, by name."""
    return session.trees | {CATEGORY: session.store.tree or session.trees[CATEGORY]}


def in_preorder(tree: LabelTree) -> list[Node]:
    """All nodes, each right before those below it; children in the order of the tree.

    Example:
        >>> in_preorder(LabelTree.from_paths(["A/a", "B", "A/b"], name="t"))
        [('A',), ('A', 'a'), ('A', 'b'), ('B',)]
    """
    place = {node: number for number, node in enumerate(tree.nodes)}
    ways = {node: [place[node[:depth]] for depth in range(1, len(node) + 1)] for node in tree.nodes}
    return sorted(tree.nodes, key=ways.__getitem__)


def columns(store: Store, facets: Mapping[str, LabelTree]) -> list[dict[str, Any]]:
    """The columns that answers can be chosen by: of few values, or of numbers.

    Args:
        store: The items.
        facets: The trees of the facets; columns that they were made from are left out.
    """
    left_out = {CATEGORY, *facets, *_sources(store.run)}
    found: list[dict[str, Any]] = []
    for name in store.columns():
        if name in left_out:
            continue
        values = store.values(name)
        different = {value.casefold() for value in values}
        if len(different) > RANGE and (bounds := _bounds(store, name, values)):
            found.append({"name": name, "kind": "number", "least": bounds[0], "most": bounds[1]})
        elif 2 <= len(different) <= MOST_VALUES:
            found.append({"name": name, "kind": "values"})
    return found


def _bounds(store: Store, name: str, values: Sequence[str]) -> tuple[float, float] | None:
    """The smallest and largest number of a column in which every cell is one."""
    numbers = [number_of(value) for value in values]
    if not all(map(math.isfinite, numbers)):
        return None
    # A cell of several numbers is none.
    if store.count([Compares(name, ">=", -math.inf)]) != sum(store.counts(name).values()):
        return None
    return min(numbers), max(numbers)


def _sources(run: Path) -> set[str]:
    """The columns that the facets of a run were made from."""
    facets = read_config(run).get("facets")
    own = facets.values() if isinstance(facets, Mapping) else ()
    return {str(one["column"]) for one in own if isinstance(one, Mapping) and "column" in one}
