"""``hierhash extend``: a run that learns new leaves, and what it refuses."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import yaml

from hierhash.api import load_index, load_run
from hierhash.errors import InputError
from hierhash.retrieval.run_files import finish_run
from tests.cli.small_run import TREE, hierhash, refusal, write_shop
from tests.cli.test_every_method import CONFIG
from tests.data.small_pictures import picture_bytes

GROWN = "name: t\ntree: {New: [Balls], Home: [Beds, Lamps], Wear: [Caps, Shoes, Hats]}\n"


def write_new(folder, leaves=("Wear/Caps", "Balls"), more=()):
    """Six items of each new leaf: of one in pictures and texts, of the others in pictures."""
    folder.mkdir()
    lines = []
    for number, leaf in enumerate(leaves):
        for row in range(6):
            name = f"{number}_{row}.png"
            (folder / name).write_bytes(picture_bytes((90 + row, 40, 200 - 90 * number)))
            text = {"text": "wear beds number1"} if number == 0 else {}
            lines.append({"id": name, "file_name": name, "labels": [leaf], **text})
    lines += more
    (folder / "metadata.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A shop, a run of expected_tree_codes, the grown tree and items of its new leaves."""
    folder = tmp_path_factory.mktemp("extend")
    config = CONFIG.format(name="expected_tree_codes", shop=write_shop(folder / "shop"))
    pixels = "features: {image: {name: pixels, size: [16, 16]}}\n"
    (folder / "c.yaml").write_text(config + pixels)
    small = ["model.image.network=small_cnn", "model.text.hidden=8", "model.training.epochs=2"]
    said = hierhash("train", folder / "c.yaml", *small, "--out", folder / "run")
    assert said.code == 0, said.err
    (folder / "grown.yaml").write_text(GROWN)
    others = [
        {"id": "old", "text": "wear hats", "labels": ["Hats"]},
        {"id": "none", "text": "wear hats"},
        {"id": "unknown", "text": "zzz", "labels": ["Balls"]},
    ]
    write_new(folder / "new", more=others)
    words = ("--tree", folder / "grown.yaml", "--out", folder / "longer")
    said = hierhash("extend", folder / "run", folder / "new", *words)
    assert said.code == 0, said.err
    return folder, said


def test_it_says_what_each_new_leaf_was_made_from(place):
    folder, said = place
    assert said.out.splitlines() == [
        "New/Balls: made from 6 pictures and 0 texts",
        "Wear/Caps: made from 6 pictures and 6 texts",
        "ignored: 3 items (of no new leaf, or nothing in them that the run can read)",
        f"{folder / 'longer'}: 6 leaves, 2 of them new",
    ]


def test_the_new_run_is_a_whole_one(place, tmp_path):
    folder, _ = place
    longer = folder / "longer"
    assert hierhash("verify", longer).out.endswith("whole\n")
    config = (longer / "config.yaml").read_text()
    assert f"tree: {folder / 'grown.yaml'}" in config
    made = json.loads((longer / "environment.json").read_text())
    assert made["extended_from"]["run"] == str(folder / "run")
    assert made["extended_from"]["leaves"]["Wear/Caps"] == {"image": 6, "text": 6}
    assert (longer / "splits.json").read_bytes() == (folder / "run" / "splits.json").read_bytes()
    for words in (
        ["evaluate", longer],
        ["predict", longer, "--text", "wear hats"],
        ["index", "build", longer, tmp_path / "index"],
        ["encode", longer, folder / "new", tmp_path / "codes"],
        ["search", tmp_path / "index", "--text", "wear hats", "--under", "caps"],
        ["search", tmp_path / "codes", "--text", "wear beds", "--under", "caps"],
    ):
        said = hierhash(*words)
        assert said.code == 0, said.err
    assert all("Wear > Caps" in line for line in said.out.splitlines())


def test_what_the_run_knew_is_as_it_was(place):
    folder, _ = place
    old, new = load_run(folder / "run"), load_run(folder / "longer")
    place_of = [new.tree.leaves.index(leaf) for leaf in old.tree.leaves]
    before, after = old.saved.method.state(), new.saved.method.state()
    for name in ("head.leaves.weight", "head.leaves.bias", "centres", "gains"):
        assert np.array_equal(before[name], after[name][place_of])
    assert np.array_equal(before["text.first.weight"], after["text.first.weight"])
    texts = ["wear hats", "home lamps"]
    one, other = (np.unpackbits(run.encode(texts=texts), axis=1) for run in (old, new))
    bits = after["centres"][[new.tree.leaves.index(("Wear", "Caps"))]] > 0
    balls = after["centres"][[new.tree.leaves.index(("New", "Balls"))]] > 0
    changed = one != other
    assert (~changed | (other == bits) | (other == balls)).all()


