"""``hierhash data audit``: labels that a run doubts, worst first, as a page and a CSV file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

COLUMNS = ["id", "tree", "label", "likelier", "label_chance", "likelier_chance"]


def audit_command(
    run: Annotated[Path, typer.Argument(help="Run folder of a method that classifies.")],
    out: Annotated[Path, typer.Option(help="HTML page to write; a CSV file goes beside it.")],
    folds: Annotated[
        int, typer.Option(min=2, max=20, help="Parts of the training items; each is one training.")
    ] = 3,
    most: Annotated[int, typer.Option(min=1, help="Doubted labels on the page.")] = 200,
) -> None:
    """List the items of a run's data that look like another class or facet value.

    Training items are judged by trainings that have not seen them, so it takes as long as --folds
    trainings. The page shows the worst with their pictures; the CSV file has all of them.
    """
    from hierhash.errors import DataError
    from hierhash.labels.paths import format_path
    from hierhash.reports.audit_page import audit_page
    from hierhash.retrieval.understood import rounded_down
    from hierhash.runs.audit import audit
    from hierhash.runs.items import prepare_again
    from hierhash.runs.saved import load_run
    from hierhash.storage.csv_lines import format_csv, safe_cell
    from hierhash.storage.whole_file import write_text
    from hierhash.training.progress import counting

    table = out.with_suffix(".csv")
    if table == out:
        raise DataError(f"--out: {out} is the page; give it another ending, such as .html")
    saved = load_run(run)
    prepared = prepare_again(saved)
    with counting("folds") as advance:
        found = audit(saved.method, saved.config, prepared, folds, advance)
    catalogue = prepared.catalogue
    rows = [
        [
            safe_cell(catalogue.ids[one.row]),
            one.tree,
            safe_cell(format_path(one.given)),
            safe_cell(format_path(one.likelier)),
            f"{one.given_chance:.4f}",
            f"{one.likelier_chance:.4f}",
        ]
        for one in found
    ]
    shown = [
        {
            "row": one.row,
            "id": catalogue.ids[one.row],
            "text": catalogue.texts[one.row],
            "tree": one.tree,
            "given": " > ".join(one.given),
            "likelier": " > ".join(one.likelier),
            "given_chance": f"{rounded_down(one.given_chance):.2f}",
            "likelier_chance": f"{rounded_down(one.likelier_chance):.2f}",
        }
        for one in found[:most]
    ]
    total = len({one.row for one in found})
    write_text(out, audit_page(run.name, shown, catalogue, total, folds))
    write_text(table, format_csv(COLUMNS, rows))
    typer.echo(f"{out}: {min(most, len(found))} of {len(found)} doubted labels; all are in {table}")
