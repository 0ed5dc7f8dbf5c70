"""The documentation builds without a network, says what the code says, and its notebooks run."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from hierhash.shipped import list_shipped
from tests.cli.small_run import hierhash

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def test_the_page_of_verbs_is_what_help_says():
    written = runpy.run_path(str(DOCS / "write_verbs.py"))["page"]()
    assert (DOCS / "verbs.md").read_text() == written, "run python docs/write_verbs.py"
    said = hierhash("--help").out
    verbs = re.findall(r"^│ ([a-z][a-z-]*) ", said, re.M)
    assert "search" in verbs
    assert [one for one in verbs if f"## `hierhash {one}`" not in written] == []
    suites = [Path(one).stem for one in list_shipped("configs") if one.startswith("suites/")]
    assert f"a shipped one: {', '.join(suites)}." in written


def test_the_site_builds_with_every_link_and_asks_nobody(tmp_path):
    words = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--strict",
        "-q",
        "-d",
        tmp_path / "site",
    ]
    env = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loads = re.compile(r'<(?:link|script|img|iframe)[^>]*(?:href|src)="(?:https?:)?//([^"]+)"')
    pages = sorted((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        assert loads.findall(page.read_text()) == [], page.name


def test_links_out_of_the_documentation_lead_somewhere():
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md"):
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
            assert target.startswith("http") or (ROOT / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("name", ["own_shop", "facets", "add_a_method"])
def test_a_notebook_runs(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    known = runpy.run_path(str(DOCS / "notebooks" / f"{name}.py"))
    said = capsys.readouterr().out
    if name == "own_shop":
        assert (tmp_path / "shop.html").stat().st_size > 500_000
        assert "texts find pictures: 0." in said
    if name == "facets":
        found = known["colours"](text="blue bird")
        assert found.count("blue") >= 5
        assert not {"red", "green", "yellow"} & set(found)
