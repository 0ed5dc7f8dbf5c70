from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from hierhash.errors import TreeError
from hierhash.labels import LabelTree
from hierhash.labels.plot import covering_families, plot_tree

CHINESE = LabelTree.from_yaml(Path(__file__).parent / "data" / "chinese.yaml")


def test_an_svg_holds_real_text_in_any_script(tmp_path, capfd):
    assert plot_tree(CHINESE, tmp_path / "t.svg") == []
    svg = (tmp_path / "t.svg").read_text(encoding="utf-8")
    for node in CHINESE.nodes:
        assert re.search(rf"<text[^>]*>{node[-1]}</text>", svg)
    assert plot_tree(CHINESE, tmp_path / "again.svg") == []
    assert (tmp_path / "again.svg").read_text(encoding="utf-8") == svg
    assert capfd.readouterr().err == ""


def test_a_png_says_in_one_line_which_names_it_cannot_draw(tmp_path, recwarn):
    # A code point of no script: no font has it, whatever is installed.
    tree = LabelTree.from_nested({"A": ["b\U000e0101\U0001fbff\uf8fe"]}, name="t")
    assert covering_families(["\uf8fe"])[1] in ("", "\uf8fe")
    told = plot_tree(tree, tmp_path / "t.png")
    _, missing = covering_families(["b\U000e0101\U0001fbff\uf8fe"])
    assert len(told) == (1 if missing else 0)
    assert all("\n" not in line and "no installed font" in line for line in told)
    assert not [w for w in recwarn if "Glyph" in str(w.message)]


def test_a_picture_grows_with_the_leaves(tmp_path):
    sizes = []
    for count in (5, 300):
        tree = LabelTree.from_nested({"A": [f"leaf {i}" for i in range(count)], "$x$": []})
        plot_tree(tree, tmp_path / "t.png")
        sizes.append(Image.open(tmp_path / "t.png").size)
    assert sizes[0][0] == pytest.approx(sizes[1][0], abs=30)
    assert sizes[1][1] > 295 * 20


def test_only_the_first_levels(tmp_path):
    plot_tree(CHINESE, tmp_path / "t.svg", depth=1)
    svg = (tmp_path / "t.svg").read_text(encoding="utf-8")
    assert ">服装 (5)</text>" in svg
    assert "上衣" not in svg
    assert ">玩具</text>" in svg


@pytest.mark.parametrize(
    ("name", "depth", "message"),
    [("t.pdf", None, r"an \.svg or \.png"), ("t.svg", 4, r"depth 4 is not in 1\.\.3")],
)
def test_wrong_requests(tmp_path, name, depth, message):
    with pytest.raises(TreeError, match=message):
        plot_tree(CHINESE, tmp_path / name, depth)
    assert list(tmp_path.iterdir()) == []


def test_a_png_too_large_is_refused(tmp_path):
    nested: dict = {}
    for level in range(40):
        nested = {f"{'W' * 490}{level}": nested}
    with pytest.raises(TreeError, match="too large for a PNG; give --depth or plot"):
        plot_tree(LabelTree.from_nested(nested), tmp_path / "t.png")
    assert list(tmp_path.iterdir()) == []


def test_a_plot_of_too_many_rows_is_refused(tmp_path):
    tree = LabelTree.from_nested({"A": [f"leaf {i}" for i in range(8000)]})
    with pytest.raises(TreeError) as caught:
        plot_tree(tree, tmp_path / "t.svg")
    assert caught.value.problems == [
        f"{tmp_path}/t.svg: the plot would have 8,000 rows, more than 4,000; draw its first levels "
        "with --depth"
    ]
    plot_tree(tree, tmp_path / "t.svg", depth=1)