def test_from_python_and_extended_again(place, tmp_path):
    folder, _ = place
    tree = tmp_path / "more.yaml"
    tree.write_text(GROWN.replace("[Balls]", "[Bats, Balls]"))
    write_new(tmp_path / "bats", ["Bats"])
    run = load_run(folder / "longer").extend(tmp_path / "bats", tmp_path / "twice", tree=tree)
    assert run.tree.leaves[0] == ("New", "Bats")
    index = run.index(tmp_path / "index", tmp_path / "bats")
    assert len(load_index(tmp_path / "index").search("wear beds", k=3)) == 3
    assert len(index) == 6
    with pytest.raises(InputError, match="exists already"):
        run.extend(tmp_path / "bats", tmp_path / "twice", tree=tree)


@pytest.mark.parametrize(
    ("tree", "leaves", "said"),
    [
        (GROWN.replace("Lamps", "Vases"), ["Caps"], "grown.yaml: 'Home/Lamps' is missing; leave"),
        (
            GROWN.replace("Shoes, ", "").replace("[Balls]", "[Shoes]"),
            ["Caps"],
            "grown.yaml: 'Wear/Shoes' moved to 'New/Shoes'; leave every node",
        ),
        (TREE, ["Hats"], "grown.yaml: no leaf that the run does not know; add the new ones"),
        (GROWN, ["Caps"], "new: no item that can be read is labelled 'New/Balls'; give some"),
        (GROWN, ["Capps"], "metadata.jsonl:1: label 'Capps' is not in the tree; did you mean"),
        ("name: t\ntree: [", ["Caps"], "grown.yaml:"),
    ],
)
def test_what_is_wrong_is_one_line_and_nothing_is_written(place, tmp_path, tree, leaves, said):
    shutil.copytree(place[0] / "run", tmp_path / "run")
    (tmp_path / "grown.yaml").write_text(tree)
    write_new(tmp_path / "new", leaves)
    found = refusal(tmp_path, "extend", "run", "new", "--tree", "grown.yaml", "--out", "sub/longer")
    assert said in found


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing", "new", "--tree", "grown.yaml", "--out", "o"], "nothing: no such run folder"),
        (["run", "nowhere", "--tree", "grown.yaml", "--out", "o"], "nowhere: no such"),
        (["run", "new", "--tree", "none.yaml", "--out", "o"], "none.yaml: no such file"),
        (["run", "new", "--tree", "grown.yaml", "--out", "run"], "run: exists already; choose"),
    ],
)
def test_wrong_places_are_named(place, tmp_path, words, said):
    shutil.copytree(place[0] / "run", tmp_path / "run")
    shutil.copytree(place[0] / "new", tmp_path / "new")
    (tmp_path / "grown.yaml").write_text(GROWN)
    assert said in refusal(tmp_path, "extend", *words)


def test_another_method_and_an_earlier_run_are_refused(place, tmp_path):
    folder = tmp_path
    write_new(folder / "new")
    (folder / "grown.yaml").write_text(GROWN)
    words = ("new", "--tree", "grown.yaml", "--out", "longer")
    own = place[0] / "run" / "config.yaml"
    config = yaml.safe_load(own.read_text()) | {"method": "hierarchical_dcmh", "model": {}}
    config["model"] = {"image": {"network": "small_cnn"}, "training": {"epochs": 1}}
    (folder / "c.yaml").write_text(yaml.safe_dump(config))
    assert hierhash("train", folder / "c.yaml", "--out", folder / "run").code == 0
    found = refusal(folder, "extend", "run", *words)
    assert "run: 'hierarchical_dcmh' cannot learn new leaves without training; train anew" in found
    early = folder / "early"
    shutil.copytree(place[0] / "run", early)
    from safetensors.numpy import load_file, save_file

    kept = load_file(early / "model.safetensors")
    save_file({n: a for n, a in kept.items() if "class_" not in n}, early / "model.safetensors")
    finish_run(early)
    assert hierhash("predict", early, "--text", "wear hats").code == 0
    found = refusal(folder, "extend", "early", *words)
    assert "early: trained by an earlier version, which kept no class means" in found
