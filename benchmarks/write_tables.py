"""Writes the tables of the README and of four pages in docs/ from the committed result files."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import mean
from typing import Any

from ann import table as ann_table
from cost_tables import costs, memory, nearby, one_file, serving, speed
from form_tables import forms
from language_table import languages

from hierhash.reports.arena import arena_section
from hierhash.reports.build import build_report
from hierhash.reports.centre_weights import centre_weights_section
from hierhash.reports.cross import cross_section
from hierhash.reports.facts import together_section, within_markdown
from hierhash.reports.headline import headline_markdown
from hierhash.reports.looks import PALETTE
from hierhash.reports.markdown import markdown, markdown_table
from hierhash.reports.prefixes import prefix_section
from hierhash.reports.runs import Run, load_results
from hierhash.reports.section import Section, Table
from hierhash.storage.json_files import read_lines

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
SUITES = (
    "fashion",
    "fashion_masked",
    "fashion_unseen_leaves",
    "fashion_facets",
    "sample",
    "emoji",
    "emoji_artist",
)


def headline(suite: str, results: Path) -> str:
    return headline_markdown(suite, results)


def first_table(make: Callable[[list[Run]], Section | None]) -> Callable[[str, Path], str]:
    """The first table of a section of the report; nothing where the results have none."""

    def made(suite: str, results: Path) -> str:
        section = make(load_results(suite, results)[0])
        return markdown_table(section.tables[0]) if section else ""

    return made


def within(suite: str, results: Path) -> str:
    return within_markdown(suite, results)


def new_leaves(_: str, results: Path) -> str:
    """Means over seeds of the last measurement of each setting; queries of new and old leaves."""
    last = {
        (line["setting"], str(line["items"]), line["seed"]): line["scores"]
        for line in read_lines(results / "new_leaves.jsonl")
    }
    places = [
        (part, direction, metric)
        for part in ("new", "old")
        for direction in ("i2t", "t2i")
        for metric in ("map_leaf", "hap")
    ]
    rows = []
    for setting, items in dict.fromkeys(key[:2] for key in last):
        scores = [own for key, own in last.items() if key[:2] == (setting, items)]
        means = (mean(own[part][way][name] for own in scores) for part, way, name in places)
        rows.append([setting, items, str(len(scores)), *(f"{one:.3f}" for one in means)])
    header = [f"{part}: {way} {name}" for part, way, name in places]
    return markdown_table(Table(["", "items a leaf", "seeds", *header], rows, names=2))


def partial_labels(_: str, results: Path) -> str:
    """Means over seeds of each method by what was done to the training labels."""
    last = {
        (line["method"], line["damage"], line["seed"]): line["scores"]
        for line in read_lines(results / "partial_labels.jsonl")
    }
    places = [(way, name) for way in ("i2t", "t2i") for name in ("map_leaf", "hap")]
    rows = []
    for method, damage in dict.fromkeys(key[:2] for key in last):
        scores = [own for key, own in last.items() if key[:2] == (method, damage)]
        means = (mean(own[way][name] for own in scores) for way, name in places)
        rows.append([method, damage, str(len(scores)), *(f"{one:.3f}" for one in means)])
    header = [f"{way} {name}" for way, name in places]
    return markdown_table(Table(["", "30 % of labels", "seeds", *header], rows, names=2))


def splits(_: str, results: Path) -> str:
    """Each method on each draw of the parts; one training each."""
    places = [(way, name) for way in ("i2t", "t2i") for name in ("map_leaf", "hap")]
    rows = [
        [
            str(line["split"]),
            line["method"],
            *(f"{line['scores'][way][name]:.3f}" for way, name in places),
        ]
        for line in read_lines(results / "splits.jsonl")
    ]
    return markdown_table(
        Table(["split", "", *(f"{way} {name}" for way, name in places)], rows, names=2)
    )


def from_pixels(_: str, results: Path) -> str:
    """Means over seeds of each image network on the queries; the rate was chosen on validation."""
    places = [(way, name) for way in ("i2t", "t2i") for name in ("map_leaf", "hap")]
    own: dict[str, list[dict[str, Any]]] = {}
    for line in _lines(results / "from_pixels.jsonl"):
        if line["part"] == "query":
            own.setdefault(line["image"], []).append(line)
    rows = [
        [
            image,
            str(len(lines)),
            f"{lines[0]['lr']:g}",
            str(lines[0]["epochs"]),
            f"{mean(line['train_cpu_seconds'] for line in lines):.0f}",
            *(f"{mean(line['scores'][way][name] for line in lines):.3f}" for way, name in places),
        ]
        for image, lines in own.items()
    ]
    header = ["", "seeds", "rate", "epochs", "CPU s", *(f"{way} {name}" for way, name in places)]
    return markdown_table(Table(header, rows))


def facets(suite: str, results: Path) -> str:
    """Means over seeds of what a suite with facets says of leaf and facet together, by method.

    Below them what titles find without any training, which is in the order of a search.
    """
    runs, _ = load_results(suite, results)
    own: dict[str, list[dict[str, dict[str, float]]]] = {}
    for line in runs:
        by_distance = line["results"]["all"]
        found = {way: by_distance[way][line["distance"]] for way in ("t2i", "i2t")}
        own.setdefault(line["method"], []).append(found)
    names = ("joint_n", "joint@10", "shipped@10", "predicted@10", "colour_map", "map_leaf", "hap")
    places = [(way, name) for way in ("t2i", "i2t") for name in names]
    rows = []
    for method, found in own.items():
        cells = [
            "" if name not in found[0][way] else _mean(found, way, name) for way, name in places
        ]
        rows.append([method, str(len(found)), *cells])
    for line in _lines(results / "facet_rivals.jsonl"):
        if line["asks"] == "t2i":
            shipped = places.index(("t2i", "shipped@10"))
            cells = ["" for _ in places]
            cells[shipped] = f"{line['joint@10']:.3f}"
            rows.append([f"{line['row'].replace('tfidf', 'TF-IDF')} of titles", "1", *cells])
    header = [f"{way} {name.replace('joint_n', 'n')}" for way, name in places]
    return markdown_table(Table(["", "seeds", *header], rows))


def _mean(found: list[dict[str, dict[str, float]]], way: str, name: str) -> str:
    value = mean(one[way][name] for one in found)
    return f"{value:,.0f}" if name == "joint_n" else f"{value:.3f}"


def _lines(path: Path) -> list[dict[str, Any]]:
    return read_lines(path) if path.is_file() else []


def typed(suite: str, results: Path) -> str:
    """Means over seeds of the final half of what people type, by row."""
    own: dict[str, list[dict[str, Any]]] = {}
    for line in read_lines(results / "typed.jsonl"):
        if (line["suite"], line["part"]) == (suite, "final"):
            own.setdefault(line["row"], []).append(line)
    places = [
        ("names", "t2i", "first"),
        ("short", "t2i", "precision@10"),
        ("short", "t2i", "shipped@10"),
        ("short", "t2i", "both@10"),
        ("queries", "t2m", "first"),
        ("queries", "t2m", "both first"),
        ("queries", "t2i", "first"),
    ]
    rows = []
    for row, lines in own.items():
        cells = []
        for kind, way, name in places:
            values = [line["typed"].get(kind, {}).get(way, {}).get(name) for line in lines]
            cells.append("" if None in values else f"{mean(values):.3f}")
        for way in ("i2t", "t2i"):
            whole = [line["titles"][way]["map_leaf"] for line in lines if "titles" in line]
            cells.append(f"{mean(whole):.3f}" if whole else "")
        rows.append([row, str(len(lines)), *cells])
    header = [
        "names t2i first",
        "short t2i P@10",
        "as shipped",
        "with words",
        "wordings t2m first",
        "with words",
        "wordings t2i first",
    ]
    header += ["titles i2t map_leaf", "titles t2i map_leaf"]
    lines = [line["typed"] for many in own.values() for line in many]
    counts = [
        f"{max(line.get(kind, {}).get('t2i', {}).get('n', 0) for line in lines):,} {words}"
        for kind, words in (("names", "names"), ("short", "short texts"), ("queries", "wordings"))
    ]
    return f"{markdown_table(Table(['', 'seeds', *header], rows))}\nAsked: {', '.join(counts)}.\n"


def composed(_: str, results: Path) -> str:
    """Means over seeds of joint@10 of a picture and a colour word."""
    lines = [line["joint@10"] for line in _lines(results / "composed.jsonl")]
    if not lines:
        return ""
    names = {"as shipped": "codes, filtered by the understood colour"}
    rows = [
        [names.get(name, name), str(len(lines)), f"{mean(one[name] for one in lines):.3f}"]
        for name in lines[0]
    ]
    rows += [
        [line["row"], "1", f"{line['joint@10']:.3f}"]
        for line in _lines(results / "facet_rivals.jsonl")
        if line["asks"] == "composed"
    ]
    return markdown_table(Table(["", "seeds", "joint@10"], rows))


def risk(_: str, results: Path) -> str:
    """Means over seeds: what was asked for, and what each rule of answering came to."""
    if not (results / "risk.jsonl").is_file():
        return ""
    own: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for line in read_lines(results / "risk.jsonl"):
        unseen = ", leaves never seen" if line["suite"] == "fashion_unseen_leaves" else ""
        for asks, by_risk in line["answers"].items():
            for asked, found in by_risk.items():
                own.setdefault((asks, unseen, asked), []).append(found)
    rows = []
    for (asks, unseen, asked), found in sorted(own.items(), key=lambda one: one[0][1]):
        cells = [
            f"{mean(one[rule][name] for one in found):.{digits}f}"
            for rule in ("conformal", "threshold")
            for name, digits in (("risk", 3), ("coverage", 3), ("depth", 2))
        ]
        counts = f"{max(one['n'] for one in found):,}"
        rows.append([f"{asks}{unseen}", asked, str(len(found)), counts, *cells])
    header = [
        f"{rule}: {name}"
        for rule in ("conformal", "p of 1 - risk")
        for name in ("risk", "coverage", "depth")
    ]
    return markdown_table(Table(["", "asked", "seeds", "n", *header], rows, names=1))


def ann(_: str, results: Path) -> str:
    """What structures that look at few items find, and how fast."""
    return ann_table(read_lines(results / "ann.jsonl"))


BLOCKS = {
    "ann": ann,
    "table": headline,
    "cross": first_table(cross_section),
    "prefixes": first_table(prefix_section),
    "weights": first_table(centre_weights_section),
    "together": first_table(together_section),
    "within": within,
    "speed": speed,
    "memory": memory,
    "new_leaves": new_leaves,
    "partial_labels": partial_labels,
    "splits": splits,
    "from_pixels": from_pixels,
    "costs": costs,
    "risk": risk,
    "facets": facets,
    "forms": forms,
    "languages": languages,
    "typed": typed,
    "composed": composed,
    "nearby": nearby,
    "one-file": one_file,
    "serving": serving,
}
DOCS = ROOT / "docs"
OWN = (
    "ann.md",
    "data.md",
    "dcmh.md",
    "our-method.md",
    "facets.md",
    "search.md",
    "page.md",
    "serving.md",
)
PAGES = (ROOT / "README.md", *(DOCS / name for name in OWN))
BLOCK = re.compile(rf"(<!-- ({'|'.join(BLOCKS)}): (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def with_tables(text: str, results: Path) -> str:
    """The text with every table block made anew."""
    return BLOCK.sub(
        lambda m: m.group(1) + BLOCKS[m.group(2)](m.group(3), results) + m.group(4), text
    )


def results_page(results: Path) -> str:
    """docs/results.md: the whole report of each suite as Markdown."""
    start = "<!-- Made from benchmarks/results by `make docs`; do not edit. -->\n\n"
    done = [suite for suite in SUITES if (results / f"{suite}.jsonl").is_file()]
    return start + "\n".join(build_report(suite, results).markdown for suite in done)


ARENA = """# The arena

