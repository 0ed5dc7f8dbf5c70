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

from hierhash.bench.results import Job, store_final, store_trial, trial_key
from hierhash.bench.run_one import final_scores, validation_scores
from hierhash.bench.suite import Overrides, Row, Suite
from hierhash.builder import Prepared, config_hash, pick_device, prepare
from hierhash.errors import HierhashError, RunError
from hierhash.training.jsonl import read_lines

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
    prepared.split.save(folder / f"{suite.name}.split.json", prepared.catalogue.ids)
    prepared.tree.to_yaml(folder / f"{suite.name}.tree.yaml")
    with _workers(suite, workers, prepared) as submit:
        _drain(suite, folder, prepared, submit, list(_trials(suite, folder)), workers, say)
        _drain(suite, folder, prepared, submit, list(_finals(suite, folder)), workers, say)


def choose(suite: Suite, folder: Path, row: Row) -> Overrides:
    """The trial of a row with the best validation objective; ties go to the earlier trial.

    Raises:
        RunError: A trial is missing.
    """
    trials = suite.trials_of(row)
    if len(trials) == 1:
        return trials[0]
    done = {r["key"]: r for r in read_lines(folder / f"{suite.name}.tuning.jsonl")}
    best, best_score = trials[0], float("-inf")
    for trial in trials:
        key = trial_key(suite, row, trial)
        if key not in done:
            raise RunError(f"{suite.name}: a trial of {row.name} is missing; run the suite again")
        if done[key]["score"] > best_score:
            best, best_score = trial, done[key]["score"]
    return best


def _trials(suite: Suite, folder: Path) -> Iterator[Job]:
    done = {record["key"] for record in read_lines(folder / f"{suite.name}.tuning.jsonl")}
    for row in suite.rows:
        trials = suite.trials_of(row)
        for trial in trials if len(trials) > 1 else []:
            if trial_key(suite, row, trial) not in done:
                yield Job(row, suite.tuning_bits, suite.tuning_seed, trial, final=False)


def _finals(suite: Suite, folder: Path) -> Iterator[Job]:
    done = {record["config_sha256"] for record in read_lines(folder / f"{suite.name}.jsonl")}
    for seed in suite.seeds:
        for row in suite.rows:
            for bits in row.bits or suite.bits:
                job = Job(row, bits, seed, choose(suite, folder, row), final=True)
                if config_hash(suite.config(row, bits, seed, job.trial)) not in done:
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
    if job.final:
        main = job.bits == suite.tuning_bits
        record, per_query, _ = final_scores(
            config,
            _prepared,
            asymmetric=suite.asymmetric and main,
            attribute=suite.attribute,
            top=main and job.seed == suite.seeds[0],
        )
        return record, per_query
    try:
        return validation_scores(config, _prepared), {}
    except HierhashError as error:
        if error.exit_code != 1:
            raise
        return {"objective": -1.0, "failed": str(error)}, {}  # a diverged trial loses


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
    suite: Suite,
    folder: Path,
    prepared: Prepared,
    submit: Callable[[Job], Future[Any]],
    jobs: list[Job],
    workers: int,
    say: Say,
) -> None:
    waiting: Iterable[Job] = iter(jobs)
    running: dict[Future[Any], Job] = {}
    finished = 0
    while True:
        while len(running) < max(workers, 1) and (job := next(iter(waiting), None)) is not None:
            running[submit(job)] = job
        if not running:
            return
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            job = running.pop(future)
            record, per_query = future.result()
            finished += 1
            where = f"[{finished}/{len(jobs)}] {job.row.name} {job.bits} bits, seed {job.seed}"
            if job.final:
                store_final(suite, folder, prepared, job, record, per_query)
                hap = record["results"]["all"]["i2t"]["hamming"]["hap"]
                say(f"{where}: i2t hap {hap:.3f}")
            else:
                store_trial(suite, folder, job, record)
                say(f"{where} {job.trial}: validation {record['objective']:.3f}")
