"""From a stranger's folder of 5,000 pictures to the first search on the page: seconds a command.

The folder is made of pictures of fashion, enlarged to 256 x 256 as JPEG files, with titles, paths
and a tree, as in docs/tutorial.md; the commands are those of the tutorial. The cache of features is
a new one. The time ends when the page that is served has shown the answers to a text in Chromium.
Run: python benchmarks/first_search.py FASHION_FOLDER
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import yaml
from playwright.sync_api import sync_playwright

from hierhash.data import read
from hierhash.environment import environment
from hierhash.storage.json_files import append_line

RESULTS = Path(__file__).resolve().parent / "results" / "first_search.jsonl"
ITEMS, SIDE = 5_000, 256


def write_shop(folder: Path, source: Path) -> None:
    """A folder of pictures and a metadata file beside it, and the tree of their paths."""
    catalogue = read("fashion", source)
    (folder / "images").mkdir(parents=True)
    paths = set()
    with (folder / "metadata.jsonl").open("w", encoding="utf-8") as file:
        step = len(catalogue.ids) // ITEMS
        for row in range(0, ITEMS * step, step):
            picture = catalogue.images[row].open().resize((SIDE, SIDE))
            picture.save(folder / f"images/{row}.jpg", quality=90)
            labels = list(catalogue.labels[row])
            paths.update(labels)
            item = {"id": str(row), "file_name": f"images/{row}.jpg", "labels": labels}
            file.write(json.dumps(item | {"text": catalogue.texts[row]}) + "\n")
    (folder.parent / "paths.csv").write_text("path\n" + "\n".join(sorted(paths)) + "\n")


def main(source: Path) -> None:
    """Measures, and writes a line."""
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        write_shop(place / "shop", source)
        env = {**os.environ, "HIERHASH_CACHE": str(place / "cache")}
        words = [sys.executable, "-m", "hierhash.cli.main"]
        seconds = {}

        def step(name: str, *own: str) -> None:
            began = perf_counter()
            subprocess.run([*words, *own], cwd=place, env=env, check=True)
            seconds[name] = round(perf_counter() - began, 1)

        step("tree import", "tree", "import", "paths.csv", "shop.yaml")
        step("data check", "data", "check", "shop", "--tree", "shop.yaml")
        step("data split", "data", "split", "shop", "split.json", "--tree", "shop.yaml")
        step("config copy", "config", "copy", "sample", "my.yaml")
        config = yaml.safe_load((place / "my.yaml").read_text())
        config["data"] |= {"source": "imagefolder", "path": "shop", "tree": "shop.yaml"}
        config["data"] |= {"split": {"file": "split.json"}}
        config["stopping"] = {"every": 5}
        (place / "my.yaml").write_text(yaml.safe_dump(config))
        step("train", "train", "my.yaml", "--out", "run")
        step("evaluate", "evaluate", "run")
        step("index build", "index", "build", "run", "index")
        step("export-page", "export-page", "index", "search.html")
        began = perf_counter()
        with (
            subprocess.Popen(
                [*words, "serve", "index", "--port", "0"],
                cwd=place,
                env=env,
                stderr=subprocess.PIPE,
                text=True,
            ) as server,
            sync_playwright() as driver,
        ):
            found = re.search(r"http://[\d.:]+", server.stderr.readline())
            chromium = shutil.which("chromium") or shutil.which("google-chrome")
            browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page()
            page.goto(found.group())
            page.fill("#text", "red shoes")
            page.press("#text", "Enter")
            page.wait_for_selector(".read")
            page.wait_for_selector(".card[data-id]")
            seconds["serve, and the first search"] = round(perf_counter() - began, 1)
            browser.close()
            server.terminate()
    line = {
        "benchmark": "first_search",
        "items": ITEMS,
        "seconds": seconds,
        "total": round(sum(seconds.values()), 1),
        "command": "python benchmarks/first_search.py FASHION_FOLDER",
        "environment": environment(),
        "commit": environment()["commit"],
    }
    print(line)
    append_line(RESULTS, line)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
