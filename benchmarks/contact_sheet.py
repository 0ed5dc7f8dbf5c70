"""The first ten pictures that an index answers to each text of a file, as one picture.

Beside each text stands what it was understood as. Run: python benchmarks/contact_sheet.py INDEX
QUERIES.txt OUT.png
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from hierhash.answering.session import Session
from hierhash.data.images import ImageRef
from hierhash.errors import DataError
from hierhash.retrieval.open_store import open_store
from hierhash.storage.text_files import read_text

FIRST, SIDE, GAP, WORDS = 10, 108, 8, 300
EDGE = {"exact": "#2f8f55", "relative": "#b98a00", "beyond": "#b8432f", "": "#c8cdd4"}


def sheet(session: Session, texts: list[str]) -> Image.Image:
    """A row a text: the words at the left, the pictures beside them."""
    row = SIDE + 34
    size = (WORDS + FIRST * (SIDE + GAP) + GAP, len(texts) * row + GAP)
    page = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(page)
    large, small = ImageFont.load_default(20), ImageFont.load_default(11)
    for place, text in enumerate(texts):
        top = GAP + place * row
        draw.text((GAP, top + 8), text, "black", large)
        try:
            answered = session.answer_text(text, session.wish(FIRST))
        except DataError as error:
            _lines(draw, (GAP, top + 36), str(error), small)
            continue
        said = "\n".join([answered.said, *answered.notes, *answered.asides])
        _lines(draw, (GAP, top + 36), said, small)
        for column, (hit, mark) in enumerate(zip(answered.hits, answered.marks, strict=True)):
            left = WORDS + column * (SIDE + GAP)
            draw.rectangle((left - 2, top - 2, left + SIDE + 1, top + SIDE + 1), outline=EDGE[mark])
            if hit.item.get("image"):
                picture = ImageRef.named(hit.item["image"]).open()
                picture.thumbnail((SIDE, SIDE))
                page.paste(picture, (left + (SIDE - picture.width) // 2, top))
            title = f"{hit.item['id']} {hit.item['text'] or ''}"
            _lines(draw, (left, top + SIDE + 2), title, small, 17, 2)
    return page


def _lines(draw, at, text, font, width=48, most=5) -> None:
    """Text in lines of so many letters."""
    lines: list[str] = []
    for part in text.split("\n"):
        while part:
            cut = part if len(part) <= width else part[:width].rsplit(" ", 1)[0] or part[:width]
            lines.append(cut)
            part = part[len(cut) :].lstrip()
    draw.multiline_text(at, "\n".join(lines[:most]), "#5a6270", font, spacing=1)


if __name__ == "__main__":
    index, queries, out = sys.argv[1:]
    words = [line.strip() for line in read_text(Path(queries), DataError).splitlines()]
    sheet(Session(open_store(index)), [one for one in words if one]).quantize(96).save(
        out, optimize=True
    )
