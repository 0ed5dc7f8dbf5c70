"""A catalogue of pictures without texts learns the names in its tree, and is searched by text."""

from __future__ import annotations

import json

import pytest

from tests.cli.small_run import CONFIG, hierhash, refusal, write_shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    shop = write_shop(folder / "shop", n=60)
    lines = [json.loads(line) for line in (shop / "metadata.jsonl").read_text().splitlines()]
    for line in lines:
        del line["text"]
    (shop / "metadata.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    settings = CONFIG.format(shop=shop).replace("epochs: 6", "epochs: 20")
    (folder / "without.yaml").write_text("method: expected_tree_codes\n" + settings)
    names = settings.replace("  path:", "  names: true\n  path:")
    (folder / "config.yaml").write_text("method: expected_tree_codes\n" + names)
    return folder


def test_without_names_it_is_refused_and_told_of_them(shop):
    assert "data.names=true" in refusal(shop, "train", "without.yaml", "--out", "run")


def test_a_name_finds_its_pictures(shop):
    for words in (
        ("train", shop / "config.yaml", "--out", shop / "run"),
        ("index", "build", shop / "run", shop / "index"),
    ):
        said = hierhash(*words)
        assert said.code == 0, said.err
    said = hierhash("search", shop / "index", "--text", "lamps", "-k", "3")
    assert said.out.startswith("understood: Home > Lamps")
    assert sum("Home > Lamps" in line for line in said.out.splitlines()[1:]) >= 2
    said = hierhash("evaluate", shop / "run")
    assert said.code == 0, said.err
    rows = [line.split()[0] for line in said.out.splitlines() if line[:2] in ("i2", "t2")]
    assert rows == ["i2i", "t2i"]
