"""What every method must do, checked on a small problem: for tests of methods of your own."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hierhash.codes.coded import Coded, code_bytes
from hierhash.errors import ConfigError
from hierhash.labels.tree import LabelTree
from hierhash.methods.method import Method, Preset
from hierhash.testing.small_problem import FLAT, TREE, TURNED, small_items, small_problem
from hierhash.training.fit import Watch
from hierhash.training.items import MODALITIES, Items
from hierhash.training.weights_file import load_weights, save_weights

Check = Callable[["Subject"], None]


@dataclass(frozen=True)
class Subject:
    """A preset under test.

    Args:
        preset: The preset.
        settings: The settings it is checked with, made small: a few epochs.
    """

    preset: Preset
    settings: Any

    def new(self, items: Items, tree: Any = TREE, bits: int = 16, seed: int = 0) -> Method:
        """An unfitted method."""
        return self.preset.method(self.settings, small_problem(items, tree, bits, seed))

    def fitted(self, items: Items, tree: Any = TREE, **changes: int) -> Method:
        """A fitted and calibrated method."""
        method = self.new(items, tree, **changes)
        method.check(items)
        method.fit(items, Watch())
        method.calibrate(self.items(40, tree, seed=1))
        return method

    def items(self, n: int = 120, tree: Any = TREE, **changes: Any) -> Items:
        """Items as ``small_items`` makes them, with texts that the method can read."""
        counts = getattr(self.preset.method, "reads_counts", False)
        return small_items(n, tree, counts=counts, **changes)

    @property
    def modalities(self) -> list[str]:
        """What the method codes."""
        return [one for one in MODALITIES if one in self.preset.method.needs]


def check_method(preset: Preset, settings: Any = None) -> None:
    """Checks that a method keeps the interface's promises.

    Args:
        preset: The preset of the method.
        settings: Smaller settings to check with; None takes the preset's own.

    Raises:
        AssertionError: A promise is broken; the message says which.

    Example:
        >>> from hierhash.methods.itq import PRESET
        >>> check_method(PRESET)
    """
    assert isinstance(preset, Preset), "give the preset of the method, not its class"
    own = getattr(preset.method, "Settings", None)
    assert own is not None, "the method has no Settings"
    frozen = is_dataclass(own) and getattr(own, "__dataclass_params__").frozen  # noqa: B009
    assert frozen, "Settings is no frozen dataclass"
    assert isinstance(preset.settings, own), "the preset's settings are no Settings"
    subject = Subject(preset, preset.settings if settings is None else settings)
    for check in CHECKS:
        try:
            check(subject)
        except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
            said = f"{check.__name__}: {type(error).__name__}: {error}"
            raise AssertionError(said) from error


def what_was_saved_codes_alike(subject: Subject) -> None:
    """A method made from ``state`` and ``meta`` codes and classifies as the fitted one."""
    items = subject.items()
    first = subject.fitted(items)
    for name, array in first.state().items():
        assert np.isfinite(array).all(), f"fit left values in '{name}' that are not finite"
    again = subject.new(items)
    with tempfile.TemporaryDirectory() as folder:
        save_weights(Path(folder) / "w", first.state())
        again.load(load_weights(Path(folder) / "w"), json.loads(json.dumps(first.meta())))
    for modality in subject.modalities:
        rows = {modality: items.rows[modality]}
        _same(first.encode(rows, "query"), again.encode(rows, "query"), "saved and loaded")
        mine, theirs = first.classify(rows), again.classify(rows)
        assert (mine is None) == (theirs is None), "classify answers before saving or after alone"
        for one, other in zip(mine or [], theirs or [], strict=True):
            assert np.allclose(one, other, atol=1e-6), "classify differs after loading"
    json.dumps(subject.preset.method.facts(subject.settings))
    assert isinstance(first.meta().get("temperatures"), dict), "meta has no temperatures"


def one_seed_gives_one_code(subject: Subject) -> None:
    """The same seed gives the same codes."""
    items = subject.items()
    first, again = subject.fitted(items), subject.fitted(items)
    for modality in subject.modalities:
        rows = {modality: items.rows[modality]}
        _same(first.encode(rows, "database"), again.encode(rows, "database"), "one seed")


def codes_have_the_shape_of_the_layout(subject: Subject) -> None:
    """Codes fit layout and distance; an item is nearest to itself."""
    items = subject.items()
    method = subject.fitted(items)
    distance, width = method.distance(), code_bytes(method.layout())
    assert all(segment.name for segment in method.layout()), "a segment has no name"
    for modality in subject.modalities:
        rows = {modality: items.rows[modality]}
        asked, kept = method.encode(rows, "query"), method.encode(rows, "database")
        stored = kept.stored
        assert len(stored) == items.n, "one code an item"
        if distance.steps is None:
            if kept.codes is None:
                assert stored.dtype == np.float32, "vectors are float32"
            else:
                assert stored.shape[1] == width, f"{stored.shape[1]} bytes, the layout says {width}"
            assert asked.query is not None, "a method without distances asks with vectors"
        else:
            assert stored.dtype == np.uint8, "codes are bytes"
            assert stored.shape[1] == width, f"{stored.shape[1]} bytes, the layout says {width}"
            assert asked.codes is not None, "a query has a code too"
            assert kept.codes is not None, "a stored item has a code"
            between = distance.between(asked.codes, kept.codes)
            assert between.max() <= distance.steps, "a distance above the largest"
            assert not between.diagonal().any(), "an item lies apart from itself"
            one = distance.from_one(kept.codes)(asked.codes[3])
            assert np.array_equal(one, between[3]), "from_one and between differ"
        if asked.query is not None:
            assert asked.query.dtype == np.float32, "queries are float32"
            scores = distance.scorer(stored)(asked.query)
            assert scores.shape == (items.n, items.n), "one score a query and item"
            alone = distance.scores(asked.query[3], stored)
            assert np.allclose(alone, scores[3], rtol=1e-4, atol=1e-4), "scores and scorer differ"


def no_rows_give_no_codes(subject: Subject) -> None:
    """Of no items there are no codes, as wide as others, in either role; so in ``classify``."""
    items = subject.items()
    method = subject.fitted(items)
    for modality in subject.modalities:
        rows = {modality: items.rows[modality]}
        nothing = {modality: items.rows[modality][:0]}
        for role in ("query", "database"):
            some, none = method.encode(rows, role), method.encode(nothing, role)
            for one, other in zip(some, none, strict=True):
                assert (one is None) == (other is None), f"{role}: parts are missing of no items"
                if one is not None and other is not None:
                    assert other.shape == (0, *one.shape[1:]), f"{role}: no items have codes"
                    assert other.dtype == one.dtype, f"{role}: codes of no items have another kind"
        assert all(not len(level) for level in method.classify(nothing) or [])


def posteriors_sum_to_one(subject: Subject) -> None:
    """``classify`` gives probabilities of every level's classes, or nothing."""
    items = subject.items()
    method = subject.fitted(items)
    for modality in subject.modalities:
        levels = method.classify({modality: items.rows[modality]})
        for number, level in enumerate(levels or [], start=1):
            classes = len(TREE.nodes_at(number))
            assert level.shape == (items.n, classes), f"level {number} has {classes} classes"
            assert np.allclose(level.sum(axis=1), 1, atol=1e-4), "probabilities sum to 1"
        assert not levels or len(levels) == TREE.depth, "a level is missing"


