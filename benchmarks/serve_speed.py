"""Requests a second of ``hierhash serve``: texts against 1,000,000 items, the 20 nearest.

The items are those of an index again and again, a fifth of them with a bit of the code turned over,
and each with a title of its own: words of the titles changed for others, and a made-up number.
2,000 different texts of one to four words of the titles ask, by codes alone and by codes and words,
with and without a node to lie below. ``wrk`` asks as CLIENTS clients; each part is a line of
serving.jsonl. At last MANY clients ask at once, which is more than are answered.
Run: python benchmarks/serve_speed.py INDEX_FOLDER [--accelerated]
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from dataclasses import replace
from pathlib import Path

import numpy as np

from hierhash.environment import environment
from hierhash.retrieval.changing import accelerate
from hierhash.retrieval.load_index import load_index
from hierhash.storage.json_files import append_line

RESULTS = Path(__file__).resolve().parent / "results" / "serving.jsonl"
ITEMS, QUERIES, FIRST, CLIENTS, MANY, SECONDS = 1_000_000, 2_000, 20, 16, 500, 10
SCRIPT = """
local at = 0
local paths = {}
for line in io.lines("%s") do paths[#paths + 1] = line end
function init(args) at = math.random(#paths) end
function request()
  at = at %% #paths + 1
  return wrk.format("GET", paths[at])
end
"""


def large(folder: Path, by_codes: bool) -> Path:
    """The index of ITEMS items, made once and kept in the temporary folder."""
    name = f"hierhash-serve-{ITEMS}{'-accelerated' if by_codes else ''}"
    made = Path(tempfile.gettempdir()) / name
    if made.exists():
        return made
    index = load_index(folder)
    rng, own = np.random.default_rng(0), random.Random(0)
    rows = np.resize(np.arange(len(index)), ITEMS)
    bits = 8 * index.codes.shape[1]
    turned = np.zeros((ITEMS, bits), dtype=bool)
    turned[np.arange(ITEMS), rng.integers(0, bits, ITEMS)] = rng.random(ITEMS) < 0.2
    codes = index.codes[rows] ^ np.packbits(turned, axis=1)
    items = [index.item(row) for row in range(len(index))]
    words = [word for item in items for word in (item["text"] or "").split()]
    lines = []
    for number, row in enumerate(rows.tolist()):
        title = [
            own.choice(words) if own.random() < 0.2 else word
            for word in (items[row]["text"] or "").split()
        ]
        text = " ".join([*title, f"{own.choice('ABCDEFGH')}{own.randrange(10_000)}"])
        item = items[row] | {"id": f"m{number}", "text": text, "image": None}
        lines.append(json.dumps(item, ensure_ascii=False).encode())
    grown = replace(index.subset(rows), codes=codes, lines=lines)
    grown.save(made)
    if by_codes:
        accelerate(made, "distinct")
    return made


def texts(folder: Path) -> list[str]:
    """Texts of one to four words of the titles, no two alike."""
    index, own = load_index(folder), random.Random(1)
    found: dict[str, None] = {}
    while len(found) < QUERIES:
        words = re.findall(r"[A-Za-z]{3,}", index.item(own.randrange(len(index)))["text"] or "")
        if words:
            found[" ".join(own.sample(words, min(len(words), own.randint(1, 4))))] = None
    return list(found)


def started(index: Path, port: int) -> subprocess.Popen[bytes]:
    """A server that answers."""
    command = [sys.executable, "-m", "hierhash.cli.main", "serve", str(index), "--port", str(port)]
    command += ["--workers", str(len(os.sched_getaffinity(0)))]
    server = subprocess.Popen(command)
    while server.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=5).close()
            return server
        except OSError:
            time.sleep(0.5)
    raise SystemExit("the server ended")


def asked(port: int, paths: list[str], clients: int, seconds: int) -> dict[str, float]:
    """What ``wrk`` says of many clients."""
    with tempfile.TemporaryDirectory() as folder:
        listed, script = Path(folder) / "paths", Path(folder) / "ask.lua"
        listed.write_text("\n".join(paths) + "\n")
        script.write_text(SCRIPT % listed)
        said = subprocess.run(
            [
                *("wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "30s", "--latency"),
                *("-s", str(script), f"http://127.0.0.1:{port}"),
            ],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    units = {"us": 0.001, "ms": 1.0, "s": 1000.0}
    found = {"requests_a_second": float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])}
    for share in ("50", "99"):
        number, unit = re.search(rf"{share}%\s+([\d.]+)(us|ms|s)", said).groups()
        found[f"p{share}_ms"] = round(float(number) * units[unit], 2)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    kinds = ", ".join(rf"{kind} (\d+)" for kind in ("connect", "read", "write", "timeout"))
    broken = re.search(f"Socket errors: {kinds}", said)
    found["refused"] = int(refused[1]) if refused else 0
    every, lasted = re.search(r"(\d+) requests in ([\d.]+)s", said).groups()
    found["answered_a_second"] = round((int(every) - found["refused"]) / float(lasted), 1)
    return found | {"broken": sum(map(int, broken.groups())) if broken else 0}


def memory(server: subprocess.Popen[bytes]) -> int:
    """Megabytes of a process and those it split into; what they share counts once."""
    told = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text()
    sizes = [Path(f"/proc/{one}/smaps_rollup").read_text() for one in [server.pid, *told.split()]]
    return sum(int(re.search(r"Pss:\s+(\d+)", size)[1]) for size in sizes) // 1024


def main(folder: Path, by_codes: bool) -> None:
    """Measures."""
    index = large(folder, by_codes)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    queries = [urllib.parse.quote(text) for text in texts(folder)]
    nodes = [urllib.parse.quote("/".join(node), safe="") for node in tops(folder)]
    server = started(index, port)
    try:
        for mode in ("code", "both"):
            for below in (False, True):
                paths = [
                    f"/api/search?k={FIRST}&mode={mode}&text={text}"
                    + (f"&under={nodes[place % len(nodes)]}" if below else "")
                    for place, text in enumerate(queries)
                ]
                asked(port, paths, CLIENTS, 5)  # what is made once, is made
                record(mode, below, by_codes, CLIENTS, asked(port, paths, CLIENTS, SECONDS), server)
        record("both", True, by_codes, MANY, asked(port, paths, MANY, SECONDS), server)
        urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=5).close()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def tops(folder: Path) -> list[tuple[str, ...]]:
    """Nodes that answers are asked to lie below: those of the second level that have items."""
    index = load_index(folder)
    every = {tuple(path[:2]) for row in range(len(index)) for path in index.item(row)["paths"]}
    return sorted(node for node in every if len(node) == 2)


def record(mode, below, by_codes, clients, found, server) -> None:
    """Prints and keeps a line."""
    load = round(os.getloadavg()[0], 1)
    line = {"benchmark": "serving", "items": ITEMS, "bits": 64, "k": FIRST, "mode": mode}
    line |= {"below_a_node": below, "accelerated": by_codes, "clients": clients} | found
    line |= {"workers": len(os.sched_getaffinity(0)), "memory_mb": memory(server), "load": load}
    print(line, flush=True)
    told = "python benchmarks/serve_speed.py INDEX" + (" --accelerated" if by_codes else "")
    line |= {"command": told, "environment": environment(), "commit": environment()["commit"]}
    append_line(RESULTS, line)


if __name__ == "__main__":
    main(Path(sys.argv[1]), "--accelerated" in sys.argv)
