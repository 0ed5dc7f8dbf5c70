"""Runs a suite: chooses settings on validation, then the final runs, in worker processes.

Everything that is done is a line in a file of the results folder; started again, a suite does what
is missing. Only this process writes; workers return records.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path
from typing import Any

import torch

from hierhash.bench.results import Job, SuiteResults
from hierhash.bench.run_one import final_scores, validation_scores
from hierhash.bench.suite import Suite
from hierhash.builder import Prepared, pick_device, prepare
from hierhash.errors import ConfigError, HierhashError, RunError

Say = Callable[[str], None]


_prepared: Prepared | None = None


def run_suite(suite: Suite, folder: Path, workers: int = 1, say: Say = print) -> None:
    """Does all that a suite still lacks.

    Args:
        suite: The suite.
        folder: Results folder; ``SUITE.jsonl``, ``SUITE.tuning.jsonl`` and ``scores/`` in it.
        workers: Processes; each has a share of the cores.
        say: Told one line for each finished job.

    Raises:
        InputError: The data cannot be prepared, or a results file is damaged.
    """
    folder.mkdir(parents=True, exist_ok=True)
    say(f"{suite.name}: preparing the data")
    prepared = _prepare(suite)
    for part in ("train", "query", *(["validation"] if suite.tunes else [])):
        if not len(getattr(prepared.split, part)):
            raise ConfigError(f"{suite.name}: the split has no {part} items; give it some")
    results = SuiteResults(suite, folder, prepared)
    with _workers(suite, workers, results.prepared) as submit:
        failed = _drain(results, submit, list(_trials(results)), workers, say)
        failed += _drain(results, submit, list(_finals(results)), workers, say)
    if failed:
        raise RunError(f"{suite.name}: {len(failed)} runs failed; the first: {failed[0]}")


def _trials(results: SuiteResults) -> Iterator[Job]:
    for row in results.suite.rows:
        trials = results.suite.trials_of(row)
        for trial in trials if len(trials) > 1 else []:
            job = results.trial_job(row, trial)
            if not results.has(job):
                yield job


def _finals(results: SuiteResults) -> Iterator[Job]:
    suite = results.suite
    for seed in suite.seeds:
        for row in suite.rows:
            for bits in row.bits or suite.bits:
                job = Job(row, bits, seed, results.choose(row), final=True)
                if not results.has(job):
                    yield job


def _prepare(suite: Suite) -> Prepared:
    from hierhash.training.progress import counting

    with counting("pictures") as advance:
        return prepare(suite.data, suite.features, pick_device("auto"), advance)


def _start_worker(suite: Suite, threads: int) -> None:
    global _prepared
    threading.Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(threads)
    _prepared = prepare(suite.data, suite.features, pick_device("auto"))


def _end_with_parent() -> None:
    """Ends a worker whose parent was killed; it would wait for jobs, and hold memory, forever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(suite: Suite, job: Job) -> tuple[dict[str, Any], dict[str, Any]]:
    assert _prepared is not None  # noqa: S101 - set by _start_worker
    config = suite.config(job.row, job.bits, job.seed, job.trial)
    try:
        if not job.final:
            return validation_scores(config, _prepared), {}
        main = job.bits == suite.tuning_bits
        record, per_query, _ = final_scores(
            config,
            _prepared,
            asymmetric=suite.asymmetric and main,
            attribute=suite.attribute,
            top=main and job.seed == suite.seeds[0],
        )
        return record, per_query
    except HierhashError as error:
        if error.exit_code != 1:
            raise
        return {"objective": -1.0, "failed": str(error)}, {}  # diverged: a trial loses


class _Inline:
    """Runs jobs in this process, when one worker is asked for."""

    def __init__(self, suite: Suite, prepared: Prepared) -> None:
        global _prepared
        _prepared = prepared
        self.suite = suite

    def __call__(self, job: Job) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(_work(self.suite, job))
        return future


class _workers:  # noqa: N801 - used as a context manager, like a function
    def __init__(self, suite: Suite, workers: int, prepared: Prepared) -> None:
        self.suite, self.workers, self.prepared = suite, workers, prepared
        self.pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Callable[[Job], Future[Any]]:
        if self.workers <= 1:
            return _Inline(self.suite, self.prepared)
        threads = max(1, torch.get_num_threads() // self.workers)
        self.pool = ProcessPoolExecutor(
            self.workers,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_start_worker,
            initargs=(self.suite, threads),
        )
        return lambda job: self.pool.submit(_work, self.suite, job)  # type: ignore[union-attr]

    def __exit__(self, *_: object) -> None:
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)


def _drain(
    results: SuiteResults,
    submit: Callable[[Job], Future[Any]],
    jobs: list[Job],
    workers: int,
    say: Say,
) -> list[str]:
    """Does the jobs, ``workers`` at a time; returns what went wrong in final runs."""
    waiting: Iterable[Job] = iter(jobs)
    running: dict[Future[Any], Job] = {}
    finished = 0
    failed: list[str] = []
    while True:
        while len(running) < max(workers, 1) and (job := next(iter(waiting), None)) is not None:
            running[submit(job)] = job
        if not running:
            return failed
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            job = running.pop(future)
            record, per_query = future.result()
            finished += 1
            where = f"[{finished}/{len(jobs)}] {job.row.name} {job.bits} bits, seed {job.seed}"
            if not job.final:
                results.store_trial(job, record)
                say(f"{where} {job.trial}: validation {record['objective']:.3f}")
            elif "failed" in record:
                failed.append(
                    f"{job.row.name}, {job.bits} bits, seed {job.seed}: {record['failed']}"
                )
                say(f"{where}: {record['failed']}")
            else:
                results.store_final(job, record, per_query)
                hap = record["results"]["all"]["i2t"]["hamming"]["hap"]
                say(f"{where}: i2t hap {hap:.3f}")
