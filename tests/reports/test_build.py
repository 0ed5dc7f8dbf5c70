"""The whole report of a small suite."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import shutil
from dataclasses import replace
from types import SimpleNamespace

import pytest
from PIL import Image

from hierhash.bench.results import data_file
from hierhash.bench.runner import run_suite
from hierhash.bench.suite import load_suite
from hierhash.data.images import ImageRef
from hierhash.data.split.split import Split
from hierhash.errors import DataError, RunError
from hierhash.prepare import labelled_items
from hierhash.reports.build import build_report
from hierhash.reports.examples import _picture, retrieved_examples
from hierhash.reports.facts import within_markdown
from hierhash.reports.headline import headline_markdown
from hierhash.reports.looks import look
from hierhash.reports.runs import load_results
from tests.reports.lines import LINE, POINTS, SCORES

SUITE = """
name: tiny
data: {source: synthetic, options: {n: 400}}
bits: [8, 16]
seeds: [0]
tuning_bits: 8
set: {model.training.epochs: 1, model.image.hidden: 16, model.text.hidden: 16}
rows:
  - {method: hierarchical_dcmh}
  - {method: dcmh_tuned}
  - {method: hierarchical_dcmh, variant: tree+none, bits: [8], set: {model.head.kind: none}}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    (folder / "tiny.yaml").write_text(SUITE)
    suite = load_suite(folder / "tiny.yaml")
    run_suite(suite, folder, say=lambda _: None)
    return folder, suite, build_report("tiny", folder, with_pictures(suite, folder))


def with_pictures(suite, folder):
    """The items of a suite whose source has none, all with the same picture."""
    items = labelled_items(suite.data)
    Image.new("RGB", (40, 40), "red").save(folder / "red.png")
    images = [ImageRef(folder / "red.png")] * len(items.catalogue)
    return replace(items, catalogue=replace(items.catalogue, images=images))


def test_the_page_is_whole_and_needs_no_network(made):
    page = made[2].html
    assert not re.search(r'(src|href)="https?:', page)
    assert "<script" not in page
    for title in (
        "Headline",
        "Paired comparison",
        "Length of the code",
        "Level by level",
        "Precision and recall",
        "Head, middle and tail",
        "Similarity by head",
        "Classification",
        "Confusion across the tree",
        "Database of unseen items",
        "Asymmetric distance",
        "Single items",
        "Ties",
        "Cost",
        "Retrieved examples",
        "To reproduce",
    ):
        assert re.search(rf"<h2[^>]*>{title}", page), title


def test_every_chart_shows_every_row(made):
    parts = re.split("<figure[^>]*>", made[2].html)[1:]
    figures = [part.partition("</figure>")[0].split("<figcaption>") for part in parts]
    figures = [(svg, caption.removesuffix("</figcaption>")) for svg, caption in figures]
    captions = [caption for _, caption in figures]
    assert len(captions) == len(set(captions))
    assert all(re.search(r"\d+ queries\.$", caption) for caption in captions)
    matrices = [caption for caption in captions if caption.startswith("hierarchical_dcmh, ")]
    assert [caption.split(", ")[1] for caption in matrices] == ["pictures", "texts"]
    # 2 directions: 2 metrics by length, levels, 2 kinds of curves, thirds of the leaves; and the
    # arena's two of each of its three groups.
    assert len(figures) - len(matrices) == 2 * (2 + 1 + 2 + 1) + 2 * 3
    for svg, caption in figures:
        if caption not in matrices:
            for name in ("hierarchical_dcmh", "dcmh_tuned"):
                assert f"var(--method-{look(name).colour})" in svg, caption


def test_the_number_of_queries_stands_beside_every_score(made):
    folder, _, report = made
    counted = load_results("tiny", folder)[0][0]["queries"]["i2t"]["counted"]
    tables = re.findall(r"(?:^\|.*\n)+", report.markdown, re.M)
    for table in tables:
        without_scores = ("peak_rss_mb", "what it is", "up to 32 bytes")
        if not any(words in table for words in without_scores):
            assert re.search(r"\| ([it]2[it] )?n \|| n=\d", table), table
            is_by_leaf = "taken for" in table
            assert is_by_leaf or str(counted) in table or "n=" in table, table
            assert "| ? |" not in table


