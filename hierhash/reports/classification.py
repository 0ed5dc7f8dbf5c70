"""What the methods predict: hierarchical classification of the query items."""

from __future__ import annotations

import pandas as pd

from hierhash.reports.means_table import Row
from hierhash.reports.runs import Run, counted, headline_names, main_bits
from hierhash.reports.section import Section, Table


def classification_section(runs: list[Run]) -> Section | None:
    """Means over seeds at the main code length; None where no method predicts."""
    bits = main_bits(runs)
    rows: list[Row] = []
    header: list[str] = []
    for name in headline_names(runs):
        own = [r for r in runs if r["name"] == name and r["bits"] == bits and r["classification"]]
        for side in ("image", "text"):
            found = [run["classification"][side] for run in own if side in run["classification"]]
            if not found:
                continue
            means = pd.DataFrame(found).mean()
            header = list(means.index)
            rows.append([name, side, counted(own, side), *(f"{value:.3f}" for value in means)])
    if not rows:
        return None
    note = (
        "The classifier of each method on the query items; confidence calibrated on validation "
        "items. A leaf-only one predicts inner nodes as the sum over their leaves. Mean over seeds."
    )
    table = Table(["method", "side", "n", *header], rows, names=2, grouped=True)
    return Section(f"Classification, {bits} bits", note, [table])
