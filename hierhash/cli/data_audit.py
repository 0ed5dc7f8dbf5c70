"""``hierhash data audit``: labels that a run doubts, worst first, as a page and a CSV file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hierhash.cli.data_arguments import Format, Option

COLUMNS = ["id", "tree", "label", "likelier", "label_chance", "likelier_chance"]


def audit_command(
    run: Annotated[Path, typer.Argument(help="Run folder of a method that classifies.")],
    out: Annotated[Path, typer.Option(help="HTML page to write; a CSV file goes beside it.")],
    source: Annotated[
        str | None,
        typer.Argument(help="Folder or file of other items; the run's own data if not given."),
    ] = None,
    folds: Annotated[
        int, typer.Option(min=2, max=20, help="Parts of the training items; each is one training.")
    ] = 3,
    most: Annotated[int, typer.Option(min=1, help="Doubted labels on the page.")] = 200,
    format_: Format = None,
    option: Option = None,
) -> None:
    """List the items that look like another class or facet value than their label.

    Of the run's own data the training items are judged by trainings that have not seen them, so it
    takes as long as --folds trainings. Other items are judged by the run itself. The page shows the
    worst with their pictures; the CSV file has all of them.
    """
    from hierhash.cli.source_argument import read_source
    from hierhash.errors import DataError
    from hierhash.labels.paths import format_path
    from hierhash.reports.audit_page import audit_page
    from hierhash.retrieval.understood import rounded_down
    from hierhash.runs.audit import audit, audit_others
    from hierhash.runs.items import prepare_again
    from hierhash.runs.saved import load_run
    from hierhash.storage.csv_lines import format_csv, safe_cell
    from hierhash.storage.whole_file import write_text
    from hierhash.training.progress import counting, warn

    table = out.with_suffix(".csv")
    if out.suffix.lower() not in (".html", ".htm"):
        raise DataError(f"--out: {out} is the page, and the table goes beside it; name it .html")
    if taken := next((one for one in (out, table) if one.exists()), None):
        raise DataError(f"{taken}: exists already; choose another --out or remove it")
    if not out.parent.is_dir():
        raise DataError(f"{out.parent}: no such folder; make it, or choose another --out")
    saved = load_run(run)
    if source is None:
        prepared = prepare_again(saved)
        catalogue = prepared.catalogue
        with counting("folds") as advance:
            found = audit(saved.method, saved.config, prepared, folds, advance)
    else:
        catalogue, folds = read_source(source, format_, option), 0
        if seen := len(set(catalogue.ids) & saved.trained_on()):
            warn(
                f"{seen} of these items have ids that the run was trained on, and a run doubts too "
                "few of those; give no source to have them judged by other trainings"
            )
        found = audit_others(saved, catalogue)
    rows = [
        [
            safe_cell(catalogue.ids[one.row]),
            one.tree,
            safe_cell(format_path(one.given)),
            safe_cell(format_path(one.likelier)),
            f"{one.given_chance:.4f}",
            f"{min(one.likelier_chance, 0.9999):.4f}",
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
    write_text(table, format_csv(COLUMNS, rows))
    write_text(out, audit_page(run.name, shown, catalogue, total, folds))
    typer.echo(f"{out}: {min(most, len(found))} of {len(found)} doubted labels; all are in {table}")
