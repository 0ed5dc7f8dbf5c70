from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hierhash.cli.tree import app
from hierhash.errors import InputError
from hierhash.labels import LabelTree

CHINESE = str(Path(__file__).parents[1] / "labels" / "data" / "chinese.yaml")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def output(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def problems(*arguments: str) -> list[str]:
    error = run(*arguments).exception
    assert isinstance(error, InputError)
    assert error.exit_code == 2
    return error.problems


def test_check_of_a_shipped_tree_and_of_a_file():
    assert output("check", "sample") == "ok: sample, 3 levels, 12 > 39 > 56 classes, 78 nodes\n"
    assert output("check", CHINESE).startswith("ok: 商品, 3 levels, 3 > 5 > 8 classes")


def test_check_lists_every_problem(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("tree:\n  A: [b, b]\n  A: [c]\nlevel_weights: [1]\n")
    found = problems("check", str(path))
    assert [problem.removeprefix(f"{path}:")[0] for problem in found] == ["2", "3", "4"]
    assert "no such file" in problems("check", "nothing")[0]


def test_show_prints_names_whole_and_can_stop_early(tmp_path):
    shown = output("show", CHINESE)
    assert "毛衣  = 针织衫" in shown
    assert "上衣" not in output("show", CHINESE, "--depth", "1")
    assert "服装  (5 leaves)" in output("show", CHINESE, "--depth", "1")
    tree = LabelTree.from_nested({f"[red]{'x' * 200} {i}": ["[/]y"] for i in range(300)})
    tree.to_yaml(tmp_path / "wide.yaml")
    lines = output("show", str(tmp_path / "wide.yaml")).splitlines()
    assert len(lines) == 601
    assert f"[red]{'x' * 200} 299" in lines[-2]


def test_stats_for_people_and_machines():
    found = json.loads(output("stats", CHINESE, "--json"))
    assert (found["depth"], found["nodes"], found["leaves"]) == (3, 12, 8)
    assert [level["classes"] for level in found["levels"]] == [3, 5, 8]
    assert sum(level["weight"] for level in found["levels"]) == pytest.approx(1)
    assert "大类" in output("stats", CHINESE)


def test_stats_of_a_tree_whose_weights_come_from_labels(tmp_path):
    path = tmp_path / "t.yaml"
    path.write_text("tree: [a, b]\nlevel_weights: information_content\n")
    assert json.loads(output("stats", str(path), "--json"))["levels"][0]["weight"] is None
    assert "from labels" in output("stats", str(path))


def test_convert_there_and_back(tmp_path):
    paths, edges = tmp_path / "paths.csv", tmp_path / "edges.csv"
    back = tmp_path / "back.yaml"
    assert "note: a CSV does not hold" in output("convert", CHINESE, str(paths))
    output("convert", str(paths), str(edges), "--to", "edges")
    output("convert", str(edges), str(back))
    assert LabelTree.from_yaml(back).nodes == LabelTree.from_yaml(CHINESE).nodes
    assert "exists already" in problems("convert", CHINESE, str(back))[0]
    output("convert", CHINESE, str(back), "--force")
    assert LabelTree.from_yaml(back).name == "商品"


def test_plot_writes_the_picture_and_refuses_to_replace_it(tmp_path):
    out = tmp_path / "t.svg"
    assert output("plot", CHINESE, str(out)) == f"wrote {out}\n"
    assert "exists already" in problems("plot", CHINESE, str(out))[0]
    output("plot", CHINESE, str(out), "--force", "--depth", "2")


def test_help_imports_nothing_heavy():
    code = (
        "import sys, hierhash.cli.tree; heavy = 'torch pandas sklearn networkx numpy'.split(); "
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
