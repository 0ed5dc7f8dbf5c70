from __future__ import annotations

import json
import subprocess
import sys

import pytest

FAST = [
    "features.image.name=pixels",
    "features.image.size=[16,16]",
    "model.image.network=small_cnn",
    "model.training.epochs=1",
    "bits=16",
]


def hierhash(*words, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "hierhash.cli.main", *map(str, words)],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
    )


def test_help_is_light():
    code = (
        "import sys, hierhash.cli.main as m\n"
        "heavy = {'torch', 'pandas', 'sklearn', 'networkx'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "run"
    done = hierhash("train", "sample", *FAST, "--out", folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_train_index_search_predict(run_folder, tmp_path):
    files = {p.name for p in run_folder.iterdir()}
    assert {
        "config.yaml",
        "tree.yaml",
        "model.safetensors",
        "metrics.jsonl",
        "splits.json",
        "environment.json",
        "vectoriser.json",
        "checkpoints",
    } <= files
    done = hierhash("index", "build", run_folder, tmp_path / "i")
    assert done.returncode == 0, done.stderr
    done = hierhash("search", tmp_path / "i", "--text", "red flower", "-k", 3, "--json")
    assert len(json.loads(done.stdout)) == 3
    done = hierhash("search", tmp_path / "i", "--text", "flower", "--under", "animals", "--json")
    assert all(hit["item"]["paths"][0][0] == "animals" for hit in json.loads(done.stdout))
    done = hierhash("encode", run_folder, "sample", tmp_path / "e", "--modality", "text")
    assert done.returncode == 0, done.stderr
    assert "16 bits each" in done.stdout
    done = hierhash("predict", run_folder, "--text", "flower", "--json")
    assert len(json.loads(done.stdout)["levels"]) == 3
    done = hierhash("evaluate", run_folder, "--json")
    assert 0 < json.loads(done.stdout)["scores"]["t2i"]["hap"] < 1


def test_a_misspelt_word_is_read_as_the_known_one_and_said_so(run_folder):
    done = hierhash("predict", run_folder, "--text", "flowwer")
    assert done.returncode == 0, done.stderr
    assert "note: 'flowwer' was read as flower" in done.stderr


def test_a_text_without_anything_known_is_refused(run_folder):
    done = hierhash("predict", run_folder, "--text", "xqzjvk")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "no word of it is known" in done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["train", "nothing.yaml"], "nothing.yaml: no such file"),
        (["train", "sample", "bitz=3"], "did you mean 'bits'"),
        (["train", "sample", "data.path=/nowhere", "data.source=imagefolder"], "/nowhere"),
        (["train", "sample", "data.source=sampel"], "did you mean 'sample'"),
        (["train", "sample", "features.image.name=resnet"], "no image backbone 'resnet'"),
        (["train", "sample", "features.text.name=word"], "did you mean 'words'"),
        (["train", "sample", "device=cuda:99"], "device: 'cuda:99'"),
        (["train", "sample", "device=gpu"], "not a device that is known"),
        (["train", "sample", "data.tree=sampel"], "did you mean 'sample.yaml'"),
        (["train", "sample", "--resume", "--out", "empty", *FAST], "empty: no run to resume"),
        (["evaluate", "nowhere"], "nowhere: no such run folder"),
        (["predict", "nowhere", "--text", "x"], "nowhere: no such run folder"),
        (["index", "info", "nowhere"], "nowhere: no such index"),
        (["search", "nowhere", "--text", "x"], "nowhere: no such index"),
        (["search", "nowhere"], "give --text or --image, or both together"),
        (["report", "nosuite"], "no results yet"),
        (["bench", "nosuite"], "no such file"),
        (["config", "copy", "nothing", "x.yaml"], "no such file"),
        (["tree", "check", "nothing"], "no such file"),
        (["data", "stats", "/nowhere"], "/nowhere"),
    ],
)
def test_bad_input_gives_one_clear_line_and_exit_code_two(words, message, tmp_path):
    done = hierhash(*words, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not list(tmp_path.rglob("model.safetensors"))


def test_the_demo_does_not_touch_a_folder_that_is_not_its_own(tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "mine.txt").write_text("keep")
    done = hierhash("demo", "--out", tmp_path)
    assert done.returncode == 2
    assert "holds no demo" in done.stderr
    assert (tmp_path / "results" / "mine.txt").read_text() == "keep"
