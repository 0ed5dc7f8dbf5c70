"""A task for worker processes, in a module of its own so that a new process can import it."""

from __future__ import annotations

import os


def dying(suite, job):
    """One job always ends its process, as the kernel does where memory ends; another one once."""
    if (job.row.name, job.seed) == ("dcmh_leaf", 0) or _is_first_try(job):
        os._exit(9)
    return {"process": os.getpid()}, {}


def _is_first_try(job):
    if (job.row.name, job.seed) != ("dcmh_tuned", 1):
        return False
    try:
        os.close(os.open(os.environ["DIED_MARK"], os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True
