"""The process: a socket, uvicorn, the watcher, and signals."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from contextlib import closing
from dataclasses import dataclass, field
from ipaddress import ip_address

import uvicorn

from hierhash.errors import InputError
from hierhash.plain_text import plain
from hierhash.serving.app import make_app
from hierhash.serving.current import Current, Watcher
from hierhash.serving.limits import Limits
from hierhash.serving.metrics import Metrics
from hierhash.serving.opening import open_index
from hierhash.serving.processes import Processes

LOG = logging.getLogger("hierhash.serving")
EVERYBODY = "note: --host {}: who reaches this machine can search; set HIERHASH_API_KEY"
WAITING = 2048
"""Connections that wait until they are taken."""


@dataclass(frozen=True)
class Place:
    """Where a server listens, for whom, and how often it looks for another index.

    Args:
        host: A name or an address.
        port: 0 for any that is free.
        key: The API key; None lets everybody ask.
        watch: Seconds between looks at the index; 0 for SIGHUP alone.
        limits: What requests may take.
        workers: Processes that answer.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    key: str | None = field(default=None, repr=False)
    watch: float = 2.0
    limits: Limits = field(default_factory=Limits)
    workers: int = 1


def serve(name: str, place: Place) -> None:
    """Serves an index until it is told to stop; requests that are being answered are finished.

    Args:
        name: The index.
        place: Where.

    Raises:
        InputError: It cannot listen there.
        RunError: There is no such index, or it is damaged.
    """
    with closing(listen(place.host, place.port)) as listening:
        if place.key is None and not is_loopback(place.host):
            LOG.warning("%s", plain(EVERYBODY.format(place.host)))
        processes = Processes(place.workers)
        current = Current(open_index(name, processes))  # alone holds it: another may take its place
        metrics = Metrics(lambda: int(current.now.about["items"]))
        config = uvicorn.Config(
            # Threads of one process wait for each other; of several processes each has one.
            make_app(current, metrics, place.limits, place.key, 1 if place.workers > 1 else None),
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,
            backlog=WAITING,
            timeout_graceful_shutdown=int(place.limits.seconds) + 5,
        )
        host, port = listening.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        said = f"{name}: {current.now.about['items']} items at http://{shown}:{port}"
        seconds = 0 if current.now.changes else place.watch
        # uvicorn raises again what it was stopped by; it is done then.
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, lambda *_: None)
        watcher = Watcher(name, current, metrics.swapped)
        _Watching(config, watcher, seconds, plain(said), processes).run(sockets=[listening])


class _Watching(uvicorn.Server):
    """A server that looks whether its index is another while it runs."""

    def __init__(
        self,
        config: uvicorn.Config,
        watcher: Watcher,
        seconds: float,
        said: str,
        processes: Processes,
    ) -> None:
        super().__init__(config)
        self._watcher, self._looks, self._said = watcher, seconds, said
        self._processes = processes

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: whether it is to end."""
        return await super().on_tick(counter) or self._processes.is_orphan

    async def main_loop(self) -> None:
        """Runs until it is told to stop."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._watcher.look_now)
        watching = asyncio.create_task(self._watcher.run(self._looks))
        if not self._processes.is_told:
            LOG.info("%s", self._said)
        try:
            await super().main_loop()
        finally:
            watching.cancel()


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises:
        InputError: The port is taken, or there is no such host here.
    """
    try:
        known = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = known[0]
        made = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise InputError(f"--host {host}: no such address; give one of this machine") from error
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(WAITING)
    except OSError as error:
        made.close()
        raise InputError(
            f"--host {host} --port {port}: cannot listen there ({error.strerror}); choose another"
        ) from error
    return made


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there.

    Example:
        >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
        (True, True, False)
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
