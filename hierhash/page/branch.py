"""The small text branch as JSON, for the page."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.coding import ExpectedCode
from hierhash.labels.facets import CATEGORY
from hierhash.labels.paths import Path as Node
from hierhash.labels.tree import LabelTree
from hierhash.metrics.risk_control import RiskControl
from hierhash.retrieval.risk_file import DEFAULT_RISK, SHORT
from hierhash.retrieval.small_branch import SmallBranch

Filed = Callable[[str, Node], Node]


def branch_json(
    branch: SmallBranch,
    trees: Mapping[str, LabelTree],
    controls: Mapping[str, Mapping[str, RiskControl]],
    filed: Filed,
) -> dict[str, Any]:
    """What the page's ``SmallBranch`` is made of.

    Args:
        branch: The branch.
        trees: Those of the run, by name.
        controls: Of its risk.
        filed: Where a node of a run's tree is in the tree that items are filed in.
    """
    words = branch.words
    vocabulary = {
        "words": words.vocabulary,
        "rarity": [round(float(weight), 6) for weight in words.weights],
        "kind": words.kind,
        "close": branch.reads_close_words,
    }
    parts = [
        _part(branch, name, trees[name], controls.get(name, {}), filed) for name in branch.networks
    ]
    return {"vocabulary": vocabulary, "parts": parts}


def _part(
    branch: SmallBranch,
    name: str,
    tree: LabelTree,
    controls: Mapping[str, RiskControl],
    filed: Filed,
) -> dict[str, Any]:
    network, coding = branch.networks[name], branch.coding(name)
    found: dict[str, Any] = {
        "tree": name,
        "isFacet": name != CATEGORY,
        "isExpected": isinstance(coding, ExpectedCode),
        "words": base64_of(network.words.numbers),
        "scales": base64_of(network.words.scales),
        "shift": base64_of(network.shift),
        "last": base64_of(network.last.numbers),
        "lastScales": base64_of(network.last.scales),
        "bias": base64_of(network.bias),
    }
    if not isinstance(coding, ExpectedCode):
        return found | {"bits": len(network.bias), "thresholds": {}}
    weight, bias = coding.head
    return found | {
        "head": base64_of(weight),
        "headBias": base64_of(bias),
        "temperature": coding.temperatures.get("text", 1.0),
        "centres": base64_of(coding.centres),
        "gains": base64_of(coding.gains),
        "bits": coding.centres.shape[1],
        "ancestors": tree.leaf_ancestors.tolist(),
        "paths": [
            [filed(name, tree.path_of(level, one)) for one in range(int(classes.max()) + 1)]
            for level, classes in enumerate(tree.leaf_ancestors, start=1)
        ],
        "names": {
            text: {"node": own.node, "classes": list(own.classes)}
            for text, own in branch.names(name).items()
        },
        "thresholds": {kind: _threshold(controls.get(kind)) for kind in ("text", SHORT)},
    }


def _threshold(control: RiskControl | None) -> float | None:
    """The probability that a node needs; None where the risk cannot be promised."""
    if control is None or not control.can_keep(DEFAULT_RISK):
        return None
    return min(control.threshold(DEFAULT_RISK), 2.0)  # JSON knows no infinity


def base64_of(array: NDArray[Any]) -> str:
    """The bytes of an array, little-endian, in characters that a page can hold."""
    dtype = array.dtype.newbyteorder("<")
    return base64.b64encode(np.ascontiguousarray(array, dtype=dtype).tobytes()).decode()
