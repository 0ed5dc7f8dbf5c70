"""One method over several trees: a part for the category and one for each facet.

Every part is the method itself, fitted on its own tree's labels with its own length; the codes
stand side by side, each from a byte of its own. So the category's segment is the code of a run
without facets, bit for bit, and any method that learns from labels can have facets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from numpy.typing import NDArray

from hierhash.codes.coded import Coded, Segment, beside
from hierhash.codes.distances import Distance, Dot, Hamming
from hierhash.errors import ConfigError
from hierhash.labels.facets import CATEGORY
from hierhash.methods.method import Method, Posteriors, Role, Rows
from hierhash.training.checkpoint import NAME
from hierhash.training.fit import CHECKPOINTS, Watch
from hierhash.training.items import Items

FOLDER = "facets"


class Faceted:
    """See the module's words; a ``Method``, whose classification is that of the category.

    Args:
        parts: ``category`` first, then the facets: the method of each.
    """

    Settings: ClassVar[type] = object
    free_length: ClassVar[bool] = True

    def __init__(self, parts: Mapping[str, Method]) -> None:
        self.parts = dict(parts)
        self.category = self.parts[CATEGORY]
        self.needs, self.fuses = self.category.needs, self.category.fuses

    @property
    def epochs(self) -> int:
        """Those of all parts."""
        return sum(part.epochs for part in self.parts.values())

    @property
    def prefixes(self) -> Sequence[int]:
        """None: a shorter category would move the facets."""
        return ()

    def _each(self, items: Items) -> list[tuple[str, Method, Items]]:
        return [
            (name, part, items if name == CATEGORY else items.labelled_by(name))
            for name, part in self.parts.items()
        ]

    def check(self, train: Items) -> None:
        """See ``Method``."""
        for name, part, items in self._each(train):
            if "labels" not in part.needs:
                raise ConfigError(
                    "facets: a method that learns from no labels would give a facet the category's "
                    "bits again; choose one that does, such as expected_tree_codes"
                )
            distance = part.distance()
            if not isinstance(distance, Hamming | Dot):
                raise ConfigError(
                    f"facets: codes compared by {distance.name} cannot stand side by side; choose "
                    "a method of bits, or posterior_float"
                )
            if name != CATEGORY and not items.labels.labelled.any():
                raise ConfigError(f"facets.{name}: no training item has a known value")
            part.check(items)

    def fit(self, train: Items, watch: Watch) -> None:
        """See ``Method``: part after part; validation and early stopping look at the category."""
        done = 0
        for name, part, items in self._each(train):
            own = watch if name == CATEGORY else _watch_of(watch, name)
            part.fit(items, replace(own, report=_from(watch.report, done)))
            done += part.epochs

    def calibrate(self, items: Items) -> None:
        """See ``Method``."""
        for _, part, own in self._each(items):
            part.calibrate(own)

    def encode(self, rows: Rows, role: Role) -> Coded:
        """See ``Method``: the parts' codes, queries and vectors side by side."""
        return beside([part.encode(rows, role) for part in self.parts.values()])

    def classify(self, rows: Rows) -> Posteriors | None:
        """See ``Method``: the category's; ``parts`` classify by the facets."""
        return self.category.classify(rows)

    def layout(self) -> tuple[Segment, ...]:
        """The segments of the parts by their names; none for float vectors."""
        return tuple(
            Segment(name, segment.bits)
            for name, part in self.parts.items()
            for segment in part.layout()
        )

    def distance(self) -> Distance:
        """Differing bits of all segments, or the sum of the parts' products."""
        own = [part.distance() for part in self.parts.values()]
        if all(isinstance(one, Dot) for one in own):
            return Dot(sum(one.width for one in own if isinstance(one, Dot)))
        return Hamming(sum(one.bits for one in own if isinstance(one, Hamming)))

    def state(self) -> dict[str, NDArray[Any]]:
        """See ``Method``: arrays of the parts as ``PART.NAME``."""
        return {
            f"{name}.{key}": array
            for name, part in self.parts.items()
            for key, array in part.state().items()
        }

    def meta(self) -> dict[str, Any]:
        """See ``Method``; ``coding`` names the parts and what each makes of its outputs."""
        parts = {name: part.meta() for name, part in self.parts.items()}
        coding: dict[str, Any] | None = {
            "name": "faceted",
            "parts": {name: own.get("coding", {"name": "signs"}) for name, own in parts.items()},
        }
        if any(own.get("coding", ...) is None for own in parts.values()):
            coding = None
        return {"temperatures": {}, "coding": coding, "parts": parts}

    def load(self, state: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
        """See ``Method``."""
        for name, part in self.parts.items():
            own = {
                key.removeprefix(f"{name}."): array
                for key, array in state.items()
                if key.startswith(f"{name}.")
            }
            part.load(own, meta["parts"][name])

    @classmethod
    def facts(cls, settings: Any) -> dict[str, Any]:
        """Told by the method of the parts."""
        return {}


def _watch_of(watch: Watch, name: str) -> Watch:
    """A watch of a facet's part: a folder of its own, and no early stopping."""
    folder = None if watch.folder is None else watch.folder / FOLDER / name
    begun = folder is not None and (folder / CHECKPOINTS / NAME).exists()
    return replace(watch, folder=folder, resume=watch.resume and begun, validate=None, every=0)


def _from(
    report: Callable[[int, dict[str, float]], None], done: int
) -> Callable[[int, dict[str, float]], None]:
    return lambda epoch, losses: report(done + epoch, losses)