def order_does_not_matter(subject: Subject) -> None:
    """A code hangs on its row alone; other orders of items and of leaves are learnt as well."""
    items = subject.items()
    method = subject.fitted(items)
    mixed = np.random.default_rng(0).permutation(items.n)
    for modality in subject.modalities:
        rows = items.rows[modality]
        straight = method.encode({modality: rows}, "query")
        turned = method.encode({modality: rows[mixed]}, "query")
        _same(_rows_of(straight, mixed), turned, "order of rows")
        few = method.encode({modality: rows[:7]}, "query")
        _same(_rows_of(straight, np.arange(7)), few, "fewer rows")
    first = _separation(method, items, subject)
    second = _separation(subject.fitted(items.subset(mixed)), items, subject)
    assert abs(first - second) < 0.3, f"another order of items: {second:.2f} for {first:.2f}"
    other = subject.items(tree=TURNED)
    third = _separation(subject.fitted(other, TURNED), other, subject)
    assert abs(first - third) < 0.3, f"another order of leaves: {third:.2f} for {first:.2f}"


def labels_bring_a_leaf_together(subject: Subject) -> None:
    """Who learns from labels finds the leaf of new items: by far most of their first ten share it.

    A few thousand items are some dozens of steps even in three epochs; our methods reach .9 and
    more there, and one that takes nearness for distance less than .6.
    """
    if "labels" not in subject.preset.method.needs:
        return
    found = _separation(subject.fitted(subject.items(2400)), subject.items(seed=2), subject)
    assert found > 0.7, f"of the first ten {found:.2f} share an item's leaf"


