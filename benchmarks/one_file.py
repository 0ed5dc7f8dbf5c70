"""The page of an index: its size, the time of a query in Chromium, and whether it answers alike.

Of the index the first 10,000 items go into a page. 100 texts are asked of it: those of a file, and
beside them texts of items, every second one cut to two words. Counted are the texts whose first ten
answers are those of ``hierhash search --branch small``, and of the first ten answers of the whole
text branch the share that the small one finds, too (by the item's code: many items share one).
Run: python benchmarks/one_file.py NAME=INDEX_FOLDER QUERIES.txt
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median

import numpy as np
from playwright.sync_api import sync_playwright

from hierhash.answering.session import Session
from hierhash.environment import environment
from hierhash.errors import DataError
from hierhash.page.one_file import write_page
from hierhash.retrieval.folder_store import FolderStore
from hierhash.retrieval.load_index import load_index
from hierhash.storage.json_files import append_line

RESULTS = Path(__file__).resolve().parent / "results" / "one_file.jsonl"
ITEMS, TEXTS, FIRST = 10_000, 100, 10
ASK = """text => {
  const began = performance.now();
  try {
    const found = hierhash.answer({ text }, 10, 0).hits.map((hit) => hit.id);
    return [found, performance.now() - began];
  } catch { return [null, performance.now() - began] }
}"""


def texts_of(store: FolderStore, queries: Path) -> list[str]:
    """100 texts to ask."""
    found = [line.strip() for line in queries.read_text().splitlines() if line.strip()]
    rng = np.random.default_rng(0)
    for number, row in enumerate(rng.permutation(len(store)).tolist()):
        text = str(store.index.item(row)["text"] or "")
        words = text.split()
        cut = " ".join(words[at] for at in sorted(rng.permutation(len(words))[:2]))
        found += [cut if number % 2 else text] if words else []
        if len(found) >= TEXTS:
            break
    return found[:TEXTS]


def first(session: Session, text: str) -> list[str] | None:
    """Ids of the first answers; None where it is refused."""
    try:
        hits = session.answer_text(text, session.wish(FIRST)).hits
    except DataError:
        return None
    return [hit.item["id"] for hit in hits]


def codes_of(store: FolderStore, ids: list[str] | None) -> set[bytes]:
    """The codes of items."""
    return {code.tobytes() for code in store.stored(store.rows_of(ids or []))}


def main(name: str, folder: Path, queries: Path) -> None:
    """Measures, and writes a line."""
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        index = load_index(folder)
        index.subset(np.arange(min(ITEMS, len(index)))).save(place / "index")
        store = FolderStore(place / "index")
        write_page(store, place / "page.html", title=name)
        small, whole = Session(store, small=True), Session(store)
        texts = texts_of(store, queries)
        with sync_playwright() as driver:
            chromium = shutil.which("chromium") or shutil.which("google-chrome")
            browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page()
            page.goto((place / "page.html").as_uri())
            page.wait_for_selector(".card[data-id]")
            page.evaluate(ASK, texts[0])  # what is compiled when it is first used
            answers = [page.evaluate(ASK, text) for text in texts]
            version = browser.version
            browser.close()
        equal = sum(
            found == first(small, text) for text, (found, _) in zip(texts, answers, strict=True)
        )
        shares = []
        for text in texts:
            wanted = codes_of(store, first(whole, text))
            near = codes_of(store, first(small, text))
            shares.append(len(wanted & near) / len(wanted) if wanted else float(not near))
        times = [milliseconds for _, milliseconds in answers]
        line = {
            "benchmark": "one_file",
            "index": name,
            "items": len(store),
            "words": len(small._reader.words.vocabulary),
            "megabytes": round((place / "page.html").stat().st_size / 1e6, 1),
            "texts": len(texts),
            "equal": equal,
            "share_of_whole": round(float(np.mean(shares)), 3),
            "median_ms": round(median(times), 1),
            "slowest_ms": round(max(times), 1),
            "chromium": version,
            "command": f"python benchmarks/one_file.py {name}={folder.name} {queries.name}",
            "environment": environment(),
            "commit": environment()["commit"],
        }
    print(line)
    append_line(RESULTS, line)


if __name__ == "__main__":
    given, _, index_folder = sys.argv[1].partition("=")
    main(given, Path(index_folder), Path(sys.argv[2]))