def test_markdown_and_csv_hold_the_numbers_of_the_results(made):
    _, _, report = made
    rows = list(csv.DictReader(io.StringIO(report.csv)))
    value = next(
        float(row["value"])
        for row in rows
        if (row["name"], row["bits"], row["database"], row["direction"], row["distance"])
        == ("dcmh_tuned", "8", "all", "i2t", "hamming")
        and row["metric"] == "hap"
    )
    line = next(x for x in report.markdown.splitlines() if x.startswith("| 8 | dcmh_tuned"))
    assert f"{value:.3f}" in line
    assert r"\toprule" in report.latex


def test_examples_show_good_and_bad_answers(made):
    page = made[2].html
    assert page.count('<article class="example">') == 2 * 4
    for kind in ("hits", "hits texts"):  # texts find pictures, pictures find texts
        assert page.count(f'<ol class="{kind}">') == 4 * 2
    assert len(re.findall(r'<li class="hit (green|blue|orange|red)"', page)) == 2 * 4 * 2 * 8


def test_the_report_opens_with_its_conclusion_then_examples_then_tables(made):
    page = made[2].html
    places = [page.index(part) for part in ("At 8 bits the best are", "<article", "<table>")]
    assert places == sorted(places)
    assert "The tree-aware <b>hierarchical_dcmh</b> (1 byte) is " in page
    assert made[2].markdown.index("At 8 bits the best are") < made[2].markdown.index("## Headline")


def test_pictures_that_ask_are_shown(made):
    headers = re.findall(r"<header>(.*?)</header>", made[2].html, re.DOTALL)
    texts, pictures = headers[:4], headers[4:]
    assert not any("<img" in header for header in texts)
    assert all('<img alt="' in header for header in pictures)


def test_every_table_has_its_words_below_it(made):
    parts = re.split("<table>", made[2].html)[1:]
    for part in parts:
        table, _, rest = part.partition("</table></div>")
        words = re.match(r'\s*<p class="words">(.*?)</p>', rest)
        for name in ("map_leaf", "hap", "ndcg@100", "hf1", "ece", "n"):
            if re.search(rf'<abbr title="[^"]+">([it]2[it] )?{name}</abbr>', table):
                assert f"<b>{name}</b>" in words[1], name


def test_tables_can_be_scrolled_with_the_keyboard_and_say_what_they_are(made):
    page = made[2].html
    assert page.count("<table>") == len(
        re.findall(r'class="scroll[a-z ]*" tabindex="0" role="region" aria-label="[^"]+"', page)
    )


def test_the_page_has_light_and_dark_colours_for_every_method(made):
    light, dark = made[2].html.split("prefers-color-scheme: dark")
    for name in ("hierarchical_dcmh", "dcmh_tuned"):
        slot = f"--method-{look(name).colour}:"
        assert slot in light
        assert slot in dark
    assert 'facecolor="white"' not in light + dark


def only_pictures():
    """A line of a method that answers pictures with pictures alone."""
    return LINE | {
        "method": "itq",
        "results": {"all": {"i2i": {"hamming": SCORES}}},
        "queries": {"i2i": {"counted": 9, "skipped": 1}},
        "curves": {"i2i": POINTS},
    }


def test_a_suite_of_pictures_alone_has_a_report(tmp_path):
    (tmp_path / "environments.json").write_text("{}")
    (tmp_path / "s.jsonl").write_text(json.dumps(only_pictures()) + "\n")
    report = build_report("s", tmp_path)
    assert "| itq | 9 | **0.500** |" in report.markdown
    assert "Headline" not in report.html
    assert "itq" in report.latex
    assert headline_markdown("s", tmp_path) == within_markdown("s", tmp_path) != ""


