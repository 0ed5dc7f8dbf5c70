"""Runs a verb that is cut off at a chosen write, or killed at a chosen moment, and then again.

It is a program of its own: everything slow is imported once, and each attempt is a fork of it, so
that hundreds of crashes take minutes. Usage: ``python -m tests.crash.crashes FOLDER VERB HOW``,
where HOW is ``writes=S`` (a crash before write 1, 1 + S, ... until the verb gets through) or
``kills=N`` (N random moments), with ``:late`` for crashes that come after the first checkpoint. It
prints one JSON object.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch

from hierhash.cli.main import main

CRASHED = 77
# Python tells of these before it does them; reading is no write.
WRITES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Attempt:
    """One fork that runs a verb.

    Args:
        words: The command line after ``hierhash``.
        crash_at: The write before which it ends at once; 0 for none.
        armed: Whether writes count yet.
    """

    def __init__(
        self, words: list[str], crash_at: int = 0, armed: Callable[[], bool] = lambda: True
    ) -> None:
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os._exit(_run(words, crash_at, armed))
            except BaseException:
                os._exit(99)

    def wait(self) -> int:
        """The exit code; minus the signal if it was killed."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def _run(words: list[str], crash_at: int, armed: Callable[[], bool]) -> int:
    done = 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal done
        opens = event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING
        if (event in WRITES or opens) and armed():
            done += 1
            if done == crash_at:
                os._exit(CRASHED)

    if crash_at:
        sys.addaudithook(watch)
    sys.argv = ["hierhash", *words]
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            main()
        except SystemExit as stop:
            if stop.code:
                Path("said.txt").write_text(said.getvalue())
            return int(stop.code or 0)
    return 0


def state(folder: Path) -> dict[str, str]:
    """What must be the same after a crash and another start: files that hold no time."""
    skipped = ("metrics.jsonl", "environment.json", "manifest.json", "last.pt")
    timed = (".jsonl", ".npz")
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file() and path.name not in skipped:
            kept = "" if "results" in name and path.suffix in timed else path.read_bytes().hex()
            found[name] = kept if len(kept) < 200 else str(hash(kept))
        elif path.is_dir():
            found[name] = "folder"
    return found


def words_of(verb: str, again: bool) -> list[str]:
    """The command of a verb; after a crash the one that its user would type."""
    if verb in ("train", "cache"):
        begun = Path("work/run/checkpoints/last.pt").exists()
        return ["train", "config.yaml", "--out", "work/run", *(["--resume"] if begun else [])]
    return {
        "import": ["data", "import", "shop", "work/catalogue", "--force"],
        "index": ["index", "build", "run", "work/index"],
        "encode": ["encode", "run", "shop", "work/codes"],
        "export": ["export", "run", "work/export", "--check", "8"],
        "bench": ["bench", "suite.yaml", "--results", "work/results"],
    }[verb]


def begin(verb: str) -> None:
    """A fresh place to work in; an import finds an earlier one, which --force replaces."""
    shutil.rmtree("work", ignore_errors=True)
    os.mkdir("work")
    os.environ["HIERHASH_CACHE"] = "work/cache" if verb == "cache" else "cache"
    if verb == "import":
        shutil.copytree("earlier", "work/catalogue")


def faults_after(verb: str, wanted: dict[str, str]) -> list[str]:
    """What is wrong after a crash, and after the verb was started again."""
    faults = []
    if verb == "import" and not Path("work/catalogue/metadata.jsonl").is_file():
        faults.append("the earlier import is gone")
    for name in ("index", "codes", "export"):
        place = Path("work") / name
        if place.exists():
            if Attempt(["verify", str(place)]).wait():
                faults.append(f"{name} is there and not whole")
            shutil.rmtree(place)  # a user who finds it whole does not build it again
    code = Attempt(words_of(verb, again=True)).wait()
    if code and not (verb in ("train", "cache") and Path("work/run/manifest.json").exists()):
        faults.append(f"started again, it ends with {code}: {Path('said.txt').read_text()[-300:]}")
    found = state(Path("work"))
    faults += [f"{name} is left behind" for name in found if name not in wanted]
    faults += [f"{name} is missing" for name in wanted if name not in found]
    both = [name for name in found if name in wanted]
    return faults + [f"{name} differs" for name in both if found[name] != wanted[name]]


def main_loop(folder: Path, verb: str, how: str) -> dict[str, object]:
    """All the crashes of one verb."""
    os.chdir(folder)
    torch.set_num_threads(1)
    begin(verb)
    started = time.monotonic()
    code = Attempt(words_of(verb, again=False)).wait()
    seconds = time.monotonic() - started
    if code:
        return {"crashes": 0, "faults": [f"ends with {code}: {Path('said.txt').read_text()}"]}
    wanted = state(Path("work"))
    kind, _, late = how.partition(":")
    last = Path("work/run/checkpoints/last.pt")
    armed = last.exists if late else (lambda: True)
    crashes, faults = 0, []
    if kind.startswith("writes="):
        for n in range(1, 2000, int(kind.removeprefix("writes="))):
            begin(verb)
            if Attempt(words_of(verb, again=False), n, armed).wait() != CRASHED:
                break
            crashes += 1
            faults += [f"write {n}: {fault}" for fault in faults_after(verb, wanted)]
    else:
        draw = random.Random(os.environ.get("CRASH_SEED", "0"))
        for n in range(int(kind.removeprefix("kills="))):
            begin(verb)
            attempt = Attempt(words_of(verb, again=False))
            while late and not last.exists():
                time.sleep(0.001)
            time.sleep(draw.uniform(0, seconds * (0.05 if late else 1.0)))
            with contextlib.suppress(ProcessLookupError):
                os.kill(attempt.pid, signal.SIGKILL)
            crashes += attempt.wait() == -signal.SIGKILL
            faults += [f"kill {n}: {fault}" for fault in faults_after(verb, wanted)]
    return {"crashes": crashes, "seconds": round(seconds, 2), "faults": faults[:20]}


if __name__ == "__main__":
    print(json.dumps(main_loop(Path(sys.argv[1]), sys.argv[2], sys.argv[3])))
