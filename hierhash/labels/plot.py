"""A picture of a label tree: one row a leaf, one column a level, names in any script."""

from __future__ import annotations

import io
import logging
import os
import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from hierhash.errors import TreeError
from hierhash.labels.paths import ROOT, Path
from hierhash.labels.tree import LabelTree
from hierhash.storage.whole_file import whole_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure


POINTS = 8.0  # size of the names
ROW = 0.17  # inches from one leaf to the next
GAP = 0.32  # inches between the columns, where the branches run
MARGIN = 0.2
DPI = 150
MOST_ROWS = 4000  # rows of names: beyond, drawing takes minutes and nobody scrolls so far
MOST_PIXELS = 60_000  # rows of pixels in a PNG; viewers and matplotlib give up beyond


BASE = "DejaVu Sans"  # comes with matplotlib
# Tried first for the scripts they are made for; whatever else is installed comes after them.
PREFERRED = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans",
    "Arial Unicode MS",
    "Noto Sans",
)


def plot_tree(tree: LabelTree, path: str | os.PathLike[str], depth: int | None = None) -> list[str]:
    """Draw a tree into an SVG or PNG file; the file is replaced whole.

    Names in an SVG are real text, drawn by the viewer with the fonts of its own system.

    Args:
        tree: The label tree.
        path: A file ending in ``.svg`` or ``.png``.
        depth: Draw only the first levels; nodes there say how many leaves they have.

    Returns:
        One-line warnings, such as names that no installed font can draw in a PNG.

    Raises:
        TreeError: Another kind of file, no such depth, too many rows, or a PNG that would be too
            large.
    """
    kind = FilePath(path).suffix.lower()
    if kind not in (".svg", ".png"):
        raise TreeError(f"{path}: a plot is an .svg or .png file; change the ending")
    last = tree.depth if depth is None else depth
    if not 1 <= last <= tree.depth:
        raise TreeError(f"depth {last} is not in 1..{tree.depth}; choose a level of the tree")
    rows = len(tree.nodes_at(last))
    if rows > MOST_ROWS:
        raise TreeError(
            f"{path}: the plot would have {rows:,} rows, more than {MOST_ROWS:,}; draw its first "
            "levels with --depth"
        )
    names = [node[-1] for node in tree.nodes if len(node) <= last]
    families, missing = covering_families([tree.name, *tree.levels, *names])
    told = []
    if missing and kind == ".png":
        told.append(
            f"{path}: no installed font has {len(missing)} of the characters ('{missing[:8]}'...), "
            "drawn as boxes; install one (such as Noto Sans CJK) or plot .svg"
        )
    import matplotlib as mpl

    settings: Any = {
        "font.family": [*families, "sans-serif"],
        "font.size": POINTS,
        "svg.fonttype": "none",
        "svg.hashsalt": tree.sha256,  # the same tree gives the same file
        "text.usetex": False,
        "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    }
    with mpl.rc_context(settings), warnings.catch_warnings(), _quiet_font_search():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure = tree_figure(tree, last)
        dpi = min(DPI, int(MOST_PIXELS / figure.get_size_inches().max()))
        if kind == ".png" and dpi < 50:
            raise TreeError(f"{path}: the tree is too large for a PNG; give --depth or plot .svg")
        out = io.BytesIO()
        figure.savefig(
            out, format=kind[1:], dpi=dpi, metadata={"Date": None} if kind == ".svg" else None
        )
    with whole_file(FilePath(path)) as stream:
        stream.write(out.getvalue())
    return told


def tree_figure(tree: LabelTree, depth: int) -> Figure:
    """The figure of the first levels of a tree, as high as it has rows."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    texts = _texts(tree, depth)
    heights = _rows(tree, depth)
    figure = Figure()
    measure = _Measure(FigureCanvasAgg(figure), figure)
    widths = {node: measure(text) for node, text in texts.items()}
    columns = [MARGIN]
    for level in range(1, depth + 1):
        widest = max(width for node, width in widths.items() if len(node) == level)
        header = measure(tree.levels[level - 1], bold=True)
        columns.append(columns[-1] + max(widest, header) + GAP)
    rows = max(heights.values()) + 1
    width = max(columns[-1] - GAP, MARGIN + measure(_title(tree), bold=True)) + MARGIN
    height = (rows + 3) * ROW + 2 * MARGIN
    figure.set_size_inches(width, height)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.text(MARGIN, MARGIN + ROW / 2, _title(tree), va="center", fontweight="bold")
    for level in range(depth):
        where = MARGIN + 2 * ROW
        axes.text(columns[level], where, tree.levels[level], va="center", color="0.45")
    top = MARGIN + 3.5 * ROW
    for node, text in texts.items():
        axes.text(columns[len(node) - 1], top + heights[node] * ROW, text, va="center")
    _branches(axes, tree, depth, heights, widths, columns, top)
    return figure


def _title(tree: LabelTree) -> str:
    sizes = " > ".join(str(len(tree.nodes_at(level))) for level in range(1, tree.depth + 1))
    return f"{tree.name}: {sizes}"


def _texts(tree: LabelTree, depth: int) -> dict[Path, str]:
    """What is written for each node; a node cut short says how many leaves it has."""
    leaves: dict[Path, int] = {}
    for leaf in tree.leaves:
        if len(leaf) > depth:
            leaves[leaf[:depth]] = leaves.get(leaf[:depth], 0) + 1
    return {
        node: f"{node[-1]} ({leaves[node]})" if node in leaves else node[-1]
        for node in tree.nodes
        if len(node) <= depth
    }


def _rows(tree: LabelTree, depth: int) -> dict[Path, float]:
    """The row of each node: ends of branches one below the other, others amid their children."""
    rows: dict[Path, float] = {}
    for node in tree.nodes:
        if len(node) == depth or (len(node) < depth and not tree.children(node)):
            rows[node] = float(len(rows))
    for node in reversed(tree.nodes):
        if len(node) < depth and node not in rows:
            children = tree.children(node)
            rows[node] = (rows[children[0]] + rows[children[-1]]) / 2
    return rows


def _branches(
    axes: Any,
    tree: LabelTree,
    depth: int,
    heights: dict[Path, float],
    widths: dict[Path, float],
    columns: list[float],
    top: float,
) -> None:
    """Lines from the end of each name to its children, one colour per class of level 1."""
    from matplotlib.collections import LineCollection

    lines: list[list[tuple[float, float]]] = []
    colours: list[str] = []
    pad = 0.05
    place = {first[0]: i for i, first in enumerate(tree.children(ROOT))}
    for node, row in heights.items():
        children = tree.children(node) if len(node) < depth else ()
        if not children:
            continue
        ys = [top + heights[child] * ROW for child in children]
        y = top + row * ROW
        start, end = columns[len(node) - 1] + widths[node] + pad, columns[len(node)] - pad
        spine = columns[len(node)] - GAP / 2
        lines.append([(start, y), (spine, y)])
        lines.append([(spine, min(*ys, y)), (spine, max(*ys, y))])
        lines += [[(spine, child), (end, child)] for child in ys]
        colours += [f"C{place[node[0]] % 10}"] * (len(lines) - len(colours))
    axes.add_collection(LineCollection(lines, colors=colours, linewidths=0.8))


@contextmanager
def _quiet_font_search() -> Iterator[None]:
    """Without matplotlib's notes about weights that a fallback font lacks."""
    logger = logging.getLogger("matplotlib.font_manager")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


class _Measure:
    """The width of a text in inches, on the canvas that will draw it."""

    def __init__(self, canvas: Any, figure: Figure) -> None:
        self._renderer = canvas.get_renderer()
        self._dpi = figure.dpi

    def __call__(self, text: str, bold: bool = False) -> float:
        from matplotlib.font_manager import FontProperties

        font = FontProperties(weight="bold" if bold else "normal")
        width, _, _ = self._renderer.get_text_width_height_descent(text, font, False)
        # A viewer's own font may draw what is a narrow box here: count wide characters in full.
        wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
        return float(max(width / self._dpi, (wide + 0.5 * (len(text) - wide)) * POINTS / 72))


def covering_families(names: Iterable[str]) -> tuple[list[str], str]:
    """Font families that together draw the names, and the characters that none has.

    Fonts are opened only while characters are missing, the preferred ones first.

    Returns:
        Families in order of use, matplotlib's own first; and the characters not covered, sorted.

    Example:
        >>> covering_families(["Shoes", "Schuhe", "Обувь"])
        (['DejaVu Sans'], '')
    """
    from matplotlib.font_manager import FontProperties, fontManager

    missing = {char for name in names for char in name if not char.isspace()}
    missing -= _characters(fontManager.findfont(FontProperties(family=BASE)))
    families = [BASE]
    if missing:
        rank = {name: i for i, name in enumerate(PREFERRED)}
        upright = [font for font in fontManager.ttflist if font.style == "normal"]
        upright.sort(key=lambda font: (rank.get(font.name, len(rank)), font.name))
        for font in upright:
            if not missing:
                break
            if font.name in families or font.name.startswith((".", "Last Resort")):
                continue
            found = missing & _characters(font.fname)
            if found:
                families.append(font.name)
                missing -= found
    return families, "".join(sorted(missing))


def _characters(file: str) -> set[str]:
    """The characters that a font file has glyphs for; none when it cannot be opened."""
    from matplotlib.ft2font import FT2Font

    try:
        return {chr(code) for code in FT2Font(file).get_charmap()}
    except (OSError, RuntimeError):
        return set()
