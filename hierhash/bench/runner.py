"""Runs a suite: chooses settings on validation, then the final runs, in worker processes.

Everything that is done is a line in a file of the results folder; started again, a suite does what
is missing. Only this process writes; workers return records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hierhash.bench.results import Job, SuiteResults, refuse_changed_code
from hierhash.bench.suite import Row, Suite
from hierhash.bench.suite_file import keep_suite
from hierhash.bench.workers import Workers
from hierhash.environment import commit
from hierhash.errors import ConfigError, HierhashError, RunError
from hierhash.new_method import pick_device
from hierhash.prepare import Prepared, prepare
from hierhash.storage.lock import locked

Say = Callable[[str], None]


def run_suite(suite: Suite, folder: Path, workers: int = 1, say: Say = print) -> None:
    """Does all that a suite still lacks.

    Args:
        suite: The suite.
        folder: Results folder; ``SUITE.jsonl``, ``SUITE.tuning.jsonl``, ``SUITE.suite.yaml`` and
            ``scores/`` in it.
        workers: Processes; each has a share of the cores.
        say: Told one line for each finished job.

    Raises:
        InputError: The data cannot be prepared, a results file is damaged, or another process
            writes into the folder.
        HierhashError: Some jobs failed, a line each; all others were done.
    """
    refuse_changed_code(folder, commit())
    with locked(folder, "writes results into"):
        failed = _run(suite, folder, workers, say)
    if failed:
        raise HierhashError("\n".join(failed))


def _run(suite: Suite, folder: Path, workers: int, say: Say) -> list[str]:
    """Does it; returns a line for each job that failed and each row without settings."""
    say(f"{suite.name}: preparing the data")
    prepared = _prepare(suite)
    _check_parts(suite, prepared)
    results = SuiteResults(suite, folder, prepared)
    keep_suite(suite, folder)
    pool = Workers(suite, workers, prepared)
    try:
        failed = _do(results, pool, list(_trials(results)), say)
        chosen, unchosen = _choices(results, say)
        failed += _do(results, pool, list(_finals(results, chosen)), say)
    except BaseException:
        pool.close(at_once=True)
        raise
    pool.close()
    return failed + unchosen


def _prepare(suite: Suite) -> Prepared:
    from hierhash.training.progress import counting

    with counting("pictures") as advance:
        device = pick_device("auto")
        return prepare(
            suite.data, suite.features, device, advance, needs=suite.needs, facets=suite.facets
        )


def _check_parts(suite: Suite, prepared: Prepared) -> None:
    split = prepared.split
    parts = {"train": split.train, "query": split.query}
    if suite.tunes:
        parts["validation"] = split.tune
    for part, rows in parts.items():
        if not len(rows):
            raise ConfigError(f"{suite.name}: the split has no {part} items; give it some")


def _trials(results: SuiteResults) -> Iterator[Job]:
    for row in results.suite.rows:
        trials = results.suite.trials_of(row)
        for trial in trials if len(trials) > 1 else []:
            job = results.trial_job(row, trial)
            if not results.has(job):
                yield job


def _choices(results: SuiteResults, say: Say) -> tuple[list[tuple[Row, dict[str, Any]]], list[str]]:
    """The settings of each row, and what keeps a row from having some."""
    chosen, unchosen = [], []
    for row in results.suite.rows:
        trials = len(results.suite.trials_of(row))
        lost = results.losers(row) if trials > 1 else 0
        if lost:
            why = "it failed or has" if lost == 1 else "they failed or have"
            say(f"warning: {row.name}: {lost} of {trials} trials lost: {why} no validation score")
        try:
            chosen.append((row, results.choose(row)))
        except RunError as error:
            unchosen.append(str(error))
    return chosen, unchosen


def _finals(results: SuiteResults, chosen: list[tuple[Row, dict[str, Any]]]) -> Iterator[Job]:
    suite = results.suite
    for seed in sorted({seed for row, _ in chosen for seed in suite.seeds_of(row)}):
        for row, trial in chosen:
            for bits in suite.bits_of(row) if seed in suite.seeds_of(row) else []:
                job = Job(row, bits, seed, trial, final=True)
                if not results.has(job):
                    yield job


def _do(results: SuiteResults, pool: Workers, jobs: list[Job], say: Say) -> list[str]:
    """Does the jobs and keeps what they give; returns a line for each that failed."""
    failed: list[str] = []
    for finished, (job, (record, per_query)) in enumerate(pool.run(jobs), start=1):
        name = f"{job.row.name}, {job.bits} bits, seed {job.seed}"
        where = f"[{finished}/{len(jobs)}] {name}"
        if "failed" in record:
            say(f"{where}: {record['failed']}")
            if not job.final and record.pop("diverged", False):
                results.store_trial(job, record)
            else:
                trial = "" if job.final else f", trial {job.trial}"
                failed.append(f"{results.suite.name}: {name}{trial} failed: {record['failed']}")
        elif job.final:
            results.store_final(job, record, per_query)
            direction, own = next(iter(record["results"]["all"].items()))
            say(f"{where}: {direction} hap {own[record['distance']]['hap']:.3f}")
        else:
            results.store_trial(job, record)
            say(f"{where}, {job.trial}: validation {record['objective']:.3f}")
    return failed
