"""Fits a method and codes the items that it is scored on."""

from __future__ import annotations

import contextlib
import resource
import time
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.coded import Coded, code_bytes
from hierhash.codes.distances import Distance
from hierhash.config.hash import config_hash
from hierhash.config.schema import RunConfig
from hierhash.errors import DataError
from hierhash.methods.method import Method
from hierhash.new_method import new_method
from hierhash.prepare import Advance, Prepared
from hierhash.training.fit import Interrupted, Watch
from hierhash.training.items import BOTH, MODALITIES

Rows = NDArray[np.int64]
Fitted = tuple[Method, dict[str, float]]


@dataclass(frozen=True)
class Trained:
    """A fitted method and the items that it is scored on, coded.

    Args:
        method: The method.
        queries: Modality to the items coded as queries: row i is item i of the data set, zeros for
            items that were not asked.
        stored: Modality to what an index would keep of the items, (n, width), likewise.
        cost: Training seconds, peak memory, encoding speed, bytes an item.
    """

    method: Method
    queries: dict[str, Coded]
    stored: dict[str, NDArray[Any]]
    cost: dict[str, float] = field(default_factory=dict)

    @property
    def distance(self) -> Distance:
        """How queries and stored items are compared."""
        return self.method.distance()


_longest: tuple[str, Prepared, Fitted] | None = None


def fit_longest(config: RunConfig, prepared: Prepared, longest: int) -> Fitted:
    """As ``fit_method``; a method of which shorter codes are prefixes is fitted once for all."""
    global _longest
    whole = config.model_copy(update={"bits": longest})
    shorter = new_method(whole, prepared).prefixes
    if not shorter or config.bits not in (*shorter, longest):
        return fit_method(config, prepared)
    key = config_hash(whole)
    if _longest is None or _longest[0] != key or _longest[1] is not prepared:
        _longest = key, prepared, fit_method(whole, prepared)
    method, cost = _longest[2]
    if config.bits == longest:
        return method, dict(cost)
    short: Method = method.prefix(config.bits)  # type: ignore[attr-defined] # as ``prefixes`` says
    return short, dict(cost)


def fit_method(config: RunConfig, prepared: Prepared, advance: Advance = lambda _: None) -> Fitted:
    """Fits and calibrates a method; ``advance`` is told of each epoch. Gives its cost, too.

    Raises:
        ConfigError: The method cannot use the training items.
        KeyboardInterrupt: Ctrl-C while it trains: the whole suite or demo was to stop.
    """
    _reset_peak()
    method = new_method(config, prepared)
    split, items = prepared.split, prepared.items
    train = prepared.train
    method.check(train)
    started, cpu = time.perf_counter(), time.process_time()
    try:
        method.fit(train, Watch(report=lambda _epoch, _losses: advance(1)))
    except Interrupted as stop:
        raise KeyboardInterrupt from stop
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    method.calibrate(items.subset(split.calibrate))
    return method, {
        "train_seconds": round(seconds, 2),
        "train_cpu_seconds": round(cpu, 2),
        "peak_rss_mb": _peak_mb(),
    }


def modalities(method: Method, prepared: Prepared) -> list[str]:
    """The modalities of the data that a method codes, and that some item has."""
    has = prepared.items.has
    return [one for one in MODALITIES if one in method.needs and one in has and has[one].any()]


def encode_items(method: Method, prepared: Prepared, asked: Rows, database: Rows) -> Trained:
    """Codes the items ``asked`` as queries, and these and ``database`` as stored items.

    Raises:
        DataError: No item has what the method codes.
        HierhashError: Some outputs are not finite, for the training diverged.
    """
    items = prepared.items
    queries, stored = {}, {}
    coded, started, cpu = 0, time.perf_counter(), time.process_time()
    for modality in modalities(method, prepared):
        rows = items.having(modality, asked)
        kept = items.having(modality, np.concatenate([asked, database]))
        asking = method.encode({modality: items.rows[modality][rows]}, "query")
        queries[modality] = Coded(
            *(None if part is None else _spread(part, rows, items.n) for part in asking)
        )
        own = method.encode({modality: items.rows[modality][kept]}, "database").stored
        stored[modality] = _spread(own, kept, items.n)
        coded += len(rows) + len(kept)
    if method.fuses and len(stored) == len(MODALITIES):
        kept = items.having(BOTH, np.concatenate([asked, database]))
        stored[BOTH] = np.zeros_like(stored["image"])
        for given, rows in items.given(BOTH, kept):
            together = {one: items.rows[one][rows] for one in given}
            stored[BOTH][rows] = method.encode(together, "database").stored
        coded += len(kept)
    if not stored:
        wanted = " or ".join(sorted(method.needs & {*MODALITIES}))
        raise DataError(
            f"data: no item has what the method codes ({wanted}); choose another method"
        )
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    some = next(iter(stored.values()))
    cost = {
        "encode_items_per_second": round(coded / seconds),
        "encode_cpu_ms_per_1000": round(1e6 * cpu / max(coded, 1), 3),
        "bytes_per_item": code_bytes(method.layout()) or some.shape[1] * some.itemsize,
    }
    trained = Trained(method, queries, stored, cost)
    return replace(trained, cost=cost | {"search_cpu_ms": _search_cpu_ms(trained, database)})


SEARCHES = 32


def _search_cpu_ms(trained: Trained, database: Rows) -> float:
    """Processor time of a query against the whole database, ms; the mean of the first SEARCHES."""
    modality = next(iter(trained.queries))
    asked, stored = trained.queries[modality], trained.stored[modality][database]
    distance = trained.distance
    if distance.steps is None:
        assert asked.query is not None  # noqa: S101 - what has no distance has a score
        asking = [partial(distance.scores, one, stored) for one in asked.query[:SEARCHES]]
    else:
        assert asked.codes is not None  # noqa: S101 - what has a distance has codes
        near = distance.from_one(stored)
        asking = [partial(near, one) for one in asked.codes[:SEARCHES]]
    started = time.process_time()
    for one in asking:
        one()
    return round(1e3 * (time.process_time() - started) / max(len(asking), 1), 4)


def _spread(values: NDArray[Any], rows: Rows, n: int) -> NDArray[Any]:
    """Values of some of n items at their places, zeros elsewhere."""
    spread = np.zeros((n, values.shape[1]), dtype=values.dtype)
    spread[rows] = values
    return spread


def _reset_peak() -> None:
    # Only Linux can start the count anew; elsewhere the peak is the process's.
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak_mb() -> int:
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM"):
                return round(int(line.split()[1]) / 1024)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
