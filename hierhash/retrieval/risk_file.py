"""The controls of risk that a run learnt on its calibration items, as model.json holds them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hierhash.errors import RunError
from hierhash.metrics.risk_control import RiskControl
from hierhash.storage.json_files import read_json

RISK = "risk"
SHORT, MOST_WORDS = "short text", 3
"""What the control of texts of so few words is called."""
DEFAULT_RISK = 0.1
Controls = Mapping[str, Mapping[str, RiskControl]]
"""By tree (``category`` and the facets) and modality (``image``, ``text``, ``both``, ``SHORT``)."""


def kind_of_text(text: str) -> str:
    """Whose control a text is under: ``SHORT`` or ``text``.

    Example:
        >>> kind_of_text("red dress"), kind_of_text("a red dress for summer")
        ('short text', 'text')
    """
    return SHORT if len(text.split()) <= MOST_WORDS else "text"


def controls_as_json(controls: Controls) -> dict[str, Any]:
    """What is written into model.json under ``RISK``."""
    return {
        tree: {modality: control.as_dict() for modality, control in own.items()}
        for tree, own in controls.items()
    }


def read_controls(run: Path) -> dict[str, dict[str, RiskControl]]:
    """The controls of a run; nothing of one that learnt none.

    Raises:
        RunError: They are damaged.
    """
    content = read_json(run / "model.json")
    known = content.get(RISK, {}) if isinstance(content, Mapping) else {}
    try:
        return {
            str(tree): {str(one): RiskControl.from_dict(found) for one, found in own.items()}
            for tree, own in known.items()
        }
    except (ValueError, AttributeError) as error:
        raise RunError(f"{run}/model.json: {RISK}: {error}; train the run again") from error
