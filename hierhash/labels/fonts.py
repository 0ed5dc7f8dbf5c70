"""Installed fonts that have the glyphs of given names, in any script."""

from __future__ import annotations

from collections.abc import Iterable

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