def test_pictures_that_find_pictures_are_a_table_of_all_that_answer(tmp_path):
    (tmp_path / "environments.json").write_text("{}")
    both = {"all": LINE["results"]["all"] | {"i2i": {"hamming": SCORES}}}
    queries = LINE["queries"] | {"i2i": {"counted": 9, "skipped": 1}}
    lines = [LINE, LINE | {"method": "m", "results": both, "queries": queries}, only_pictures()]
    (tmp_path / "s.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    rows = within_markdown("s", tmp_path).splitlines()
    assert rows[0] == "| method | i2i n | i2i map_leaf | i2i hap | i2i ndcg@100 |"
    assert [row.split(" | ")[0] for row in rows[2:]] == ["| m", "| itq"]
    (tmp_path / "s.jsonl").write_text(json.dumps(LINE) + "\n")
    assert within_markdown("s", tmp_path) == ""


def test_bytes_and_wall_seconds_stand_beside_the_scores(tmp_path):
    floats = {"distance": "dot", "free_length": False, "bits": 3424}
    results = {"all": {way: {"dot": SCORES} for way in ("i2t", "t2i")}}
    cost = {"bytes_per_item": 428, "train_seconds": 3.19}
    line = LINE | floats | {"method": "posterior_float", "results": results, "cost": cost}
    (tmp_path / "environments.json").write_text("{}")
    (tmp_path / "s.jsonl").write_text(json.dumps(LINE) + "\n" + json.dumps(line) + "\n")
    report = build_report("s", tmp_path)
    assert "| bits | method | seeds | bytes | seconds | i2t n |" in report.markdown
    assert "| 16 | dcmh_tuned | 1 | 2 | 1.5 | 9 |" in report.markdown
    assert "| 16 | posterior_float | 1 | 428 | 3.2 | 9 |" in report.markdown
    assert "not CPU time" in report.markdown
    row = next(r for r in csv.DictReader(io.StringIO(report.csv)) if r["name"] == "posterior_float")
    told = ("bits", "stored_bits", "bytes", "order", "distance", "n")
    assert [row[name] for name in told] == ["16", "3424", "428", "own", "dot", "9"]


def test_no_results_is_one_clear_line(tmp_path):
    with pytest.raises(RunError, match=r"none\.jsonl: no results yet; run: hierhash bench none"):
        build_report("none", tmp_path)


def test_results_of_before_still_make_a_report(made, tmp_path):
    folder, _, _ = made
    (tmp_path / "tiny.jsonl").write_text((folder / "tiny.jsonl").read_text())
    (tmp_path / "environments.json").write_text((folder / "environments.json").read_text())
    page = build_report("tiny", tmp_path).html
    assert "Headline" in page
    assert "Confusion" not in page


def test_examples_are_those_of_the_split_of_the_runs(made, tmp_path):
    folder, _suite, _ = made
    shutil.copytree(folder, tmp_path / "results")
    results = tmp_path / "results"
    text = SUITE.replace("n: 400", "n: 400, seed: 1")
    (tmp_path / "tiny.yaml").write_text(text)
    other = load_suite(tmp_path / "tiny.yaml")
    run_suite(other, results, say=lambda _: None)  # the same ids, another split
    assert len(list(results.glob("tiny.*split.json"))) == 2
    runs = load_results("tiny", results)[0]
    examples = retrieved_examples(results, runs, labelled_items(other.data))
    catalogue = labelled_items(other.data).catalogue
    split = Split.load(
        data_file(results, "tiny", "split.json", runs[0]["split_sha256"]), catalogue.ids
    )
    asked = {catalogue.texts[row] for row in split.query}
    assert {one.text for of in examples for one in of.examples} <= asked
    for path in results.glob("tiny.*split.json"):
        path.write_text((folder / "tiny.split.json").read_text())
    with pytest.raises(RunError, match=r"tiny\.split\.json: not the split of these results"):
        retrieved_examples(results, runs, labelled_items(other.data))


def test_lines_that_are_left_out_are_told(made, tmp_path):
    folder, _, _ = made
    shutil.copytree(folder, tmp_path / "results")
    path = tmp_path / "results" / "tiny.jsonl"
    first = json.loads(path.read_text().splitlines()[0])
    path.write_text(json.dumps(first | {"settings_sha256": "other"}) + "\n" + path.read_text())
    report = build_report("tiny", tmp_path / "results")
    said = "Result lines that are left out: 1 of other settings than the newest line."
    assert said in report.markdown
    assert said in report.html


def test_csv_cells_are_no_formulas(made, tmp_path):
    folder, _, _ = made
    shutil.copytree(folder, tmp_path / "results")
    path = tmp_path / "results" / "tiny.jsonl"
    path.write_text(path.read_text().replace('"hap": ', '"=cmd()": 0.5, "hap": '))
    rows = list(csv.DictReader(io.StringIO(build_report("tiny", tmp_path / "results").csv)))
    assert "'=cmd()" in {row["metric"] for row in rows}
    assert "=cmd()" not in {row["metric"] for row in rows}


def test_pictures_of_examples_are_decoded_and_made_small(tmp_path):
    Image.new("RGB", (900, 300), "red").save(tmp_path / "a.png", pnginfo=None)
    shown = base64.b64decode(_picture(SimpleNamespace(images=[ImageRef(tmp_path / "a.png")]), 0))
    picture = Image.open(io.BytesIO(shown))
    assert (picture.format, picture.size) == ("JPEG", (160, 53))
    (tmp_path / "passwd").write_text("root:x:0:0")
    with pytest.raises(DataError, match="passwd"):
        _picture(SimpleNamespace(images=[ImageRef(tmp_path / "passwd")]), 0)
