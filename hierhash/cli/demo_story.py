"""What the demo does: train both methods, score them, write the report, index, search."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from hierhash.bench.results import Job, store_final
from hierhash.bench.run_one import final_scores
from hierhash.bench.suite import Suite
from hierhash.bench.trained import Trained
from hierhash.builder import Prepared
from hierhash.cli.indexing import index_database
from hierhash.cli.training_run import prepare_with_progress
from hierhash.codes.hamming import hamming_distances
from hierhash.errors import InputError
from hierhash.labels.relevance import relevance_levels
from hierhash.reports.headline import headline_markdown
from hierhash.reports.html import write_report
from hierhash.saved_run import load_run, save_description, save_model
from hierhash.training.run_folder import write_json

Say = Callable[[str], None]
EXAMPLES, TOP = 6, 8


def clear(suite: Suite, out: Path) -> None:
    """Removes what an earlier demo left in its folder, and nothing else.

    Raises:
        InputError: The folder holds something, and no demo was run in it.
    """
    if out.exists() and any(out.iterdir()):
        if not (out / "results" / f"{suite.name}.jsonl").is_file():
            raise InputError(f"{out}: exists and holds no demo; choose another --out")
        for name in ("results", "index", *(row.method for row in suite.rows)):
            shutil.rmtree(out / name, ignore_errors=True)


def compare(suite: Suite, out: Path, say: Say) -> None:
    """Trains every row of the suite, prints the table and writes the report."""
    results = out / "results"
    results.mkdir(parents=True)
    say("reading the shipped sample and computing image features (cached for the next time)")
    first = suite.config(suite.rows[0], suite.bits[0], 0, {})
    prepared = prepare_with_progress(first)
    trained: dict[str, Trained] = {}
    for row in suite.rows:
        say(f"training {row.name}, {suite.bits[0]} bits")
        config = suite.config(row, suite.bits[0], 0, {})
        record, per_query, run = final_scores(config, prepared, asymmetric=False)
        job = Job(row, suite.bits[0], 0, {}, final=True)
        store_final(suite, results, prepared, job, record, per_query)
        save_description(out / row.method, config, prepared)
        save_model(out / row.method, run.model, prepared)
        trained[row.name] = run
    say("\n" + headline_markdown(suite.name, results))
    write_json(results / f"{suite.name}.details.json", {"examples": examples(prepared, trained)})
    rows = {item: row for row, item in enumerate(prepared.catalogue.ids)}

    def picture(item: str) -> bytes | None:
        image = prepared.catalogue.images[rows[item]]
        return image.read() if image else None

    write_report(suite.name, results, out / "report.html", picture)


def search_story(suite: Suite, out: Path, queries: tuple[str, ...], say: Say) -> None:
    """Indexes the pictures with the last row's codes and searches them with texts."""
    saved = load_run(out / suite.rows[-1].method)
    index = index_database(saved)
    index.save(out / "index")
    for text in queries:
        saved.check_text(text)
        say(f'\npictures for the text "{text}":')
        for hit in index.search(saved.text_outputs([text])[0], k=5):
            say(
                f"  {hit.distance:2} bits  {' > '.join(hit.item['paths'][0]):40}"
                f"  {hit.item['text']:.50}"
            )


def examples(prepared: Prepared, trained: dict[str, Trained]) -> list[dict[str, Any]]:
    """The first pictures of a few text queries by each method, good and bad ones alike.

    The queries are evenly spaced over the query set in the order of the first method's share of
    leaf matches in its top answers, so both ends are shown.
    """
    split, catalogue = prepared.split, prepared.catalogue
    database = split.database
    answers: dict[str, tuple[Any, Any, Any]] = {}
    for name, run in trained.items():
        distances = hamming_distances(run.codes["text"][split.query], run.codes["image"][database])
        order = np.argsort(distances, axis=1, kind="stable")[:, :TOP]
        levels = relevance_levels(
            prepared.labels.subset(split.query), prepared.labels.subset(database)
        )
        answers[name] = (
            order,
            np.take_along_axis(distances, order, axis=1),
            np.take_along_axis(levels, order, axis=1),
        )
    depth = prepared.tree.depth
    quality = (next(iter(answers.values()))[2] == depth).mean(axis=1)
    ranked = np.argsort(quality, kind="stable")
    shown = ranked[np.linspace(0, len(ranked) - 1, EXAMPLES).astype(int)]
    return [
        {
            "query_text": catalogue.texts[split.query[q]],
            "query_path": list(prepared.tree.resolve(catalogue.labels[split.query[q]][0])),
            "answers": [
                {
                    "method": name,
                    "hits": [
                        {
                            "id": catalogue.ids[database[i]],
                            "text": catalogue.texts[database[i]] or "",
                            "distance": int(d),
                            "level": int(level),
                        }
                        for i, d, level in zip(order[q], near[q], levels[q], strict=True)
                    ],
                }
                for name, (order, near, levels) in answers.items()
            ],
        }
        for q in shown.tolist()
    ]
