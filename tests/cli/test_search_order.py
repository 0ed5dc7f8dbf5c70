"""Pages, orders by a column, fewer bits, and what a search says of far answers."""

from __future__ import annotations

import json

import pytest

from tests.cli.small_run import hierhash, write_config


@pytest.fixture(scope="module")
def shop(trained, tmp_path_factory):
    """An index whose items have prices."""
    from hierhash.retrieval.load_index import load_index

    folder = tmp_path_factory.mktemp("priced") / "index"
    index = load_index(trained / "index")
    lines = []
    for row, line in enumerate(index.lines):
        price = "" if row == 4 else f"{(row * 7) % 28}.50"
        cells = {"price": price, "maker": f"Maker {row % 3}"}
        lines.append(json.dumps(json.loads(line) | {"attributes": cells}).encode())
    object.__setattr__(index, "lines", lines)
    index.save(folder)
    return folder


def ids(shop, *words):
    said = hierhash("search", shop, "--text", "hats", "--json", *words)
    assert said.code == 0, said.err
    return [hit["item"]["id"] for hit in json.loads(said.out)]


@pytest.mark.parametrize("how", [[], ["--mode", "code"], ["--no-rescore"], ["--sort", "price"]])
def test_pages_make_the_whole(shop, how):
    whole = ids(shop, "-k", 40, *how)
    assert len(whole) == len(set(whole)) == 28
    pages = [one for skip in range(0, 35, 5) for one in ids(shop, "-k", 5, "--skip", skip, *how)]
    assert pages == whole


def test_places_go_on_from_page_to_page(shop):
    said = hierhash("search", shop, "--text", "hats", "-k", 2, "--skip", 3)
    assert [line.split()[0] for line in said.out.splitlines()[1:]] == ["4", "5"]


def test_the_nearest_are_put_in_the_order_of_a_column(shop):
    def prices(*words):
        said = hierhash("search", shop, "--text", "hats", "--json", *words)
        return [hit["item"]["attributes"]["price"] for hit in json.loads(said.out)]

    rising = prices("-k", 28, "--sort", "price")
    numbers = [float(cell) for cell in rising[:-1]]
    assert numbers == sorted(numbers)
    assert rising[-1] == ""
    falling = prices("-k", 28, "--sort", "price desc")
    assert falling[:-1] == rising[:-1][::-1]
    assert falling[-1] == ""
    near = ids(shop, "-k", 5)
    assert set(ids(shop, "-k", 5, "--sort", "price", "--among", 5)) == set(near)
    names = ids(shop, "-k", 28, "--sort", "maker")
    assert len(names) == 28
    said = hierhash("search", shop, "--text", "hats", "--sort", "prize")
    assert (said.code, said.out) == (2, "")
    assert "--sort: no column 'prize'; did you mean 'price'" in said.err


def test_a_length_that_is_no_code_is_refused(shop):
    said = hierhash("search", shop, "--text", "hats", "--bits", 12)
    assert said.code == 2
    assert "--bits: 12 bits of these codes are no code; there are 16" in said.err
    assert ids(shop, "--bits", 16, "-k", 5) == ids(shop, "--mode", "code", "-k", 5)


def test_fewer_bits_are_a_search_by_the_shorter_code(trained, tmp_path):
    shop, config = trained / "shop", tmp_path / "config.yaml"
    write_config(config, shop)
    text = config.read_text().replace("bits: 16", "bits: 32", 1)
    config.write_text("method: expected_tree_codes\n" + text)
    said = hierhash("train", config, "--out", tmp_path / "run")
    assert said.code == 0, said.err
    assert hierhash("index", "build", tmp_path / "run", tmp_path / "index").code == 0
    said = hierhash("search", tmp_path / "index", "--text", "hats", "--bits", 16, "--json")
    hits = json.loads(said.out)
    assert max(hit["score"] for hit in hits) <= 16
    assert max(hit["distance"] for hit in hits) <= 16
    assert "--no-rescore" not in said.err


def test_duplicates_are_listed_and_ask_nothing(shop):
    said = hierhash("search", shop, "--duplicates", "--text", "hats")
    assert (said.code, said.err.count("\n")) == (2, 1)
    said = hierhash("search", shop, "--duplicates", "--under", "Hats")
    assert said.code == 0
    assert "items" in said.out.splitlines()[-1]
    assert isinstance(json.loads(hierhash("search", shop, "--duplicates", "--json").out), list)
