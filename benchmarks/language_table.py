"""The table of emoji asked for in other languages, for ``write_tables``."""

from __future__ import annotations

from pathlib import Path
from statistics import mean
from typing import Any

from hierhash.reports.markdown import markdown_table
from hierhash.reports.section import Table
from hierhash.storage.json_files import read_lines

WORDS = {
    "titles": "English texts",
    "names": "English texts, names of classes in all languages",
    "translated": "texts in the language that asks, names of classes in all",
}
COLUMNS = ("known", "map_leaf", "hap")
READ = {"words": "words", "ngrams": "words and their parts"}


def languages(_: str, results: Path) -> str:
    """map_leaf / hap of texts that look for pictures, by what was learnt and the language asked."""
    own: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for line in read_lines(results / "emoji_languages.jsonl"):
        own.setdefault((line["language"], line["text"], line["lessons"]), []).append(line)
    rows = []
    for language in ("en", "de", "zh"):
        for lessons, said in WORDS.items():
            for text, read in READ.items():
                lines = own.get((language, text, lessons), [])
                if lines:
                    scores = [line["scores"] for line in lines]
                    cells = [f"{mean(one[key] for one in scores):.3f}" for key in COLUMNS]
                    counts = [str(len(lines)), str(lines[0]["queries"])]
                    rows.append([language, said, read, *counts, *cells])
    chance = own["", "", "chance"][0]
    cells = [f"{chance['scores'][key]:.3f}" for key in COLUMNS[1:]]
    rows.append(["any", "any order", "", "", str(chance["queries"]), "", *cells])
    header = ["asked in", "learnt from", "texts read as", "seeds", "n"]
    heads = ["share that says anything", "t2i map_leaf", "t2i hap"]
    return markdown_table(Table([*header, *heads], rows, names=3))
