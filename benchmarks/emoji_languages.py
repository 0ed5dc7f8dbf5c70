"""Emoji learnt in English and asked for in German and Chinese, by text features and lessons.

A line of benchmarks/results/emoji_languages.jsonl for each training and language asked in: scores
of the labels and tags of the query emoji in that language against the pictures of the database, and
the share of them that say anything to the text features. Training texts are

- ``titles``: the English texts alone;
- ``names``: these, and the names of groups and subgroups in all 28 languages (``data.names``);
- ``translated``: the texts in the language that is asked in, names of nodes beside them: what a
  translated catalogue would give.

``chance`` is any order. A text that says nothing to the features asks all the same. One split for
all, that of the suite emoji; 64 bits, three seeds, the settings of the demo, nothing chosen here.
What stands in the file is not run again: HIERHASH_DATA=ROOT python benchmarks/emoji_languages.py
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from hierhash.bench.results import refuse_changed_code
from hierhash.bench.suite import Row, Suite, find_suite, load_suite
from hierhash.bench.trained import encode_items, fit_method
from hierhash.bench.typed_queries import ask
from hierhash.codes.distances import Hamming
from hierhash.config.hash import config_hash
from hierhash.config.schema import RunConfig, schema_of
from hierhash.data.sources import read
from hierhash.environment import environment
from hierhash.metrics.retrieval_suite import evaluate_codes
from hierhash.new_method import pick_device
from hierhash.prepare import Prepared, prepare
from hierhash.storage.json_files import append_line, read_lines

RESULTS = Path(__file__).resolve().parent / "results" / "emoji_languages.jsonl"
METHOD, BITS, SEEDS = "expected_tree_codes", 64, (0, 1, 2)
LANGUAGES = ("en", "de", "zh")
# N-grams of 28 languages are many: of 5,000, the default, those of few scripts would be left.
TEXT = {
    "words": {"name": "words", "max_size": 20000},
    "ngrams": {"name": "ngrams", "max_size": 50000},
}
SETTINGS = {"model.loss.gamma": 100, "model.loss.scale": 0.5, "model.training.lr": 0.003}
SCORES = ("map_leaf", "hap")


def trainings() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Text features, lessons, and the languages that each training is asked in."""
    for text in TEXT:
        for lessons in ("titles", "names"):
            yield text, lessons, LANGUAGES
        for language in LANGUAGES[1:]:
            yield text, "translated", (language,)


def config_of(
    suite: Suite, text: str, lessons: str, language: str, seed: int, split: Path
) -> RunConfig:
    """A training of the suite's data with other texts."""
    content = suite.config(Row(method=METHOD), BITS, seed, SETTINGS).model_dump(mode="json")
    content["features"]["text"] |= TEXT[text]
    content["data"]["names"] = lessons != "titles"
    content["data"]["split"] = {"file": str(split)}
    if lessons == "translated":
        content["data"]["options"] = {"language": language}
    return schema_of(METHOD).model_validate(content)


def first_of_each(prepared: Prepared) -> np.ndarray:
    """Of the query items the first drawing of each emoji: its text asks once."""
    query = prepared.split.query
    hexcodes = np.array(prepared.catalogue.attributes["hexcode"])[query]
    return query[np.sort(np.unique(hexcodes, return_index=True)[1])]


def measure(
    config: RunConfig, prepared: Prepared, texts: dict[str, list[str]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """By language asked in what the pictures of the database answer."""
    method, _ = fit_method(config, prepared)
    asked, database = first_of_each(prepared), prepared.split.database
    trained = encode_items(method, prepared, asked, database)
    stored = trained.stored["image"][database]
    labels = prepared.labels.subset(asked), prepared.labels.subset(database)
    for language, own in texts.items():
        coded, known = ask(trained, prepared, [own[row] for row in asked.tolist()])
        found = evaluate_codes(coded.codes, stored, trained.distance, *labels, canonical=False)
        yield language, {"known": round(float(known.mean()), 4), **_scores(found.means)}


def chance(prepared: Prepared) -> dict[str, Any]:
    """What any order gives: all items at one distance."""
    asked, database = first_of_each(prepared), prepared.split.database
    same = np.zeros((len(database), 1), dtype=np.uint8)
    labels = prepared.labels.subset(asked), prepared.labels.subset(database)
    found = evaluate_codes(same[: len(asked)], same, Hamming(8), *labels, canonical=False)
    return {"known": 1.0, **_scores(found.means)}


def lines(suite: Suite, folder: Path) -> Iterator[dict[str, Any]]:
    """The lines that are missing, as they are measured."""
    done = {_key(line) for line in (read_lines(RESULTS) if RESULTS.exists() else [])}
    device = pick_device("auto")
    english = prepare(suite.data, suite.features, device, needs=suite.needs)
    split = folder / "emoji.split.json"
    english.split.save(split, english.catalogue.ids)
    texts = {
        language: [text or "" for text in read("emoji", suite.data.path, language=language).texts]
        for language in LANGUAGES
    }
    common = {
        "benchmark": "emoji_languages",
        "split_sha256": english.split.sha256,
        "queries": len(first_of_each(english)),
    }
    line = common | {"text": "", "lessons": "chance", "language": "", "seed": 0}
    if _key(line) not in done:
        yield line | {"scores": chance(english)}
    for text, lessons, asked in trainings():
        prepared: Prepared | None = None
        for seed in SEEDS:
            config = config_of(suite, text, lessons, asked[0], seed, split)
            about = common | {
                "method": METHOD,
                "bits": BITS,
                "seed": seed,
                "text": text,
                "lessons": lessons,
                "config_sha256": config_hash(config),
            }
            missing = [one for one in asked if _key(about | {"language": one}) not in done]
            if not missing:
                continue
            if prepared is None:
                prepared = prepare(config.data, config.features, device, needs=suite.needs)
            own = {language: texts[language] for language in missing}
            for language, scores in measure(config, prepared, own):
                yield about | {"language": language, "scores": scores}


def _key(line: dict[str, Any]) -> tuple[Any, ...]:
    names = ("text", "lessons", "language", "seed", "split_sha256", "config_sha256")
    return tuple(line.get(name) for name in names)


def main() -> None:
    """Measures what is missing."""
    about = environment()
    refuse_changed_code(RESULTS.parent, about["commit"])
    suite = load_suite(find_suite("emoji"))
    with tempfile.TemporaryDirectory() as temporary:
        for line in lines(suite, Path(temporary)):
            line |= {
                "command": "python benchmarks/emoji_languages.py",
                "commit": about["commit"],
                "environment": about["packages"],
            }
            append_line(RESULTS, line)
            told = [str(line[name]) for name in ("text", "lessons", "language", "seed")]
            print(f"{', '.join(filter(None, told))}: {line['scores']}", flush=True)


def _scores(means: dict[str, float]) -> dict[str, float]:
    return {name: round(means[name], 5) for name in SCORES}


if __name__ == "__main__":
    main()
