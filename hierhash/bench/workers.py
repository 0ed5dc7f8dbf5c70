"""Where jobs run: in this process, or in worker processes that may die without taking the suite."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from typing import Any

import torch

from hierhash.bench.results import Job
from hierhash.bench.run_one import final_scores, validation_scores
from hierhash.bench.suite import Suite
from hierhash.errors import HierhashError
from hierhash.new_method import pick_device
from hierhash.prepare import Prepared, prepare

Outcome = tuple[dict[str, Any], dict[str, Any]]
Task = Callable[[Suite, Job], Outcome]

DIED = "its worker process died twice (out of memory?); run the suite again with fewer --workers"

_prepared: Prepared | None = None
_unprepared = ""


class Workers:
    """Runs jobs of a suite.

    A job that raises gives a record with ``failed``. A worker that dies takes its jobs with it: the
    pool is made anew and they are run again, one at a time, so that the one to blame is found.

    Args:
        suite: The suite.
        workers: Processes, each with a share of the cores; 1 runs the jobs in this one.
        prepared: Its data, for the jobs of this process.
        task: What does a job; a function that a new process can import.
    """

    def __init__(
        self, suite: Suite, workers: int, prepared: Prepared, task: Task | None = None
    ) -> None:
        global _prepared
        self.suite, self.workers, self.task = suite, workers, task or work
        if workers <= 1:
            _prepared = prepared
        self._pool: ProcessPoolExecutor | None = None
        self._deaths = 0  # of workers with one job alone, since one of those ended well
        self._before = set(multiprocessing.active_children())

    def close(self, at_once: bool = False) -> None:
        """Ends the worker processes: after their jobs, or at once, for nobody wants those."""
        if self._pool is not None:
            if at_once:
                for child in set(multiprocessing.active_children()) - self._before:
                    child.terminate()
            self._pool.shutdown(cancel_futures=True)

    def run(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Outcome]]:
        """The jobs with what they gave, in the order they end."""
        if self.workers <= 1:
            for job in jobs:
                yield job, self.task(self.suite, job)
            return
        waiting = deque(jobs)
        while waiting and self._deaths <= self.workers:
            suspects: list[Job] = []
            yield from self._together(waiting, suspects)
            for job in suspects:
                yield job, self._alone(job)
        for job in waiting:  # no worker can live here
            yield job, failure(DIED)

    def _together(self, waiting: deque[Job], suspects: list[Job]) -> Iterator[tuple[Job, Outcome]]:
        """Jobs side by side, until none is left or a worker dies: ``suspects`` gets its jobs."""
        running: dict[Future[Outcome], Job] = {}
        while running or (waiting and not suspects):
            while waiting and not suspects and len(running) < self.workers:
                job = waiting.popleft()
                running[self._submit(job)] = job
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                job = running.pop(future)
                try:
                    outcome = future.result()
                except BrokenExecutor:
                    self._pool = None
                    suspects.append(job)
                else:
                    yield job, outcome

    def _alone(self, job: Job) -> Outcome:
        try:
            outcome = self._submit(job).result()
        except BrokenExecutor:
            self._pool = None
            self._deaths += 1
            return failure(DIED)
        self._deaths = 0
        return outcome

    def _submit(self, job: Job) -> Future[Outcome]:
        for attempt in range(2):
            if self._pool is None:
                self._pool = self._new_pool()
            try:
                with _interrupts_held_back():
                    return self._pool.submit(self.task, self.suite, job)
            except BrokenExecutor:  # it died since the last job ended
                self._pool = None
                if attempt:
                    raise
        raise AssertionError  # pragma: no cover

    def _new_pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self.workers,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_start_worker,
            initargs=(self.suite, max(1, torch.get_num_threads() // self.workers)),
        )


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Processes that are started inside never see Ctrl-C, which this one acts on when it ends.

    A terminal sends it to all of them; this process ends its workers, which have nothing to say.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_worker(suite: Suite, threads: int) -> None:
    global _prepared, _unprepared
    threading.Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(threads)
    try:
        device = pick_device("auto")
        _prepared = prepare(
            suite.data, suite.features, device, needs=suite.needs, facets=suite.facets
        )
    except Exception as error:  # told by each of its jobs: here it would be a traceback
        _unprepared = _told(error)


def _end_with_parent() -> None:
    """Ends a worker whose parent was killed; it would wait for jobs, and hold memory, forever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def work(suite: Suite, job: Job) -> Outcome:
    """One job on the prepared data of this process; what goes wrong is in the record.

    ``diverged`` marks a failure that would come again: a trial then loses for good.
    """
    if _prepared is None:
        return failure(_unprepared)
    try:
        config = suite.config(job.row, job.bits, job.seed, job.trial)
        if not job.final:
            return dict(validation_scores(config, _prepared, job.row.trial_items)), {}
        main = job.bits == suite.tuning_bits
        record, per_query, _ = final_scores(
            config,
            _prepared,
            asymmetric=suite.asymmetric,
            attribute=suite.attribute,
            longest=max(suite.bits_of(job.row)),
            top=main and job.seed == suite.seeds_of(job.row)[0],
            typed=main and suite.queries is not None,
            queries=suite.queries,
        )
        return record, per_query
    except HierhashError as error:
        return failure(_told(error), diverged=error.exit_code == 1)
    # Whatever a library raises, MemoryError above all, is the end of this job and of no other.
    except Exception as error:
        return failure(_told(error))


def failure(said: str, diverged: bool = False) -> Outcome:
    """What a job that failed gives.

    Example:
        >>> failure("no room")[0]["failed"]
        'no room'
    """
    return {"objective": None, "failed": said, "diverged": diverged}, {}


def _told(error: Exception) -> str:
    """The error in one line; ours speak for themselves."""
    said = str(error) if isinstance(error, HierhashError) else f"{type(error).__name__}: {error}"
    return " ".join(said.split())
