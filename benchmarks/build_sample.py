"""Make the shipped sample again from the Debian packages openclipart-png and openclipart-svg.

    python benchmarks/build_sample.py OUT               # downloads the packages with apt-get
    python benchmarks/build_sample.py OUT --unpacked D  # D holds usr/share/openclipart

Which drawings and under which labels: the ``source`` and ``labels`` of the present sample (see
PROVENANCE.md there for how they were chosen). Everything else is made anew: titles and keywords
from the RDF metadata of each SVG, pictures from the PNG of the same name. OUT gets items.jsonl and
images.zip.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import re
import subprocess
import tempfile
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

from main_colour import main_colour
from PIL import Image

PACKAGES = ("openclipart-png", "openclipart-svg")
SELECTION = Path(__file__).parents[1] / "hierhash" / "data" / "sample" / "items.jsonl"
SIDE = 96
QUALITY = 85
MAX_PIXELS = 64_000_000
DC = "{http://purl.org/dc/elements/1.1/}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
SHARED_TITLE = 4  # a title of this many drawings names their collection, not the drawing

SUITS = {"c": "clubs", "d": "diamonds", "h": "hearts", "s": "spades"}
RANKS = {"a": "ace", "j": "jack", "q": "queen", "k": "king"}
CARD = re.compile(r"_([cdhs])_(10|[2-9]|[ajqk])$")
NOISE = re.compile(
    r"(?i)\b(sib|sub)mission\b|\bclip ?art by [^-]*-?|^R\d+\b|\b\w+\d+_\d+\b|\bfc\d+\b|\.svg$"
)


def download(folder: Path) -> Path:
    """Download and unpack the packages; returns the folder with png/ and svg/."""
    subprocess.run(["apt-get", "download", *PACKAGES], cwd=folder, check=True)
    for package in sorted(folder.glob("openclipart-*.deb")):
        subprocess.run(["dpkg-deb", "-x", str(package), str(folder / "tree")], check=True)
    return folder / "tree"


def metadata(svg: Path) -> tuple[str, list[str], list[str]]:
    """Title, keywords and names of people of a drawing; empty where the file has none."""
    try:
        # Files of a signed Debian package, not of strangers.
        root = ET.parse(svg).getroot()  # noqa: S314
    except ET.ParseError:
        return "", [], []
    work = next((node for node in root.iter() if node.tag.endswith("}Work")), None)
    if work is None:
        return "", [], []
    title = " ".join((work.findtext(f"{DC}title") or "").split())
    subject = work.find(f"{DC}subject")
    words = [] if subject is None else [node.text or "" for node in subject.iter(f"{RDF}li")]
    people = [
        (node.text or "").strip()
        for role in ("creator", "rights", "publisher", "contributor")
        for parent in work.findall(f"{DC}{role}")
        for node in parent.iter(f"{DC}title")
    ]
    return title, keywords(words), [name for name in people if name]


def keywords(words: list[str]) -> list[str]:
    """Single clean keywords in their order; empty ones and repeats go."""
    parts = (part.replace("_", " ").lower().split() for word in words for part in word.split(","))
    # "hash" and "0x93148a4" are printed pointers of the tool that once wrote the metadata.
    found = (" ".join(part) for part in parts if part)
    return [w for w in dict.fromkeys(found) if not re.fullmatch(r"hash|[\dx()]+|.*0x[\da-f]+.*", w)]


def file_words(source: str, people: list[str]) -> str:
    """What the file name says: ``apple_wedge_bw.svg`` -> ``apple wedge bw``, names of people gone.

    The contributor's name stands at the end of many file names, cut at some length.
    """
    stem = Path(source).stem
    card = CARD.search(stem)
    if card:
        suit, rank = SUITS[card.group(1)], RANKS.get(card.group(2), card.group(2))
        return f"{rank} of {suit}"
    names = {part.lower()[:4] for person in people for part in re.findall(r"\w{3,}", person)}
    parts = re.findall(r"[^\W\d_]{2,}", stem)
    kept = [part for part in parts if part.lower()[:4] not in names]
    return " ".join(kept).lower()


def better_title(title: str, shared: bool, source: str, people: list[str]) -> str:
    """The title without collection, file and artist names; else the words of the file name."""
    spoken = file_words(source, people)
    if title.lower() in {person.lower() for person in people}:
        return spoken
    cleaned = " ".join(NOISE.sub(" ", title).strip(" -_").split())
    if "_" in cleaned and " " not in cleaned:  # a file name
        cleaned = " ".join(re.findall(r"[^\W\d_]{2,}", cleaned))
    # Shared titles name the collection, or were copied from one drawing to its neighbours.
    says_something = re.search(r"[^\W\d_]{3}", spoken) is not None
    if says_something and (shared or not cleaned):
        return spoken
    return cleaned


def picture(png: Path) -> bytes | None:
    """The drawing on white, 96 x 96 at most in its own proportions, as JPEG; None if too large."""
    Image.MAX_IMAGE_PIXELS = None  # the limit below is ours
    with Image.open(png) as image:
        if image.width * image.height > MAX_PIXELS:
            return None
        layer = image.convert("RGBA")
    layer.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    paper = Image.new("RGBA", (SIDE, SIDE), "white")
    paper.alpha_composite(layer, ((SIDE - layer.width) // 2, (SIDE - layer.height) // 2))
    buffer = io.BytesIO()
    paper.convert("RGB").save(buffer, "JPEG", quality=QUALITY, optimize=True)
    return buffer.getvalue()


def refused(svg: Path) -> bool:
    """Whether the drawing is not plainly in the public domain."""
    text = svg.read_text(encoding="utf-8", errors="replace").lower()
    return "gnu general public" in text or not re.search(r"public ?domain", text)


def make_rows(clipart: Path) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """Rows and pictures (by source) of the selection; repeats of a picture are left out."""
    selection = [json.loads(line) for line in SELECTION.read_text("utf-8").splitlines()]
    found = {}
    for row in selection:
        source = row["source"]
        if refused(clipart / "svg" / source):
            print(f"left out, not plainly in the public domain: {source}")
            continue
        image = picture((clipart / "png" / source).with_suffix(".png"))
        if image is None:
            print(f"left out, above {MAX_PIXELS:,} pixels: {source}")
        else:
            found[source] = image
    selection = without_repeats([row for row in selection if row["source"] in found], found)
    raw = {row["source"]: metadata(clipart / "svg" / row["source"]) for row in selection}
    count = Counter(title for title, _, _ in raw.values())
    rows = []
    for number, row in enumerate(selection):
        source = row["source"]
        title, words, people = raw[source]
        title = title or row["title"]
        rows.append(
            {
                "image": f"{number:04d}.jpg",
                "title": better_title(title, count[title] >= SHARED_TITLE, source, people),
                "keywords": words or row["keywords"],
                "labels": row["labels"],
                "source": source,
                "colour": main_colour(found[source]),
            }
        )
    return rows, found


def without_repeats(rows: list[dict[str, Any]], images: dict[str, bytes]) -> list[dict[str, Any]]:
    """Of equal pictures keep the one whose class has the fewest items, so that none dies out."""
    items = Counter(tuple(row["labels"]) for row in rows)
    best: dict[str, dict[str, Any]] = {}
    for row in rows:
        key = hashlib.sha256(images[row["source"]]).hexdigest()
        if key not in best or items[tuple(row["labels"])] < items[tuple(best[key]["labels"])]:
            best[key] = row
    kept = {row["source"] for row in best.values()}
    return [row for row in rows if row["source"] in kept]


def write(out: Path, rows: list[dict[str, Any]], images: dict[str, bytes]) -> None:
    """Write items.jsonl and images.zip; the same input gives the same bytes."""
    out.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (out / "items.jsonl").write_text(lines, encoding="utf-8")
    with zipfile.ZipFile(out / "images.zip", "w") as archive:
        for row in rows:
            # A fixed date; JPEG does not shrink further, so it is stored.
            archive.writestr(zipfile.ZipInfo(row["image"]), images[row["source"]])


def main() -> None:
    """Read the arguments and build."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--unpacked", type=Path, help="folder that holds usr/share/openclipart")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        tree = arguments.unpacked or download(Path(temporary))
        rows, images = make_rows(tree / "usr" / "share" / "openclipart")
    write(arguments.out, rows, images)
    print(f"{arguments.out}: {len(rows)} items, {len({tuple(r['labels']) for r in rows})} classes")


if __name__ == "__main__":
    main()
