"""Several processes answer from one index, outlive each other, and end together."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest


def parts_of(process):
    told = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(one) for one in told.split()]


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="reads /proc")
def test_processes_share_the_work_and_one_that_dies_is_replaced(trained):
    words = [sys.executable, "-m", "hierhash.cli.main", "serve", str(trained / "index")]
    words += ["--port", "0", "--workers", "2"]
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=env) as process:
        try:
            address = process.stderr.readline().split()[-1]
            ask = f"{address}/api/search?text=hats&k=3"
            first = urllib.request.urlopen(ask, timeout=30).read().partition(b'"took_ms"')[0]
            parts = parts_of(process)
            assert len(parts) == 2
            for _ in range(10):
                again = urllib.request.urlopen(ask, timeout=30).read()
                assert again.partition(b'"took_ms"')[0] == first
            os.kill(parts[0], signal.SIGKILL)
            for _ in range(100):
                if len(parts_of(process)) == 2 and parts[0] not in parts_of(process):
                    break
                time.sleep(0.1)
            assert len(parts_of(process)) == 2
            last = parts_of(process)
            assert urllib.request.urlopen(ask, timeout=30).status == 200
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    for one in last:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, 0)
            pytest.fail("a part outlives the first process")
