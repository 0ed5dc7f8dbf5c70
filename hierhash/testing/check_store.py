"""What every store must do, checked against an oracle that looks at every item."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.coded import Coded
from hierhash.errors import HierhashError, InputError, RunError
from hierhash.labels.tree import LabelTree
from hierhash.retrieval.conditions import Below, Compares, Condition, Equals
from hierhash.retrieval.exact import ExactIndex
from hierhash.retrieval.store import Store
from hierhash.testing.small_store import BITS, TREE, recoded, small_index, small_run
from hierhash.testing.store_oracle import Oracle

WHERE: Sequence[tuple[Condition, ...]] = (
    (),
    (Below("category", ("Wear",)),),
    (Below("category", ("Wear", "Tops", "Tunics")),),
    (Below("category", ("Home", "Beds & Co")), Compares("price", "<", 50)),
    (Below("colour", ("Blue",)),),
    (Below("colour", ("Red",), unknown=True), Below("category", ("Wear",), unknown=True)),
    (Equals("brand", "PUMA"),),
    (Equals("brand", "o'neill"), Compares("price", ">=", 7.0)),
    (Equals("brand", "nobody's"),),
    (Compares("price", ">", 7.0), Compares("price", "<=", 50.0)),
    (Compares("nothing", "<", 1.0),),
)


@dataclass(frozen=True)
class Subject:
    """A store under test.

    Args:
        make: Makes a new store of some items.
        reopen: Closes a store and opens it again.
        run: A run folder, of which the items are.
    """

    make: Callable[[ExactIndex], Store]
    reopen: Callable[[Store], Store]
    run: Path

    def new(self, n: int = 120, seed: int = 0) -> tuple[Store, Oracle]:
        """A store of random items, and what it must answer."""
        index = small_index(self.run, n, seed)
        return self.make(index), Oracle(index)


def check_store(
    make: Callable[[ExactIndex], Store], reopen: Callable[[Store], Store] | None = None
) -> None:
    """Checks that a store keeps the promises of ``hierhash.retrieval.store.Store``.

    Args:
        make: Makes a new store of some items, 32 bits each, at another place at each call.
        reopen: Closes a store and opens it again; None for a store that lives in memory.

    Raises:
        AssertionError: A promise is broken; the message says which.

    Example:
        >>> from itertools import count
        >>> from hierhash.retrieval.folder_store import FolderStore
        >>> folder, names = Path(tempfile.mkdtemp()), count()
        >>> def make(index):
        ...     place = folder / str(next(names))
        ...     index.save(place)
        ...     return FolderStore(place)
        >>> check_store(make, lambda store: FolderStore(Path(store.name)))
    """
    with tempfile.TemporaryDirectory() as folder:
        run = small_run(Path(folder) / "run")
        subject = Subject(make, reopen or (lambda store: store), run)
        for check in CHECKS:
            try:
                check(subject)
            except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
                said = f"{check.__name__}: {type(error).__name__}: {error}"
                raise AssertionError(said) from error


def _queries(n: int = 4, seed: int = 5) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (n, BITS // 8), dtype=np.uint8)


def _real(codes: NDArray[np.uint8], seed: int = 6) -> NDArray[np.float32]:
    signs = np.unpackbits(codes, axis=1).astype(np.float32) * 2 - 1
    return signs * np.random.default_rng(seed).random(signs.shape).astype(np.float32)


def _found(
    store: Store, queries: NDArray[np.uint8], k: int, where: Sequence[Condition] = ()
) -> list[list[tuple[int, str]]]:
    """Distances and ids of the answers to each query."""
    distances, rows = store.nearest(queries, k, where)
    ids = [[item["id"] for item in store.items(own.tolist())] for own in rows]
    return [list(zip(d.tolist(), i, strict=True)) for d, i in zip(distances, ids, strict=True)]


def _agree(store: Store, oracle: Oracle, said: str) -> None:
    """All answers are the oracle's."""
    queries = _queries()
    assert len(store) == len(oracle.known), f"{said}: {len(store)} items, not {len(oracle.known)}"
    for where in WHERE:
        wanted = [oracle.nearest(query, where) for query in queries]
        n = len(wanted[0])
        assert store.count(where) == n, f"{said}: count {store.count(where)} of {where}, not {n}"
        for k in (1, 7, n, len(oracle.known) + 5):
            found = _found(store, queries, k, where)
            cut = [own[:k] for own in wanted]
            assert found == cut, f"{said}: the nearest {k} where {where} are not the oracle's"
        for name in ("category", "colour", "brand", "price"):
            counts = oracle.counts(name, where)
            found_counts = store.counts(name, where)
            assert found_counts == counts, f"{said}: counts of {name} where {where}: {found_counts}"


