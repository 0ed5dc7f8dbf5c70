"""Training similarity by head: what each of the two brings."""

from __future__ import annotations

from hierhash.reports.lines import DIRECTIONS
from hierhash.reports.means_table import Row, best_cell, mean_of
from hierhash.reports.runs import Run, counted, counted_columns, main_bits
from hierhash.reports.section import Section, Table

PAIRS = {"leaf": "leaf S", "any": "any-ancestor S", "tree": "level-weighted S"}
HEADS = ("none", "leaf", "per_level", "path")


def cross_section(runs: list[Run]) -> Section | None:
    """The table at the main code length; None without the variants."""
    bits = main_bits(runs)
    adamw = [
        run
        for run in runs
        if run["bits"] == bits
        and {"pairs", "head"} <= set(run["settings"])
        and run["settings"].get("optimiser") == "adamw"
        # A width of its own: the codes are not the outputs of this network, but made from them.
        and "width" not in run["settings"]
    ]
    found: dict[tuple[str, str], list[Run]] = {}
    for run in adamw:
        key = (run["settings"]["pairs"], run["settings"]["head"])
        if run["variant"] in ("", f"{key[0]}+{key[1]}"):  # not a variant of another kind
            found.setdefault(key, []).append(run)
    if not any(run["variant"] for runs_of in found.values() for run in runs_of):
        return None
    columns = [(d, m) for d in DIRECTIONS for m in ("map_leaf", "hap", "ndcg@100")]
    numbers = {
        key: {column: mean_of(own, *column) for column in columns} for key, own in found.items()
    }
    best = {column: max(of[column] for of in numbers.values()) for column in columns}
    rows: list[Row] = []
    for pairs in PAIRS:
        for head in HEADS:
            own = found.get((pairs, head), [])
            if own:
                tried, epochs = (
                    str(own[0]["settings"].get(name, "")) for name in ("trials", "epochs")
                )
                cells: Row = [
                    counted(own, column[0])
                    if column[1] == "n"
                    else best_cell(numbers[pairs, head][column], best[column])
                    for column in counted_columns(columns)
                ]
                rows.append([PAIRS[pairs], head, str(len(own)), tried, epochs, *cells])
    names = (f"{d} {m}" for d, m in counted_columns(columns))
    header = ["similarity", "head", "seeds", "trials", "epochs", *names]
    note = (
        "The same network and optimiser; settings of each row are the best on validation items of "
        "so many trials, epochs among them where a row tried several."
    )
    return Section(
        f"Similarity by head, {bits} bits", note, [Table(header, rows, names=2, grouped=True)]
    )
