"""The text branch in numpy: outputs of texts from a run's files, without loading torch.

Importing torch takes seconds and a query a millisecond, so a search by text reads the vocabulary
and the weights of the text branch, and does its few matrix products here. A test holds it to
torch's outputs (1e-5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.coded import Coded
from hierhash.codes.coding import Coding, coding_of
from hierhash.errors import DataError, RunError
from hierhash.features.text_vectorisers import TextVectoriser, VectoriserSpec, text_vectoriser
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.run_files import read_config
from hierhash.storage.json_files import read_json

Weights = Mapping[str, NDArray[Any]]
_EPSILON = 1e-5  # of torch's batch norm


class TextBranch:
    """Turns texts into real outputs as the text branch of a run does.

    Args:
        run: The run folder, or the copy that an index carries.

    Raises:
        RunError: A file is missing or damaged, the run's method reads no texts, or it learnt from
            text features that were given to it.
    """

    def __init__(self, run: Path) -> None:
        config = read_config(run)
        about = read_json(run / "model.json")
        about = about if isinstance(about, dict) else {}
        if about.get("text_width", 1) is None:
            raise RunError(f"{run}: '{config.get('method')}' reads no texts; search with --image")
        if not (run / "vectoriser.json").is_file():
            raise RunError(f"{run}: trained on precomputed text features; it reads no text")
        self._run = run
        self._vectoriser = _vectoriser(run, config)
        stored = _stored(run / "model.safetensors")
        self._weights = {
            name.removeprefix("text."): array
            for name, array in stored.items()
            if name.startswith("text.")
        }
        if not {"mean", "deviation", "first.weight", "first.bias"} <= set(self._weights):
            raise RunError(f"{run}/model.safetensors: holds no text branch; train the run again")
        self._coding = _coding(run, about, stored)

    def check(self, text: str) -> None:
        """Refuses a text that says nothing to the run.

        Raises:
            DataError: It is empty, or no word of it is known; the nearest known words are named.
        """
        check_text(self._vectoriser, text)

    def encode(self, texts: Sequence[str]) -> Coded:
        """Texts as queries, as the run's method codes them.

        Raises:
            RunError: The weights do not fit the vocabulary, or each other.
        """
        try:
            return self._coding(self.outputs(texts), "text")
        except (ValueError, IndexError) as error:
            raise RunError(_unfit(self._run)) from error

    def outputs(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Real outputs, float32 (n, K).

        Raises:
            RunError: The weights do not fit the vocabulary or the shape in the config.
        """
        rows = self._vectoriser.transform(texts)
        try:
            values = self._forward(rows)
        except (KeyError, ValueError, IndexError) as error:
            raise RunError(_unfit(self._run)) from error
        return np.asarray(values, dtype=np.float32)

    def _forward(self, rows: Any) -> NDArray[Any]:
        mean, deviation = self._weights["mean"], self._weights["deviation"]
        if len(mean):
            rows = (rows - mean) / deviation
        values = np.asarray(rows @ self._weights["first.weight"]) + self._weights["first.bias"]
        layers = sorted({int(name.split(".")[1]) for name in self._weights if "rest." in name})
        for layer in layers:
            weight = self._weights.get(f"rest.{layer}.weight", np.ones(0))
            if weight.ndim == 2:  # linear, after the rectified hidden layer
                values = np.maximum(values, 0) @ weight.T + self._weights[f"rest.{layer}.bias"]
            else:
                values = self._normalised(values, layer)
        return np.asarray(values)

    def _normalised(self, values: NDArray[Any], layer: int) -> NDArray[Any]:
        own = f"rest.{layer}."
        mean, variance = self._weights[f"{own}running_mean"], self._weights[f"{own}running_var"]
        values = (values - mean) / np.sqrt(variance + np.float32(_EPSILON))
        if f"{own}weight" in self._weights:
            values = values * self._weights[f"{own}weight"] + self._weights[f"{own}bias"]
        return values


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
        raise DataError(f"text '{text}': no word of it was seen in training{hint}")


def _coding(run: Path, about: Mapping[str, Any], stored: Weights) -> Coding:
    """What the run's method makes of outputs; a run of 0.1.0 says nothing, and takes signs."""
    description = about.get("coding")

    try:
        return coding_of(
            description,
            lambda: LabelTree.from_yaml(run / "tree.yaml").leaf_ancestors,
            stored.__getitem__,
        )
    except (ValueError, AttributeError, KeyError) as error:
        raise RunError(f"{run}/model.json: coding: {error}; train the run again") from error


def _unfit(run: Path) -> str:
    return f"{run}/model.safetensors: does not fit config.yaml; train the run again"


def _vectoriser(run: Path, config: Mapping[str, Any]) -> TextVectoriser:
    wanted = _section(config, "features", "text")
    vectoriser = text_vectoriser(VectoriserSpec(name=str(wanted.get("name", "words"))))
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


def _stored(path: Path) -> dict[str, NDArray[Any]]:
    """All arrays of a run but those of its image branch, which are large."""
    from safetensors import safe_open

    try:
        with safe_open(path, framework="numpy") as stored:
            names = [name for name in stored.keys() if not name.startswith("image.")]  # noqa: SIM118
            arrays = {name: stored.get_tensor(name) for name in names}
    except Exception as error:  # safetensors raises its own kinds, some without a base class
        raise RunError(
            f"{path}: not a safetensors file, or cut short; train the run again"
        ) from error
    for name, values in arrays.items():
        if not np.isfinite(values).all():
            raise RunError(f"{path}: '{name}' holds what is no finite number; train the run again")
    return arrays
