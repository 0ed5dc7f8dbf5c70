"""Worker processes: they are used, they may die, and Ctrl-C ends them without a traceback."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import BrokenExecutor, Future

import pytest
import torch

from hierhash.bench import workers
from hierhash.bench.results import Job
from hierhash.bench.runner import run_suite
from hierhash.bench.suite import load_suite
from hierhash.bench.workers import DIED, Workers
from hierhash.reports.runs import load_results
from tests.bench.dying import dying
from tests.cli.interrupting import ENDED, started

SUITE = """
name: tiny
data: {source: synthetic, options: {n: 120}}
bits: [8]
seeds: [0, 1]
set: {model.training.epochs: 1, model.image.hidden: 8, model.text.hidden: 8}
rows: [{method: dcmh_tuned}, {method: dcmh_leaf}]
"""


@pytest.fixture
def suite(tmp_path):
    (tmp_path / "tiny.yaml").write_text(SUITE)
    return load_suite(tmp_path / "tiny.yaml")


def jobs(suite):
    return [Job(row, 8, seed, {}, final=True) for row in suite.rows for seed in suite.seeds]


def test_two_workers_do_the_jobs_of_one(suite, tmp_path):
    for folder, number in (("one", 1), ("two", 2)):
        run_suite(suite, tmp_path / folder, number, say=lambda _: None)
    one, two = (
        {
            (run["name"], run["seed"]): run["results"]
            for run in load_results("tiny", tmp_path / folder)[0]
        }
        for folder in ("one", "two")
    )
    assert len(one) == 4
    assert one.keys() == two.keys()


def test_a_worker_that_dies_takes_its_own_job_alone(suite, tmp_path, monkeypatch):
    monkeypatch.setenv("DIED_MARK", str(tmp_path / "died"))
    pool = Workers(suite, 2, None, task=dying)
    try:
        found = {(job.row.name, job.seed): record for job, (record, _) in pool.run(jobs(suite))}
    finally:
        pool.close()
    assert len(found) == 4
    failed = {key: record["failed"] for key, record in found.items() if "failed" in record}
    assert failed == {("dcmh_leaf", 0): DIED}  # not the one whose first worker died
    assert (tmp_path / "died").exists()
    assert os.getpid() not in {record.get("process") for record in found.values()}


def test_where_no_worker_can_live_every_job_is_told_and_none_waits(suite, monkeypatch):
    pool = Workers(suite, 2, None)
    started = []

    def submit(job):
        started.append(job)
        future = Future()
        future.set_exception(BrokenExecutor())
        return future

    monkeypatch.setattr(pool, "_submit", submit)
    many = jobs(suite) * 5
    found = [record["failed"] for _, (record, _) in pool.run(many)]
    assert found == [DIED] * len(many)
    assert len(started) < len(many)


def test_data_that_a_worker_cannot_prepare_are_told_in_one_line(suite, monkeypatch):
    def prepare(*_, **__):
        raise MemoryError("no\nroom")

    monkeypatch.setattr(workers, "prepare", prepare)
    monkeypatch.setattr(workers, "_prepared", None)
    monkeypatch.setattr(workers, "_end_with_parent", lambda: None)
    workers._start_worker(suite, torch.get_num_threads())
    record, _ = workers.work(suite, jobs(suite)[0])
    assert record["failed"] == "MemoryError: no room"


@pytest.mark.parametrize("number", [1, 2])
def test_ctrl_c_ends_a_bench_with_one_line(tmp_path, number):
    (tmp_path / "tiny.yaml").write_text(SUITE.replace("epochs: 1", "epochs: 100000"))
    words = ["bench", "tiny.yaml", "--results", "results", "--workers", str(number)]
    with started(tmp_path, *words) as process:
        assert process.stdout.readline() == "tiny: preparing the data\n"
        time.sleep(1.5 if number == 1 else 6)  # into the jobs, or the start of the workers
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers too
        said = process.communicate(timeout=60)[1]
    assert process.returncode in ENDED, said
    told = "interrupted; finished runs are kept, the same command goes on\n"
    assert said.endswith(told)
    assert "Traceback" not in said
