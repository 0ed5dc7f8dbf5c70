"""The connection to a database: statements and transactions, and what went wrong in one line.

It is opened when it is first used, and again after it was lost.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from hierhash.errors import HierhashError, RunError
from hierhash.retrieval.postgres.address import Address
from hierhash.retrieval.postgres.packaged import with_server

VECTOR = "vector"
OLDEST = (0, 8)
"""The first pgvector that goes on searching its graph until there are enough answers."""
READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
AT_ONCE = 2000
Statement = str | sql.SQL | sql.Composed


class Link:
    """A connection to one index's database; threads take turns.

    Args:
        address: Where it is.
        may_make: A packaged server may be made in a new folder.
    """

    def __init__(self, address: Address, may_make: bool = False) -> None:
        self.address = address
        self._may_make = may_make
        self._connection: psycopg.Connection[Any] | None = None
        self._lock = threading.RLock()
        self._within_one = False

    @property
    def shown(self) -> str:
        """How a user names the index."""
        return self.address.shown

    @property
    def connection(self) -> psycopg.Connection[Any]:
        """The connection, opened where it is not open.

        Raises:
            RunError: It cannot be, or the database is not fit for codes.
        """
        # Within a transaction a lost connection is an error: a new one would begin in the middle.
        if self._connection is None or (self._connection.closed and not self._within_one):
            self._connection = self._opened()
        return self._connection

    def execute(self, statement: Statement, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Runs a statement; gives its rows.

        Raises:
            HierhashError: The database refuses, or is gone.
        """
        with self._lock, self._told():
            found = self.connection.execute(_composed(statement), values)
            return found.fetchall() if found.description else []

    def copy(self, statement: Statement, rows: Iterable[Sequence[Any]]) -> None:
        """Sends rows to a ``COPY ... FROM STDIN``.

        Raises:
            HierhashError: The database refuses, or is gone.
        """
        query = _composed(statement)
        with self._lock, self._told(), self.connection.cursor() as own, own.copy(query) as into:
            for row in rows:
                into.write_row(row)

    def stream(self, statement: Statement) -> Iterator[tuple[Any, ...]]:
        """The rows of a statement, some thousand at a time; within a transaction.

        Raises:
            HierhashError: The database refuses, or is gone.
        """
        with self._told(), self.connection.cursor("hierhash_rows") as cursor:
            cursor.itersize = AT_ONCE
            cursor.execute(_composed(statement))
            yield from cursor

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A block of which all statements see one state, whatever others change meanwhile."""
        with self._within(READING):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A block that happens whole or not at all; when it has ended it is on the disk."""
        with self._within("BEGIN"):
            # A server may be set to acknowledge before it has written.
            self.execute("SET LOCAL synchronous_commit = on")
            yield

    @contextmanager
    def _within(self, begin: str) -> Iterator[None]:
        with self._lock:
            if self._within_one:
                yield  # the state is that of the block around it
                return
            self.execute(begin)
            self._within_one = True
            try:
                yield
                self.execute("COMMIT")
            except BaseException:
                with suppress(psycopg.Error):
                    self.connection.execute("ROLLBACK")
                raise
            finally:
                self._within_one = False

    def has_vector(self) -> bool:
        """Whether pgvector is in the database; where it is, names find its operators.

        Raises:
            RunError: It is too old.
        """
        found = self.execute(
            "SELECT e.extversion, n.nspname FROM pg_extension e "
            "JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = %s",
            [VECTOR],
        )
        for version, place in found:
            if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
                raise RunError(
                    f"{self.shown}: its pgvector is {version}; 0.8 or later is needed: ALTER "
                    "EXTENSION vector UPDATE"
                )
            self.execute(
                "SELECT set_config('search_path', format('%%I,%%I', %s::text, %s::text), false)",
                [self.address.schema, place],
            )
        return bool(found)

    def close(self) -> None:
        """Closes the connection."""
        if self._connection is not None:
            self._connection.close()

    def _opened(self) -> psycopg.Connection[Any]:
        address = self.address
        if address.folder is not None:
            own = with_server(address.folder, _connect, self._may_make)
        else:
            try:
                own = _connect({"connect_timeout": "10", **conninfo_to_dict(address.dsn)})
            except psycopg.OperationalError as error:
                raise RunError(
                    f"{self.shown}: cannot connect ({self._said(error)}); check the address, the "
                    "user and the password, and that the server runs"
                ) from error
            except psycopg.ProgrammingError as error:
                raise RunError(
                    f"{self.shown}: not an address that PostgreSQL takes; write "
                    "postgresql://user@host/db#name"
                ) from error
        self._connection = own
        [[encoding]] = self.execute("SHOW server_encoding")
        if encoding != "UTF8":
            raise RunError(f"{self.shown}: its texts are {encoding}; make the database with UTF8")
        self.has_vector()
        return own

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the database says becomes one line."""
        try:
            yield
        except psycopg.Error as error:
            lost = self._connection is not None and self._connection.closed
            if lost:
                raise HierhashError(
                    f"{self.shown}: the connection was lost ({self._said(error)}); what was "
                    "acknowledged is kept; look what is there, and do the last change again if it "
                    "is not"
                ) from error
            raise HierhashError(f"{self.shown}: PostgreSQL says: {self._said(error)}") from error

    def _said(self, error: Exception) -> str:
        """The first line of what a library says."""
        first = (str(error).strip() or type(error).__name__).split("\n")[0]
        return self.address.without_secrets(first).rstrip(".")


def _connect(told: dict[str, Any]) -> psycopg.Connection[Any]:
    connection = psycopg.connect(
        **{
            "application_name": "hierhash",
            "client_encoding": "utf8",
            **{name: value for name, value in told.items() if value is not None},
        },
        autocommit=True,
        prepare_threshold=None,  # plans follow the values, and poolers are no trouble
    )
    connection.execute("SET jit = off")  # it takes longer than such statements do
    return connection


def _composed(statement: Statement) -> sql.SQL | sql.Composed:
    # Statements are written in this package; what users give goes beside them, as values.
    return sql.SQL(statement) if isinstance(statement, str) else statement
