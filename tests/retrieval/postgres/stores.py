"""What tests of stores in a database share."""

from __future__ import annotations

from hierhash.retrieval.open_store import open_database


def reopen(store):
    store.close()
    return open_database(store.name)


def content(store):
    """What a store holds, each item by id, code, paths and row order."""
    found = store.read()
    return [
        (own, bytes(code), line, tuple(map(bytes, (labels.codes, labels.offsets))))
        for own, code, line, labels in zip(
            found.ids,
            found.codes,
            found.lines,
            (found.labels.subset([row]) for row in range(len(found))),
            strict=True,
        )
    ]