def a_flat_tree_works(subject: Subject) -> None:
    """One level is enough."""
    items = subject.items(tree=FLAT)
    method = subject.fitted(items, FLAT)
    for modality in subject.modalities:
        assert len(method.encode({modality: items.rows[modality]}, "database").stored) == items.n


def missing_parts_are_handled(subject: Subject) -> None:
    """Items without a modality or label, of inner nodes, of several paths: learnt, or refused."""
    n = 120
    odd: dict[str, list[str]] = {"no label": [], "an inner node": ["A"], "two paths": ["a1", "c1"]}
    whole = subject.items(n)
    usually = _separation(subject.fitted(whole), whole, subject)
    for labels in odd.values():
        usual = ["a1", "a2", "b1", "c1"]
        some = subject.items(n, labels=[labels if r % 5 == 0 else [usual[r % 4]] for r in range(n)])
        _learnt_or_refused(subject, some)
    for modality in subject.modalities:
        has = np.arange(n) % 5 != 0
        rows, seen = dict(whole.rows), dict(whole.has) | {modality: has}
        rows[modality] = np.where(has[:, None], rows[modality], np.float32(1e6))
        lacking = Items(rows, seen, whole.labels)
        method = _learnt_or_refused(subject, lacking)
        if method is not None:
            # What stands in the rows of items that lack it must not bear on anything.
            found = _separation(method, whole, subject)
            assert found > usually - 0.3, f"rows of items without {modality} are learnt from"


def _learnt_or_refused(subject: Subject, items: Items) -> Method | None:
    try:
        subject.new(items).check(items)
    except ConfigError as refusal:
        assert len(str(refusal).splitlines()) == 1, "a refusal is one line"
        return None
    return subject.fitted(items)


def a_lacking_modality_is_refused(subject: Subject) -> None:
    """Without a modality that it needs, ``check`` says so in one line."""
    whole = subject.items()
    for modality in subject.modalities:
        nobody = dict(whole.has) | {modality: np.zeros(whole.n, dtype=bool)}
        items = Items(whole.rows, nobody, whole.labels)
        try:
            subject.new(items).check(items)
        except ConfigError as refusal:
            assert len(str(refusal).splitlines()) == 1, "a refusal is one line"
        else:
            raise AssertionError(f"items without {modality} are not refused")


def a_prefix_is_a_shorter_code(subject: Subject) -> None:
    """The first bits of a nested code are those of a fit at that length."""
    items = subject.items()
    if 16 not in subject.new(items, bits=32).prefixes:
        return
    long, short = subject.fitted(items, bits=32), subject.fitted(items, bits=16)
    for modality in subject.modalities:
        rows = {modality: items.rows[modality]}
        whole, alone = long.encode(rows, "query"), short.encode(rows, "query")
        cut = long.prefix(16).encode(rows, "query")  # type: ignore[attr-defined] # as ``prefixes`` says
        assert whole.codes is not None, "a nested method has codes"
        assert alone.codes is not None, "a nested method has codes"
        assert np.array_equal(whole.codes[:, :2], alone.codes), "a prefix is another code"
        _same(cut, alone, "prefix")


