"""Names of indexes in PostgreSQL: a server's address, and the index after ``#``.

``postgresql://user@host/db#shop`` is the schema ``shop`` of a database; ``pgserver:FOLDER#shop`` is
one in a server that is started in a folder. A password is never part of what is shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from hierhash.errors import InputError

SCHEMES = ("postgresql://", "postgres://")
PACKAGED = "pgserver:"
DEFAULT = "hierhash"
NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
SECRET = ("password", "sslpassword", "passfile")
HIDDEN = "***"


@dataclass(frozen=True)
class Address:
    """Where an index is.

    Args:
        schema: Its name, a PostgreSQL schema.
        shown: What users are shown: the name they gave, without a password.
        dsn: How libpq reaches the database; "" where a packaged server is started.
        folder: The packaged server's folder.
        secrets: Texts that no message may hold.
    """

    schema: str
    shown: str
    dsn: str = field(default="", repr=False)
    folder: Path | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def without_secrets(self, text: str) -> str:
        """A text in which passwords are hidden."""
        for secret in self.secrets:
            text = text.replace(secret, HIDDEN)
        return text


OTHERS = ("information_schema", "public")
"""Schemas that hold other things than an index: in ``public`` lies pgvector itself."""


def is_database(name: str) -> bool:
    """Whether a name is that of an index in PostgreSQL.

    Example:
        >>> is_database("postgresql://localhost/shop"), is_database("index")
        (True, False)
    """
    return name.startswith((*SCHEMES, PACKAGED))


def parse_address(name: str) -> Address:
    """The address that a name says.

    Raises:
        InputError: The name of the index is none, or the address cannot be read.

    Example:
        >>> parse_address("postgresql://ann:secret@host/db#shop").shown
        'postgresql://ann@host/db#shop'
        >>> parse_address("pgserver:data").schema
        'hierhash'
    """
    place, _, schema = name.partition("#")
    schema = schema or DEFAULT
    if not NAME.fullmatch(schema) or schema.startswith("pg_") or schema in OTHERS:
        # It is not shown: a password with # in it would be cut there.
        raise InputError(
            f"{name.partition(':')[0]}: the name of an index, after #, is of small letters, digits "
            "and _, 63 at most, and is not public or PostgreSQL's own; write %23 for a # in a "
            "password"
        )
    if place.startswith(PACKAGED):
        folder = place.removeprefix(PACKAGED)
        if not folder:
            raise InputError(f"{PACKAGED} which folder? Write {PACKAGED}FOLDER#{schema}")
        return Address(schema, f"{PACKAGED}{folder}#{schema}", folder=Path(folder))
    return _of_server(place, schema)


def _of_server(place: str, schema: str) -> Address:
    try:
        parts = urlsplit(place)
        own = parts.password
        asked = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError as error:
        raise InputError("postgresql: the address cannot be read; check it") from error
    who, _, host = parts.netloc.rpartition("@")
    user = who.partition(":")[0]
    options = [(key, value) for key, value in asked if key not in SECRET]
    query = f"?{urlencode(options, safe='/')}" if options else ""
    netloc = f"{user}@{host}" if user else host
    shown = f"{parts.scheme}://{netloc}{parts.path}{query}#{schema}"
    hidden = [one for key, one in asked if key in SECRET] + ([own] if own else [])
    # As it was typed, too: a + in a query is read as a space.
    typed = (one.partition("=") for one in parts.query.split("&"))
    hidden += [value for key, _, value in typed if key in SECRET]
    secrets = {text for one in hidden for text in (one, unquote(one)) if text}
    return Address(schema, shown, place, secrets=tuple(sorted(secrets, key=len, reverse=True)))
