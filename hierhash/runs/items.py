"""The data of a run, made ready: for training, or as they were when a finished run was trained."""

from __future__ import annotations

from hierhash.config.schema import RunConfig
from hierhash.data.check import grouped
from hierhash.data.split.choice import shortfalls
from hierhash.errors import DataError
from hierhash.new_method import pick_device
from hierhash.prepare import Kept, Prepared, prepare
from hierhash.runs.saved import SavedRun
from hierhash.training.progress import counting, warn

SHOWN = 5
REMEDIES = {
    "validation": "train with data.split.sizes.validation, or score the query items with --final",
    "query": "train with data.split.sizes.query",
}
BOTH = frozenset({"image", "text"})


def prepare_with_progress(
    config: RunConfig, kept: Kept | None = None, needs: frozenset[str] = BOTH
) -> Prepared:
    """The data set of a config, with a bar over its pictures and a note on bad rows."""
    with counting("image features") as advance:
        device = pick_device(config.device)
        prepared = prepare(
            config.data, config.features, device, advance, kept, needs, config.facets
        )
    lines = grouped(prepared.catalogue.problems, SHOWN)
    if kept is None:
        lines += shortfalls(prepared.split)
    for line in lines:
        warn(line)
    return prepared


def prepare_again(saved: SavedRun) -> Prepared:
    """The data set of a finished run with the run's own split, tree and vocabulary.

    Raises:
        InputError: The data are gone, or no longer those the run was trained on.
    """
    prepared = prepare_with_progress(saved.config, saved.kept, saved.method.needs)
    saved.check_data(prepared)
    return prepared


def check_part(prepared: Prepared, part: str, remedy: str) -> None:
    """Refuses a part of the split that cannot be scored.

    Raises:
        DataError: It is empty, or none of its items has a modality of the data, or a label.
    """
    rows = prepared.split.parts[part]
    if not len(rows):
        raise DataError(f"split: there are no {part} items; {remedy}")
    items = prepared.items
    words = {"image": "picture", "text": "text"}
    for modality in items.rows:
        # Texts that no item has are those of names alone, and nobody asks with an item's text.
        if items.has[modality].any() and not len(items.having(modality, rows)):
            raise DataError(f"split: no {part} item has a {words[modality]}; {remedy}")
    if not prepared.labels.labelled[rows].any():
        raise DataError(f"split: no {part} item has a label; {remedy}")
