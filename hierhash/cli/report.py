"""``hierhash report``: the HTML report and the Markdown headline of a suite."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    suite: Annotated[str, typer.Argument(help="Name of a suite that was run.")],
    results: Annotated[Path, typer.Option(help="Results folder.")] = Path("benchmarks/results"),
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("runs/report"),
) -> None:
    """Write report.html, report.md and report.csv."""
    from hierhash.reports.headline import headline_markdown, headline_table, load_frame
    from hierhash.reports.html import write_report
    from hierhash.training.run_folder import write_text

    markdown = headline_markdown(suite, results)
    out.mkdir(parents=True, exist_ok=True)
    write_text(out / "report.md", markdown)
    write_text(out / "report.csv", headline_table(load_frame(suite, results)).to_csv(index=False))
    write_report(suite, results, out / "report.html")
    for name in ("report.html", "report.md", "report.csv"):
        typer.echo(str(out / name))
