"""All sections of a suite's report, and the files they are written to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hierhash.bench.results import data_file
from hierhash.errors import RunError
from hierhash.labels.tree import read_tree
from hierhash.prepare import LabelledItems
from hierhash.reports.comparison import comparison_section, intervals
from hierhash.reports.confusion import confusion_section
from hierhash.reports.curves import curve_section, length_section, level_section
from hierhash.reports.examples import retrieved_examples
from hierhash.reports.facts import (
    asymmetric_section,
    classification_section,
    cost_section,
    cross_section,
    single_item_section,
    ties_section,
    unseen_section,
    within_section,
)
from hierhash.reports.headline import headline_section
from hierhash.reports.html import Page, html
from hierhash.reports.lines import DIRECTIONS
from hierhash.reports.runs import Run, answering, load_results, tidy
from hierhash.reports.section import Section, latex_table, markdown
from hierhash.reports.tails import tail_section
from hierhash.storage.csv_lines import safe_cell
from hierhash.storage.json_files import read_json, read_lines
from hierhash.storage.whole_file import write_text


@dataclass(frozen=True)
class Report:
    """The four files of a report, as text."""

    html: str
    markdown: str
    latex: str
    csv: str

    def save(self, folder: Path) -> list[Path]:
        """Writes report.html, report.md, report.tex and report.csv; returns their paths."""
        folder.mkdir(parents=True, exist_ok=True)
        contents = {"html": self.html, "md": self.markdown, "tex": self.latex, "csv": self.csv}
        paths = []
        for ending, text in contents.items():
            paths.append(folder / f"report.{ending}")
            write_text(paths[-1], text)
        return paths


def build_report(suite: str, results: Path, items: LabelledItems | None = None) -> Report:
    """Makes the report of a suite.

    Args:
        suite: Name of the suite.
        results: Folder of its result files.
        items: The items of the suite, for retrieved examples with their pictures; without them
            the report has no examples.

    Raises:
        RunError: There are no results, or they are damaged.
        DataError: ``items`` are not those of the results, or a picture cannot be read.
    """
    runs, left_out = load_results(suite, results)
    both = answering(runs, DIRECTIONS)
    found = intervals(results, both)
    headline = headline_section(both, found, left_out)
    tree_file = data_file(results, suite, "tree.yaml", runs[0]["tree_sha256"])
    sections: list[Section | None] = [
        headline,
        comparison_section(both, found),
        length_section(both),
        level_section(both),
        curve_section(both),
        tail_section(results, both),
        cross_section(both),
        classification_section(both),
        confusion_section(results, both, read_tree(tree_file)) if tree_file else None,
        within_section(runs),
        unseen_section(both),
        asymmetric_section(both),
        single_item_section(both),
        ties_section(both),
        cost_section(runs),
    ]
    kept = [section for section in sections if section is not None]
    page = Page(
        suite=suite,
        sections=kept,
        examples=retrieved_examples(results, both, items) if items is not None else [],
        runs=runs,
        environments=_environments(suite, results),
        tuning=read_lines(results / f"{suite}.tuning.jsonl"),
    )
    return Report(
        html=html(page),
        markdown=f"# hierhash benchmark: {suite}\n\n" + markdown(kept),
        latex=latex_table(headline.tables[0], f"{suite}: mean and deviation over seeds."),
        csv=_csv(runs),
    )


def _environments(suite: str, results: Path) -> dict[str, Any]:
    path = results / "environments.json"
    if not path.exists():
        raise RunError(
            f"{path}: missing, and it tells on what the numbers were made; put back the file that "
            f"hierhash bench {suite} wrote beside {suite}.jsonl"
        )
    content = read_json(path)
    if not isinstance(content, dict):
        raise RunError(f"{path}: not a JSON object; put back the file that hierhash bench wrote")
    return content


def _csv(runs: list[Run]) -> str:
    frame = tidy(runs)
    words = ["name", "database", "direction", "distance", "metric"]
    frame[words] = frame[words].map(safe_cell)
    return frame.to_csv(index=False)
