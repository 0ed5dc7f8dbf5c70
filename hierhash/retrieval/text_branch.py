"""The text branch in numpy: outputs of texts from a run's files, without loading torch.

Importing torch takes seconds and a query a millisecond, so a search by text reads the vocabulary
and the weights of the text branch, and does its few matrix products here. A test holds it to
torch's outputs (1e-5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.coded import Coded, beside
from hierhash.codes.coding import Coding, ExpectedCode, coding_of
from hierhash.errors import DataError, RunError
from hierhash.features.text_vectorisers import (
    BY_MEANING,
    TextVectoriser,
    VectoriserSpec,
    reads_by_meaning,
    text_vectoriser,
)
from hierhash.labels.facets import CATEGORY
from hierhash.labels.paths import Path as Node
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.named import (
    Named,
    Names,
    looked_up,
    named_nodes,
    named_within,
    plain_name,
    refiled_names,
)
from hierhash.retrieval.run_files import FACET, read_config
from hierhash.retrieval.text_network import Weights, text_network
from hierhash.storage.json_files import read_json


class TextBranch:
    """Turns texts into real outputs as the text branch of a run does.

    Args:
        run: The run folder, or the copy that an index carries.
        by_meaning: Read unknown words by what they mean, too, where the run does.

    Raises:
        RunError: A file is missing or damaged, the run's method reads no texts, or it learnt from
            text features that were given to it.
    """

    def __init__(self, run: Path, by_meaning: bool = True) -> None:
        config = read_config(run)
        about = read_json(run / "model.json")
        about = about if isinstance(about, dict) else {}
        if about.get("text_width", 1) is None:
            raise RunError(f"{run}: '{config.get('method')}' reads no texts; search with --image")
        if not (run / "vectoriser.json").is_file():
            raise RunError(f"{run}: trained on precomputed text features; it reads no text")
        self._run = run
        self._vectoriser = vectoriser_of(run, config, by_meaning)
        name = str(_section(config, "features", "text").get("name", "words"))
        self._lacks = by_meaning and name in BY_MEANING and not reads_by_meaning(name)
        stored = read_arrays(run / "model.safetensors")
        self._parts = _parts(run, about, stored)

    def check(self, text: str) -> None:
        """Refuses a text that says nothing to the run.

        Raises:
            DataError: It is empty, or no word of it is known; the nearest known words are named.
        """
        check_text(self._vectoriser, text)

    def notes(self, text: str) -> list[str]:
        """What of a text was not taken as it stands."""
        said = self._vectoriser.notes(text)
        if self._lacks and any(one.endswith("is not known") for one in said):
            said = [
                *said,
                "pip install 'hierhash[text]': such words are then read by their meaning",
            ]
        return said

    def readings(self, text: str) -> dict[str, str]:
        """By word of a text that is not known the known word that it is read as."""
        return self._vectoriser.readings(text)

    def named(self, text: str) -> dict[str, Node]:
        """By tree the node that the text is the name of; () where several unlike ones are."""
        return {
            name: found.node
            for name, part in self._parts.items()
            if (found := part.named(text)) is not None
        }

    def file_in(self, tree: LabelTree, moved: Mapping[Node, Node]) -> None:
        """Looks names up in the tree that an index's items are filed in since it was relabelled."""
        part = self._parts[CATEGORY]
        if part.names:
            leaves = LabelTree.from_yaml(self._run / "tree.yaml").leaves
            names = refiled_names(tree, moved, leaves)
            self._parts[CATEGORY] = replace(part, names=names)

    def encode(self, texts: Sequence[str]) -> Coded:
        """Texts as queries, as the run's method codes them.

        Raises:
            RunError: The weights do not fit the vocabulary, or each other.
        """
        rows = self._vectoriser.transform(texts)
        try:
            return beside([part.query(rows, texts) for part in self._parts.values()])
        except (KeyError, ValueError, IndexError) as error:
            raise RunError(_unfit(self._run)) from error

    def read(self, texts: Sequence[str]) -> tuple[dict[str, NDArray[np.float64]], Coded]:
        """Leaf probabilities by tree, as ``posteriors``, and queries, as ``encode``, at once.

        Raises:
            RunError: As ``encode``.
        """
        rows = self._vectoriser.transform(texts)
        known: dict[str, NDArray[np.float64]] = {}
        coded = []
        try:
            for name, part in self._parts.items():
                if isinstance(part.coding, ExpectedCode):
                    known[name] = part.posterior(part.coding, rows, texts)
                    coded.append(part.coding.code(known[name]))
                else:
                    coded.append(part.query(rows, texts))
            return known, beside(coded)
        except (KeyError, ValueError, IndexError) as error:
            raise RunError(_unfit(self._run)) from error

    def outputs(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Real outputs of the category's network, float32 (n, K).

        Raises:
            RunError: As ``encode``.
        """
        try:
            return self._parts[CATEGORY].outputs(self._vectoriser.transform(texts))
        except (KeyError, ValueError, IndexError) as error:
            raise RunError(_unfit(self._run)) from error

    def posteriors(self, texts: Sequence[str]) -> dict[str, NDArray[np.float64]]:
        """By tree the leaf probabilities, float64 (n, leaves); none of a method that has none here.

        Raises:
            RunError: As ``encode``.
        """
        rows = self._vectoriser.transform(texts)
        try:
            return {
                name: part.posterior(part.coding, rows, texts)
                for name, part in self._parts.items()
                if isinstance(part.coding, ExpectedCode)
            }
        except (KeyError, ValueError, IndexError) as error:
            raise RunError(_unfit(self._run)) from error


@dataclass(frozen=True)
class _Part:
    """The text network of one tree, what its outputs go through, and the names of the tree."""

    weights: Weights
    coding: Coding
    names: Names
    ancestors: NDArray[np.int64]
    is_facet: bool

    def outputs(self, rows: Any) -> NDArray[np.float32]:
        return text_network(self.weights, rows)

    def posterior(
        self, coding: ExpectedCode, rows: Any, texts: Sequence[str]
    ) -> NDArray[np.float64]:
        chances = coding.posterior(self.outputs(rows), "text")
        return looked_up(chances, texts, self.names, self.ancestors, self.is_facet)

    def named(self, text: str) -> Named | None:
        whole = self.names.get(plain_name(text))
        return whole or (named_within(text, self.names) if self.is_facet else None)

    def query(self, rows: Any, texts: Sequence[str]) -> Coded:
        if isinstance(self.coding, ExpectedCode):
            return self.coding.code(self.posterior(self.coding, rows, texts))
        return self.coding(self.outputs(rows), "text")


def _parts(run: Path, about: Mapping[str, Any], stored: Weights) -> dict[str, _Part]:
    """The category's part and one for each facet."""
    return {
        name: _part(run, "tree.yaml" if name == CATEGORY else f"{FACET}{name}.yaml", own, arrays)
        for name, (own, arrays) in coding_parts(run, about, stored).items()
    }


def coding_parts(
    run: Path, about: Mapping[str, Any], stored: Weights
) -> dict[str, tuple[Any, Weights]]:
    """By part of a run, the category's first, its coding as model.json tells it, and its arrays.

    Args:
        run: The run folder, for messages.
        about: What model.json holds.
        stored: The run's arrays.

    Raises:
        RunError: The parts are not told.
    """
    coding = about.get("coding")
    if not isinstance(coding, Mapping) or coding.get("name") != "faceted":
        return {CATEGORY: (coding, stored)}
    parts = coding.get("parts")
    if not isinstance(parts, Mapping) or CATEGORY not in parts:
        raise RunError(f"{run}/model.json: coding: no parts; train the run again")
    return {
        str(name): (
            own,
            {
                key.removeprefix(f"{name}."): array
                for key, array in stored.items()
                if key.startswith(f"{name}.")
            },
        )
        for name, own in parts.items()
    }


def _part(run: Path, file: str, description: Any, stored: Weights) -> _Part:
    weights = {
        name.removeprefix("text."): array
        for name, array in stored.items()
        if name.startswith("text.")
    }
    if not {"mean", "deviation", "first.weight", "first.bias"} <= set(weights):
        raise RunError(f"{run}/model.safetensors: holds no text branch; train the run again")
    try:
        coding = coding_of(
            description,
            lambda: LabelTree.from_yaml(run / file).leaf_ancestors,
            stored.__getitem__,
        )
    except (ValueError, AttributeError, KeyError) as error:
        raise RunError(f"{run}/model.json: coding: {error}; train the run again") from error
    if not isinstance(coding, ExpectedCode):
        return _Part(weights, coding, {}, np.zeros((0, 0), dtype=np.int64), is_facet=False)
    tree = LabelTree.from_yaml(run / file)
    is_facet = file.startswith(FACET)
    return _Part(weights, coding, named_nodes(tree), tree.leaf_ancestors, is_facet)


def answers_in_numpy(run: Path) -> bool:
    """Whether a run's texts can be coded here; its method says so with a ``coding`` of null."""
    about = read_json(run / "model.json")
    return not (isinstance(about, dict) and about.get("coding", "signs") is None)


def check_text(vectoriser: TextVectoriser, text: str) -> None:
    """Refuses a text that says nothing to a vectoriser.

    Raises:
        DataError: It is empty, or no word of it is known; the nearest known words are named.
    """
    if not text.strip():
        raise DataError('the text is empty; give a word or two, such as --text "red shoes"')
    if not vectoriser.knows(text):
        near = ", ".join(vectoriser.nearest_words(text)[:5])
        hint = f"; nearest known words: {near}" if near else "; use other words"
        raise DataError(
            f"text '{text}': no word of it is known, training saw it once or never{hint}"
        )


def _unfit(run: Path) -> str:
    return f"{run}/model.safetensors: does not fit config.yaml; train the run again"


def vectoriser_of(run: Path, config: Mapping[str, Any], by_meaning: bool = True) -> TextVectoriser:
    """What turns texts into features, with the vocabulary that a run learnt.

    Args:
        run: The run folder.
        config: What its config says.
        by_meaning: Read unknown words by what they mean, too, where the run does.

    Raises:
        ConfigError: It needs a package that is not installed, for more than unknown words.
        RunError: The vocabulary is missing, damaged or of another kind.
    """
    name = str(_section(config, "features", "text").get("name", "words"))
    # Without its package known words and misspelt ones are still read.
    if name in BY_MEANING and not (by_meaning and reads_by_meaning(name)):
        name = "close_words"
    vectoriser = text_vectoriser(VectoriserSpec(name))
    load_vocabulary(vectoriser, run)
    return vectoriser


def _section(config: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """A part of a config; empty where it is missing or of another kind."""
    for name in names:
        inner = config.get(name)
        config = inner if isinstance(inner, Mapping) else {}
    return config


def load_vocabulary(vectoriser: TextVectoriser, run: Path) -> None:
    """Gives a vectoriser the vocabulary that a run learnt.

    Raises:
        RunError: The file is missing, damaged or of another kind.
    """
    state = read_json(run / "vectoriser.json")
    try:
        vectoriser.load_state(state)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise RunError(
            f"{run}/vectoriser.json: not a vocabulary of this run; train the run again"
        ) from error


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """All arrays of a run but those of its image branch, which are large.

    Raises:
        RunError: The file is damaged.
    """
    from safetensors import safe_open

    try:
        with safe_open(path, framework="numpy") as stored:
            names = [one for one in stored.keys() if "image" not in one.split(".")]  # noqa: SIM118
            arrays = {name: stored.get_tensor(name) for name in names}
    except Exception as error:  # safetensors raises its own kinds, some without a base class
        raise RunError(
            f"{path}: not a safetensors file, or cut short; train the run again"
        ) from error
    for name, values in arrays.items():
        if not np.isfinite(values).all():
            raise RunError(f"{path}: '{name}' holds what is no finite number; train the run again")
    return arrays