def an_extension_keeps_what_was_learnt(subject: Subject) -> None:
    """New leaves leave a method that has ``extend`` as it was, and are known from then on."""
    new = TREE.leaves[1]
    old = LabelTree.from_paths([leaf for leaf in TREE.leaves if leaf != new], name="old")
    method = subject.fitted(subject.items(90, old), old)
    if not hasattr(method, "extend"):
        return
    items = subject.items()
    is_new = items.labels.single_codes[:, -1] == 1
    before = {name: array.copy() for name, array in method.state().items()}
    grown: Method = method.extend(TREE, items)
    for name, array in method.state().items():
        assert np.array_equal(array, before[name]), f"extend changes '{name}' of the method itself"
    for modality in subject.modalities:
        rows = {modality: items.rows[modality]}
        first, second = (
            method.encode(rows, "database").stored,
            grown.encode(rows, "database").stored,
        )
        assert first.shape == second.shape, "an extension has codes of another length"
        alike = (first == second).mean(axis=1)
        assert alike[~is_new].mean() > alike[is_new].mean(), "codes of other items change as much"
        chance = np.asarray(is_new) if (all_ := grown.classify(rows)) is None else all_[-1][:, 1]
        assert chance[is_new].mean() > chance[~is_new].mean(), "a new leaf is not known as such"


class _Killed(Exception):  # noqa: N818 - a stand-in for the end of a process
    pass


def a_killed_training_goes_on(subject: Subject) -> None:
    """Resumed after an epoch, it ends with the same codes as an uninterrupted one."""
    items = subject.items()
    whole = subject.new(items)
    if whole.epochs < 2:
        return
    whole.fit(items, Watch())

    def kill(epoch: int, _losses: dict[str, float]) -> None:
        if epoch == 2:  # the checkpoint of the first epoch is there, that of this one is not
            raise _Killed

    with tempfile.TemporaryDirectory() as folder:
        try:
            subject.new(items).fit(items, Watch(Path(folder), report=kill))
        except _Killed:
            pass
        else:
            raise AssertionError("fit reports no epochs to watch.report")
        resumed = subject.new(items)
        resumed.fit(items, Watch(Path(folder), resume=True))
    for modality in subject.modalities:
        rows = {modality: items.rows[modality]}
        _same(whole.encode(rows, "query"), resumed.encode(rows, "query"), "killed and resumed")


CHECKS: tuple[Check, ...] = (
    what_was_saved_codes_alike,
    one_seed_gives_one_code,
    codes_have_the_shape_of_the_layout,
    no_rows_give_no_codes,
    posteriors_sum_to_one,
    order_does_not_matter,
    labels_bring_a_leaf_together,
    a_flat_tree_works,
    missing_parts_are_handled,
    a_lacking_modality_is_refused,
    a_killed_training_goes_on,
    a_prefix_is_a_shorter_code,
    an_extension_keeps_what_was_learnt,
)


def _rows_of(coded: Coded, rows: NDArray[np.int64]) -> Coded:
    codes, query, vectors = coded
    return Coded(
        None if codes is None else codes[rows],
        None if query is None else query[rows],
        None if vectors is None else vectors[rows],
    )


def _same(one: Coded, other: Coded, what: str) -> None:
    for mine, theirs in zip(one, other, strict=True):
        assert (mine is None) == (theirs is None), f"{what}: parts are missing"
        if mine is not None and theirs is not None:
            near = np.array_equal if mine.dtype == np.uint8 else _near
            assert near(mine, theirs), f"{what}: other codes"


def _near(one: NDArray[Any], other: NDArray[Any]) -> bool:
    return bool(np.allclose(one, other, rtol=1e-4, atol=1e-4))


def _separation(method: Method, items: Items, subject: Subject) -> float:
    """How much nearer items of one leaf are than others, by the share of nearest ten."""
    rows = {(modality := subject.modalities[0]): items.rows[modality]}
    coded, stored = method.encode(rows, "query"), method.encode(rows, "database").stored
    distance = method.distance()
    if distance.steps is None:
        assert coded.query is not None, "a method without distances asks with vectors"
        keys = -distance.scorer(stored)(coded.query)
    else:
        keys = distance.between(stored.astype(np.uint8), stored.astype(np.uint8))
    first = np.argsort(keys, axis=1, kind="stable")[:, :10]
    leaves = items.labels.single_codes[:, -1]
    return float((leaves[first] == leaves[:, None]).mean())
