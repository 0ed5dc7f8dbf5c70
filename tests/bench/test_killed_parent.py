"""Workers do not outlive the process that gives them jobs."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SUITE = """
name: endless
data: {source: synthetic, options: {n: 400}}
bits: [8]
seeds: [0]
set: {model.training.epochs: 100000, model.image.hidden: 8, model.text.hidden: 8}
rows: [{method: dcmh_tuned}, {method: hierarchical_dcmh}]
"""


def children(parent: int) -> set[int]:
    """Processes of /proc whose parent is ``parent``; a zombie does not count."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, rest = stat.parent.name, stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(rest[1]) == parent and rest[0] != "Z":
            found.add(int(pid))
    return found


def workers(parent: int) -> set[int]:
    return {
        pid
        for pid in children(parent)
        if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    }


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
def test_workers_end_when_the_parent_is_killed(tmp_path):
    (tmp_path / "endless.yaml").write_text(SUITE)
    words = [sys.executable, "-m", "hierhash.cli.main", "bench", "endless.yaml", "--workers", "2"]
    parent = subprocess.Popen([*words, "--results", "results"], cwd=tmp_path)
    end = time.monotonic() + 120
    while len(workers(parent.pid)) < 2 and time.monotonic() < end:
        time.sleep(0.2)
    own = workers(parent.pid)
    assert len(own) == 2
    time.sleep(5)  # past their imports, into their jobs
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    while any(Path(f"/proc/{pid}").exists() for pid in own) and time.monotonic() < end:
        time.sleep(0.2)
    assert not any(Path(f"/proc/{pid}").exists() for pid in own)
