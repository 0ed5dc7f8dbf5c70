"""All sections of a suite's report, and the files they are written to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hierhash.bench.results import data_file
from hierhash.errors import RunError
from hierhash.labels.tree import read_tree
from hierhash.prepare import LabelledItems
from hierhash.reports.arena import arena_section
from hierhash.reports.asymmetric import asymmetric_section
from hierhash.reports.centre_weights import centre_weights_section
from hierhash.reports.classification import classification_section
from hierhash.reports.comparison import Interval, Key, comparison_section, intervals
from hierhash.reports.conclusion import conclude
from hierhash.reports.confusion import confusion_section
from hierhash.reports.cost import cost_section
from hierhash.reports.cross import cross_section
from hierhash.reports.curves import curve_section, length_section, level_section
from hierhash.reports.examples import retrieved_examples
from hierhash.reports.facets import facets_section
from hierhash.reports.facts import (
    single_item_section,
    together_section,
    unseen_section,
    within_section,
)
from hierhash.reports.headline import headline_section
from hierhash.reports.html import Page, html
from hierhash.reports.latex import latex_table
from hierhash.reports.lines import DIRECTIONS
from hierhash.reports.markdown import markdown
from hierhash.reports.prefixes import prefix_section
from hierhash.reports.reference import reference
from hierhash.reports.runs import Run, answering, load_results, tidy
from hierhash.reports.section import Section
from hierhash.reports.tails import tail_section
from hierhash.reports.ties import ties_section
from hierhash.reports.typed import typed_section
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
    environments = _environments(suite, results)
    conclusion = conclude(both, found) if both else None
    headline = headline_section(both, found, left_out) if both else None
    sections = [
        headline,
        *(_cross_modal(results, both, found) if both else []),
        within_section(runs),
        together_section(runs),
        facets_section(runs),
        typed_section(runs),
        arena_section(runs),
        cost_section(runs, environments),
    ]
    kept = [section for section in sections if section is not None]
    examples = retrieved_examples(results, both, items) if items is not None and both else []
    page = Page(
        suite=suite,
        conclusion=conclusion,
        examples=[one for one in examples if one.examples],
        sections=kept,
        runs=runs,
        environments=environments,
        tuning=read_lines(results / f"{suite}.tuning.jsonl"),
    )
    main = (headline or kept[0]).tables[0]
    start = [conclusion.section] if conclusion else []
    return Report(
        html=html(page),
        markdown=f"# hierhash benchmark: {suite}\n\n" + markdown([*start, *kept], reference(runs)),
        latex=latex_table(main, f"{suite}: mean and deviation over seeds."),
        csv=_csv(runs),
    )


def _cross_modal(
    results: Path, runs: list[Run], found: dict[Key, Interval]
) -> list[Section | None]:
    """What is told of runs that answer in both directions, after the headline."""
    suite, tree_sha256 = runs[0]["suite"], runs[0]["tree_sha256"]
    tree_file = data_file(results, suite, "tree.yaml", tree_sha256)
    return [
        comparison_section(runs, found),
        length_section(runs),
        level_section(runs),
        curve_section(runs),
        tail_section(results, runs),
        cross_section(runs),
        prefix_section(runs),
        centre_weights_section(runs),
        classification_section(runs),
        confusion_section(results, runs, read_tree(tree_file)) if tree_file else None,
        unseen_section(runs),
        asymmetric_section(runs),
        single_item_section(runs),
        ties_section(runs),
    ]


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
