"""Takes the pictures of the search page that the documentation shows, in Chromium.

Run: python docs/draw_page.py INDEX (of the shipped sample)
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from hierhash.page.one_file import write_page
from hierhash.retrieval.open_store import open_store

WIDE = {"viewport": {"width": 1360, "height": 900}}
WINDOWS = {
    "light": WIDE,
    "dark": WIDE | {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True},
}


def main(index: str) -> None:
    """Writes page-light.png, page-dark.png and page-phone.png beside this file."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        page = Path(folder) / "search.html"
        write_page(open_store(index), page, title="Clip art")
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for name, window in WINDOWS.items():
            shown = browser.new_page(**window)
            shown.goto(page.as_uri())
            shown.fill("#text", "red flwoer")
            shown.press("#text", "Enter")
            shown.wait_for_selector(".read")
            shown.wait_for_timeout(500)  # pictures are decoded, and shades have faded in
            out = Path(__file__).parent / f"page-{name}.png"
            shown.screenshot(path=out)
            Image.open(out).convert("RGB").quantize(160).save(out, optimize=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
