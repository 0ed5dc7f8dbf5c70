"""What the demo does: train every row, score them, write the report, index, search."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from hierhash.bench.results import Job, SuiteResults
from hierhash.bench.run_one import final_scores
from hierhash.bench.suite import Suite
from hierhash.cli.searching import answer_line
from hierhash.errors import InputError
from hierhash.methods.method import Rows
from hierhash.new_method import new_method
from hierhash.page.one_file import write_page
from hierhash.prepare import LabelledItems, Prepared
from hierhash.reports.build import build_report
from hierhash.reports.headline import headline_markdown
from hierhash.retrieval.folder_store import FolderStore
from hierhash.runs.indexing import index_database
from hierhash.runs.items import prepare_with_progress
from hierhash.runs.saved import load_run
from hierhash.runs.saving import save_description, save_method
from hierhash.storage.whole_file import write_text
from hierhash.training.items import BOTH
from hierhash.training.progress import counting

Say = Callable[[str], None]
MARK = ".hierhash-demo"


def clear(suite: Suite, out: Path) -> None:
    """Removes what an earlier demo left in its folder, and nothing else.

    Raises:
        InputError: The folder holds something, and no demo was run in it.
    """
    mark = out / MARK
    if out.exists() and any(out.iterdir()):
        if not mark.is_file() and not (out / "results" / f"{suite.name}.jsonl").is_file():
            raise InputError(f"{out}: exists and holds no demo; choose another --out")
        for name in ("results", "index", *(row.method for row in suite.rows)):
            shutil.rmtree(out / name, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    write_text(mark, "made by hierhash demo, which may remove what it made here\n")


def compare(suite: Suite, out: Path, say: Say) -> Prepared:
    """Trains every row of the suite, prints the table, writes the report; returns the data."""
    results = out / "results"
    results.mkdir(parents=True)
    say("reading the shipped sample and computing image features (cached for the next time)")
    first = suite.config(suite.rows[0], suite.bits[0], 0, {})
    prepared = prepare_with_progress(first)
    files = SuiteResults(suite, results, prepared)
    for row in suite.rows:
        say(f"training {row.name}, {suite.bits[0]} bits")
        config = suite.config(row, suite.bits[0], 0, {})
        with counting("epochs", new_method(config, prepared).epochs) as advance:
            record, per_query, run = final_scores(config, prepared, top=True, advance=advance)
        job = Job(row, suite.bits[0], 0, {}, final=True)
        files.store_final(job, record, per_query)
        save_description(out / row.method, config, prepared)
        save_method(out / row.method, run.method, prepared)
    say("\n" + headline_markdown(suite.name, results))
    items = LabelledItems(prepared.catalogue, prepared.tree, prepared.labels)
    build_report(suite.name, results, items).save(out)
    return prepared


def search_story(
    suite: Suite, out: Path, queries: tuple[str, ...], prepared: Prepared, say: Say
) -> None:
    """Indexes the pictures with the last row's codes; texts search them, then one whole item.

    The index holds codes of the pictures alone: what a text finds there it does not find by the
    words that stand beside a picture.
    """
    saved = load_run(out / suite.rows[-1].method)
    index = index_database(saved, "image", prepared)
    index.save(out / "index")
    store = FolderStore(out / "index")
    write_page(store, out / "search.html", title="hierhash sample", force=True)

    def answer(title: str, rows: Rows) -> None:
        say(f"\n{title}:")
        for place, hit in enumerate(index.search(saved.method.encode(rows, "query"), k=5), start=1):
            say(answer_line(place, hit))

    for text in queries:
        saved.check_text(text)
        answer(f'pictures for the text "{text}"', {"text": saved.text_rows([text])})
    if saved.method.fuses:
        answer(*_whole_item(prepared))


def _whole_item(prepared: Prepared) -> tuple[str, Rows]:
    """A query of a picture and its words together: the first query item, which has both."""
    catalogue, items = prepared.catalogue, prepared.items
    modalities, having = items.given(BOTH, np.asarray(prepared.split.query))[0]
    row = having[:1]
    title = f'"{catalogue.texts[row[0]]}" ({catalogue.labels[row[0]][0]})'
    rows = {modality: items.rows[modality][row] for modality in modalities}
    return f"pictures for a picture and its words together, {title}", rows
