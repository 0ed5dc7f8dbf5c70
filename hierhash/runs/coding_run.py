"""What coding a catalogue asks of a run, be it loaded with torch or exported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from PIL import Image

from hierhash.features.backbone import ImageBackbone
from hierhash.features.text_vectorisers import TextVectoriser
from hierhash.labels.tree import LabelTree
from hierhash.methods.parts import Coder


class CodingRun(Protocol):
    """A run: ``runs.saved.SavedRun``, or without torch ``exported.run.ExportedRun``."""

    @property
    def folder(self) -> Path:
        """Its folder."""
        ...

    @property
    def method_name(self) -> str:
        """Of the method that was trained."""
        ...

    @property
    def tree(self) -> LabelTree:
        """Its tree."""
        ...

    @property
    def facets(self) -> Mapping[str, LabelTree]:
        """The trees of its facets, by name."""
        ...

    @property
    def facet_columns(self) -> Mapping[str, str]:
        """By facet the column that its values are read from."""
        ...

    @property
    def method(self) -> Coder:
        """What codes rows."""
        ...

    @property
    def prefixes(self) -> Sequence[int]:
        """Shorter lengths whose codes are the first bits of the category's."""
        ...

    @property
    def modalities(self) -> Sequence[str]:
        """What it can code, of ``image`` and ``text``."""
        ...

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Shape of one row of each modality."""
        ...

    @property
    def given_image_features(self) -> bool:
        """It learnt from precomputed image features."""
        ...

    @property
    def vectoriser(self) -> TextVectoriser | None:
        """Turns texts into features."""
        ...

    @property
    def backbone(self) -> ImageBackbone:
        """Turns pictures into rows."""
        ...

    def check_modality(self, modality: str) -> None:
        """Refuses a modality that its method does not code."""
        ...

    def check_text(self, text: str) -> None:
        """Refuses a text that says nothing to the run."""
        ...

    def knows(self, text: str) -> bool:
        """Whether a text has a word that the run knows."""
        ...

    def notes(self, text: str) -> list[str]:
        """What of a text was not taken as it stands."""
        ...

    def text_rows(self, texts: Sequence[str]) -> Any:
        """Rows of texts."""
        ...

    def image_rows(self, images: Sequence[Image.Image]) -> Any:
        """Rows of RGB pictures."""
        ...

    def fitting(self, rows: Any) -> Any:
        """Rows of pictures, where they are what the run learnt from."""
        ...