Bytes an item against answers, for everything that was run. What a system is stands in
[Every system](methods.md), what the scores are in [Protocol](protocol.md).

"""


def arena_page(results: Path) -> tuple[str, dict[str, str]]:
    """docs/arena.md, and its charts by the names of their files."""
    parts, drawn = [ARENA.rstrip()], {}
    for suite in (one for one in SUITES if (results / f"{one}.jsonl").is_file()):
        section = arena_section(load_results(suite, results)[0])
        if section is None:
            continue
        charts = []
        for place, chart in enumerate(section.charts):
            name = f"arena-{suite}-{place + 1}.svg"
            drawn[name] = _on_paper(chart.svg)
            charts.append(f"![{chart.caption}]({name})\n\n*{chart.caption}*\n")
        text = markdown([replace(section, title=suite, charts=[])], "")
        title, note, rest = text.rstrip().split("\n\n", 2)
        parts += [title, note, "\n".join(charts).rstrip(), rest]
    return "\n\n".join(parts) + "\n", drawn


def _on_paper(svg: str) -> str:
    """A chart in the colours of light paper, on white, as a file of its own."""
    coloured = re.sub(r"var\(--method-(\d+)\)", lambda m: PALETTE[int(m[1])][0], svg)
    own = coloured.replace("currentColor", "#222")
    return own.replace("<svg ", '<svg style="background:#fff" ', 1)


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(with_tables(page.read_text(), RESULTS))
    (ROOT / "docs" / "results.md").write_text(results_page(RESULTS))
    text, charts = arena_page(RESULTS)
    (DOCS / "arena.md").write_text(text)
    for name, svg in charts.items():
        (DOCS / name).write_text(svg)