def answers_are_those_of_the_oracle(subject: Subject) -> None:
    """Ties, filters, more than there are."""
    store, oracle = subject.new()
    _agree(store, oracle, "a new store")
    item = oracle.known[3].item
    [row] = [row for row in _rows(store) if store.items([row])[0]["id"] == item["id"]]
    assert store.items([row]) == [item], "an item is not what was stored"
    assert store.columns() == ["brand", "price"], f"columns: {store.columns()}"
    assert store.values("brand") == ["Nike", "O'Neill", "Puma", "puma"], "the values of a column"
    store.verify()
    assert store.info()["items"] == len(oracle.known), "info says another number of items"


def items_are_found_without_a_query(subject: Subject) -> None:
    """By id, with their codes, and in the order of rows; what is not there is refused."""
    store, oracle = subject.new()
    ids = [one.id for one in oracle.known]
    wanted = ids[7:3:-1]
    rows = store.rows_of(wanted)
    assert [item["id"] for item in store.items(rows)] == wanted, "rows_of gives other items"
    codes = [bytes(code) for code in store.stored(rows)]
    assert codes == [one.code for one in oracle.known[7:3:-1]], "stored gives other codes"
    assert store.rows_of([]) == [], "no ids have rows"
    assert store.stored([]).shape == (0, BITS // 8), "no rows have codes"
    for unknown in ("nobody", "", "a\0b"):
        _refused(partial(store.rows_of, [ids[0], unknown]), InputError, "an unknown id")
    for where in WHERE:
        own = [one.id for one in oracle.meeting(where)]
        found = store.first(500, where)
        assert [hit.item["id"] for hit in found] == own, f"the first items where {where}"
        rows = [hit.row for hit in found]
        assert rows == sorted(rows) == store.rows_of(own), "rows are not in order"
        assert all((hit.distance, hit.score) == (None, None) for hit in found), "first has a score"
        pages = [
            h.item["id"] for skip in range(0, len(own) + 9, 9) for h in store.first(9, where, skip)
        ]
        assert pages == own, "pages do not make the whole"
    _refused(lambda: store.first(-1), InputError, "a negative k")
    _refused(lambda: store.first(1, skip=-1), InputError, "a negative skip")
    _refused(lambda: store.counts("nothing"), InputError, "counts of no column")


def _rows(store: Store) -> list[int]:
    return [int(row) for row in store.nearest(_queries(1), len(store))[1][0]]


def pages_are_parts_of_the_whole(subject: Subject) -> None:
    """K answers begin k + 1; page follows page without a gap; by distance and by score."""
    store, oracle = subject.new()
    codes = _queries(1)
    query = Coded(codes, _real(codes))
    for rescore in (False, True):
        for where in WHERE[:4]:
            whole = [hit.item["id"] for hit in store.search(query, 500, where, rescore)]
            n = len(oracle.meeting(where))
            assert len(whole) == len(set(whole)) == n, "the answers are not each item once"
            for k in (0, 1, 10, 11):
                part = [hit.item["id"] for hit in store.search(query, k, where, rescore)]
                assert part == whole[:k], f"{k} answers do not begin the whole"
            pages = [
                hit.item["id"]
                for skip in range(0, n + 7, 7)
                for hit in store.search(query, 7, where, rescore, skip)
            ]
            assert pages == whole, "pages do not make the whole"
    _refused(lambda: store.search(query, -1), InputError, "a negative k")
    _refused(lambda: store.search(query, True), InputError, "k = True")
    _refused(lambda: store.search(query, 1, skip=-1), InputError, "a negative skip")


def scores_order_answers(subject: Subject) -> None:
    """With ``rescore`` the best scores come first, each with its distance."""
    store, oracle = subject.new()
    codes = _queries(1)
    real = _real(codes)
    near = dict(oracle.nearest(codes[0], ())[::-1])
    for where in WHERE:
        hits = store.search(Coded(codes, real), 20, where)
        wanted = oracle.by_score(real[0], where)[:20]
        scores = [hit.score for hit in hits]
        assert np.allclose(np.array(scores, float), wanted, atol=1e-4), f"scores where {where}"
        assert all(hit.distance in near for hit in hits), "an answer has no true distance"


def relations_hold(subject: Subject) -> None:
    """A mask on all codes and a permutation of bits change nothing; children make a subtree."""
    index = small_index(subject.run)
    store, queries = subject.make(index), _queries()
    before = _found(store, queries, 50)
    mask = _queries(1, seed=9)
    masked = subject.make(recoded(index, index.codes ^ mask))
    assert _found(masked, queries ^ mask, 50) == before, "a mask on all codes changes the answers"
    order = np.random.default_rng(3).permutation(BITS)

    def turned(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.packbits(np.unpackbits(codes, axis=1)[:, order], axis=1)

    other = subject.make(recoded(index, turned(index.codes)))
    assert _found(other, turned(queries), 50) == before, "a permutation of bits changes answers"
    for node in TREE.nodes:
        below = {own for _, own in _found(store, queries[:1], 500, [Below("category", node)])[0]}
        parts: set[str] = set()
        for child in TREE.nodes:
            if child[:-1] == node:
                found = _found(store, queries[:1], 500, [Below("category", child)])[0]
                parts |= {own for _, own in found}
        assert parts <= below, f"items below a child of {node} are not below {node}"
        own = {one.id for one in Oracle(index).known if node in one.paths["category"]}
        assert below == parts | own, f"{node} is not its children together"


def what_is_added_and_removed_counts(subject: Subject) -> None:
    """Also after opening again; what is refused changes nothing."""
    store, oracle = subject.new()
    new = small_index(subject.run, 30, seed=1, first=1000)
    assert store.add(new) == 0, "new items replaced some"
    oracle.add(new)
    _agree(store, oracle, "after adding")
    there = small_index(subject.run, 20, seed=2, first=990)
    _refused(lambda: store.add(there), InputError, "an id that is there")
    twice = there.subset(np.array([0, 1, 0]))
    _refused(lambda: store.add(twice, replacing=True), InputError, "an id twice")
    _refused(lambda: store.remove([oracle.known[0].id, "nobody"]), InputError, "an unknown id")
    _agree(store, oracle, "after refusals")
    assert store.add(there, replacing=True) == 10, "not as many were replaced as are there"
    oracle.add(there)
    gone = [one.id for one in oracle.known[::5]]
    oracle.remove(gone)
    assert store.remove(gone) == len(oracle.known), "remove tells another number of items"
    _agree(store, oracle, "after replacing and removing")
    store = subject.reopen(store)
    _agree(store, oracle, "opened again")
    store.add(small_index(subject.run, 1, seed=4, first=990), replacing=True)
    store.verify()
    assert [own["id"] for own in map(store.read().item, range(2))] == [
        one.id for one in oracle.known[:2]
    ], "read gives other items"


def an_empty_store_works(subject: Subject) -> None:
    """It has no answers, and takes items."""
    store, _ = subject.new(n=0)
    codes = _queries()
    assert _found(store, codes, 5) == [[], [], [], []], "an empty store has answers"
    assert store.search(Coded(codes[:1], _real(codes[:1])), 5) == [], "an empty store has hits"
    assert store.words("red", 5) == [], "an empty store has words"
    assert (store.columns(), store.count(), len(store)) == ([], 0, 0), "an empty store has items"
    assert store.first(5) == [], "an empty store has first items"
    assert store.counts("category") == store.counts("colour") == {}, "an empty store has counts"
    new = small_index(subject.run, 9)
    store.add(new)
    _agree(subject.reopen(store), Oracle(new), "an empty store after adding")
    ids = [one.id for one in Oracle(new).known]
    assert store.remove(ids) == 0, "all items were removed, and some are left"
    assert _found(store, codes[:1], 5) == [[]], "removed items answer"


def what_does_not_fit_is_refused(subject: Subject) -> None:
    """Codes of other bits, items of another model."""
    store, oracle = subject.new(n=10)
    new = small_index(subject.run, 5, first=100)
    wide = np.zeros((1, 1 + BITS // 8), np.uint8)
    _refused(lambda: store.nearest(wide, 3), ValueError, "a query of other bits")
    foreign = replace(new, manifest=new.manifest | {"model_sha256": "other"})
    _refused(lambda: store.add(foreign), RunError, "items of another model")
    bits = replace(recoded(new, new.codes[:, :2]), manifest=new.manifest | {"bits": 16})
    _refused(lambda: store.add(bits), RunError, "items of other bits")
    other = LabelTree.from_nested({"Odd": ["One", "Two"], "Even": []}, name="other")
    moved = replace(new, labels=other.encode([["One"]] * 5))
    _refused(lambda: store.add(moved), RunError, "items that are filed in another tree")
    _refused(lambda: store.nearest(_queries(), -3), InputError, "a negative number of nearest")
    with store.reading():
        assert store.nearest(_queries()[:0], 3)[1].size == 0, "no queries have answers"
    _agree(store, oracle, "after refusals")


def words_find_items(subject: Subject) -> None:
    """Every item with a word is found, and no other; with conditions, too."""
    store, oracle = subject.new()
    for word in ("red", "AB-12", "größe", "鞋", "o'neill", "100%", "LAMP", "item", "puma"):
        for where in WHERE[:4]:
            parts = word.replace("-", " ").replace("'", " ").replace("%", "").split()
            wanted = set().union(*(oracle.having(part, where) for part in parts))
            found = store.words(word, 500, where)
            ids = [item["id"] for item in store.items([row for row, _ in found])]
            assert set(ids) == wanted, f"the items with '{word}' where {where} are others"
            assert len(ids) == len(wanted), f"an item with '{word}' came twice"
            scores = [score for _, score in found]
            assert scores == sorted(scores, reverse=True), "the best score is not the first"
            assert found[:3] == store.words(word, 3, where), "3 answers do not begin the whole"
    for nothing in ("", "!?", "nothinghasthis"):
        assert store.words(nothing, 5) == [], f"'{nothing}' found items"
    assert store.words("red", 500, [Equals("brand", "nobody")]) == [], "a filter was not kept"


def items_can_be_filed_anew(subject: Subject) -> None:
    """After ``relabel`` filters go by the new tree; another shop's tree is refused."""
    store, oracle = subject.new()
    other = LabelTree.from_nested({"Fish": ["Cod"], "Bread": []}, name="other")
    _refused(lambda: store.relabel(other), InputError, "a tree that knows no item")
    _agree(store, oracle, "after a refused tree")
    new = LabelTree.from_nested(
        {"Clothes": {"Tops": ["Shirts", "Tunics"], "Shoes": []}, "Home": ["Lamps", "Beds & Co"]},
        name="shop",
    )
    goes = {node: ("Clothes", *node[1:]) if node[0] == "Wear" else node for node in TREE.nodes}
    store.relabel(new)
    store = subject.reopen(store)
    assert store.tree is not None, "the new tree is not kept"
    assert store.tree.nodes == new.nodes, "the new tree is not kept"
    for old in TREE.nodes:
        node = goes[old]
        found = _found(store, _queries(1), 500, [Below("category", node)])[0]
        wanted = oracle.nearest(_queries(1)[0], [Below("category", old)])
        assert found == wanted, f"items below {node} are others than those that were below {old}"
    assert store.moved[("Wear",)] == ("Clothes",), "it is not known where nodes went"


def _refused(act: Callable[[], object], error: type[Exception], said: str) -> None:
    try:
        act()
    except error as caught:
        if issubclass(error, HierhashError):
            assert "\n" not in str(caught), f"{said}: the message has several lines"
        return
    raise AssertionError(f"{said} was not refused")


CHECKS = (
    answers_are_those_of_the_oracle,
    items_are_found_without_a_query,
    pages_are_parts_of_the_whole,
    scores_order_answers,
    relations_hold,
    what_is_added_and_removed_counts,
    an_empty_store_works,
    what_does_not_fit_is_refused,
    words_find_items,
    items_can_be_filed_anew,
)
