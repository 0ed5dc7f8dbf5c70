"""What the methods cost: time, memory and size."""

from __future__ import annotations

from typing import Any

import pandas as pd

from hierhash.reports.means_table import Row
from hierhash.reports.runs import Run, headline_names, main_bits
from hierhash.reports.section import Section, Table


def cost_section(runs: list[Run], environments: dict[str, Any]) -> Section:
    """Medians over seeds at the main code length."""
    bits = main_bits(runs)
    costs = {
        name: [run["cost"] for run in runs if run["name"] == name and run["bits"] == bits]
        for name in headline_names(runs)
    }
    # Older lines tell less.
    header = list(dict.fromkeys(key for own in costs.values() for one in own for key in one))
    rows: list[Row] = []
    for name, own in costs.items():
        if own:
            medians = pd.DataFrame(own).median()
            rows.append([name, str(len(own)), *(_number(medians.get(key)) for key in header)])
    note = (
        "Median over seeds, wall-clock time unless cpu is said, several runs at a time: compare "
        "rows, not machines. " + _machines(runs, environments)
    )
    return Section(f"Cost, {bits} bits", note, [Table(["method", "seeds", *header], rows)])


def _number(value: float | None) -> str:
    """A median, with three digits where it is small; nothing where it was not kept."""
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def train_seconds(runs: list[Run]) -> str:
    """Median wall-clock seconds of some trainings, or ``?`` where lines do not tell.

    Example:
        >>> train_seconds([{"cost": {"train_seconds": 1.26}}]), train_seconds([{"cost": {}}])
        ('1.3', '?')
    """
    found = [run["cost"]["train_seconds"] for run in runs if "train_seconds" in run["cost"]]
    if not found:
        return "?"
    median = float(pd.Series(found).median())
    return f"{median:.1f}" if median < 10 else f"{median:,.0f}"


def _machines(runs: list[Run], environments: dict[str, Any]) -> str:
    """Cores and threads of the machines, as far as result files tell."""
    used = [environments.get(key) for key in dict.fromkeys(str(r.get("environment")) for r in runs)]
    said = []
    for one in used:
        if isinstance(one, dict) and one.get("cores"):
            processor = f" ({one['cpu']})" if one.get("cpu") else ""
            threads = one.get("threads")
            shared = f", {threads} threads that all runs share" if threads else ""
            said.append(f"{one['cores']} cores{processor}{shared}")
    return f"Made on: {'; '.join(dict.fromkeys(said))}." if said else ""
