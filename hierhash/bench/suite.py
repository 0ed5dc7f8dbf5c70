"""The schema of a suite's YAML: what is run, on what, and how settings are chosen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError, model_validator

from hierhash.config.problems import problems_of, shortened
from hierhash.config.reading import merge, nested, read_text, resolve_config
from hierhash.config.schema import (
    Bits,
    DataConfig,
    Facets,
    FeaturesConfig,
    RunConfig,
    Section,
    Seed,
)
from hierhash.errors import ConfigError
from hierhash.methods.registry import find_preset, presets
from hierhash.shipped import find
from hierhash.storage.yaml_mapping import DEEPEST, Lines, Place
from hierhash.training.items import MODALITIES

Overrides = dict[str, Any]
Trials = Annotated[list[Overrides], Field(max_length=8)]


def _file_name(text: str) -> str:
    """A name that is part of file names: no separators, and not hidden."""
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}", text):
        raise ValueError("is part of file names: use letters, digits and . _ + - (100 at most)")
    return text


FileName = Annotated[str, AfterValidator(_file_name)]


class Row(Section):
    """One line of a table: a method, and what is changed in it."""

    method: str
    variant: Annotated[str, AfterValidator(lambda text: text and _file_name(text))] = Field(
        "", description="empty for headline rows; a name for the others"
    )
    set: Overrides = Field(default_factory=dict, description="key.path: value, laid on the method")
    common: bool = Field(
        True,
        description="lay the suite's set on this row, and try its trials; false for a method with "
        "other settings, which then tries its preset's trials unless the row has its own",
    )
    trials: Trials | None = Field(None, description="None takes the suite's trials")
    trial_items: Annotated[int, Field(ge=2)] | None = Field(
        None, description="training items of a trial, drawn once; None takes all of them"
    )
    bits: Annotated[list[Bits], Field(min_length=1)] | None = Field(
        None, description="None takes the suite's bits"
    )
    seeds: Annotated[list[Seed], Field(min_length=1)] | None = Field(
        None, description="None takes the suite's seeds"
    )

    @property
    def name(self) -> str:
        """``method`` or ``method+variant``."""
        return f"{self.method}+{self.variant}" if self.variant else self.method

    @property
    def has_free_length(self) -> bool:
        """Whether the length of its codes is a choice; so, too, where there is no such method."""
        known = presets()
        return self.method not in known or known[self.method].method.free_length


class Suite(Section):
    """A benchmark."""

    name: FileName
    data: DataConfig = DataConfig()
    facets: Facets = Field(default_factory=dict, description="trees beside the category's")
    features: FeaturesConfig = FeaturesConfig()
    bits: list[Bits] = Field([16, 32, 64], min_length=1)
    seeds: list[Seed] = Field([0, 1, 2], min_length=1)
    set: Overrides = Field(default_factory=dict, description="laid on every row")
    trials: Trials = Field(default_factory=list, description="what every row tries on validation")
    tuning_bits: Bits = Field(
        32,
        description="code length of the trials and of examples; "
        "the first of the suite's where it has no 32",
    )
    tuning_seed: Seed = 0
    asymmetric: bool = Field(True, description="score real-valued queries against codes too")
    attribute: str | None = Field(
        None, description="side attribute whose share among the first ten is told"
    )
    queries: str | None = Field(
        None, description="a list of typed texts, shipped or a file; its final half is scored"
    )
    rows: list[Row] = Field(min_length=1)

    @model_validator(mode="after")
    def _choose_tuning_bits(self) -> Suite:
        if "tuning_bits" not in self.model_fields_set and 32 not in self.lengths:
            self.tuning_bits = self.lengths[0]
        return self

    @property
    def lengths(self) -> list[int]:
        """The code lengths of all rows whose methods leave it free; else the suite's."""
        free = [row for row in self.rows if row.has_free_length]
        found = dict.fromkeys(bits for row in free for bits in row.bits or self.bits)
        return list(found) or self.bits

    def config(
        self, row: Row, bits: int, seed: int, trial: Overrides, lines: Lines | None = None
    ) -> RunConfig:
        """The config of one run of a row.

        Raises:
            ConfigError: A key or value is wrong; ``lines`` tell where it stands.
        """
        content: dict[str, Any] = {
            "method": row.method,
            "bits": bits,
            "seed": seed,
            "data": self.data.model_dump(mode="json"),
            "features": self.model_dump(mode="json")["features"],
            "facets": self.model_dump(mode="json")["facets"],
        }
        for overrides in (self.set if row.common else {}, row.set, trial):
            content = merge(content, nested(overrides))
        return resolve_config(
            content, lines=lines or Lines({}, f"suite {self.name}, row {row.name}")
        )

    @property
    def needs(self) -> frozenset[str]:
        """The modalities that the methods of the rows learn from."""
        needs = [find_preset(row.method).method.needs for row in self.rows]
        return frozenset().union(*needs) & frozenset(MODALITIES)

    @property
    def tunes(self) -> bool:
        """Whether any row chooses among trials."""
        return any(len(self.trials_of(row)) > 1 for row in self.rows)

    def trials_of(self, row: Row) -> list[Overrides]:
        """The trials of a row; one empty trial means that nothing is chosen."""
        trials = row.trials
        if trials is None:
            trials = self.trials if row.common else list(find_preset(row.method).trials)
        return trials or [{}]

    def bits_of(self, row: Row) -> list[int]:
        """The code lengths of a row; one where its method has only one."""
        if not row.has_free_length:
            return [self.tuning_bits]
        return row.bits or self.bits

    def seeds_of(self, row: Row) -> list[int]:
        """The training seeds of a row."""
        return row.seeds or self.seeds


def find_suite(name: str) -> Path:
    """A suite file by its path, or a shipped one by its name.

    Raises:
        ConfigError: Neither.
    """
    return Path(name) if Path(name).is_file() else find("configs", f"suites/{name}")


def load_suite(path: Path) -> Suite:
    """Reads and checks a suite, every row's config included.

    Raises:
        ConfigError: Anything wrong, each problem with its line.
    """
    lines = Lines.of(read_text(path), str(path))
    try:
        suite = Suite.model_validate(lines.content)
    except ValidationError as error:
        raise ConfigError(problems_of(error, Suite, lines)) from error
    problems = [*_double_rows(suite, lines), *_wrong_keys(lines), *_wrong_lengths(suite, lines)]
    if not problems:
        problems = [
            problem
            for place, row in enumerate(suite.rows)
            for problem in _row_problems(suite, row, ("rows", str(place)), lines)
        ]
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))
    return suite


def _double_rows(suite: Suite, lines: Lines) -> list[str]:
    """Two rows of one name would be averaged."""
    first: dict[str, int] = {}
    problems = []
    for place, row in enumerate(suite.rows):
        if first.setdefault(row.name, place) != place:
            where = lines.where(("rows", str(place)))
            problems.append(f"{where}: rows: two rows are named {row.name}; set another variant")
    return problems


def _wrong_keys(lines: Lines) -> list[str]:
    """Of ``set`` and ``trials``, keys other than the model's would not be applied."""
    return [
        f"{lines.where(place)}: '{shortened(place[-1])}' cannot be changed in a suite; only keys "
        "of model, such as model.loss.eta"
        for place in lines.lines
        if _is_override(place)
        and not (place[-1].startswith("model.") and place[-1].count(".") < DEEPEST)
    ]


def _is_override(place: Place) -> bool:
    own = place[2:] if place[0] == "rows" else place
    return (len(own) == 2 and own[0] == "set") or (len(own) == 3 and own[0] == "trials")


def _wrong_lengths(suite: Suite, lines: Lines) -> list[str]:
    """Lengths and seeds that stand twice, and a tuning length that no row has."""
    problems = []
    for place, numbers in (
        (("bits",), suite.bits),
        (("seeds",), suite.seeds),
        *((("rows", str(at), "bits"), row.bits or []) for at, row in enumerate(suite.rows)),
        *((("rows", str(at), "seeds"), row.seeds or []) for at, row in enumerate(suite.rows)),
    ):
        twice = sorted({number for number in numbers if numbers.count(number) > 1})
        problems += [f"{lines.where(place)}: {place[-1]}: {n} stands twice" for n in twice]
    problems += [
        f"{lines.where(('rows', str(at), 'bits'))}: bits: {row.method} has one code length only; "
        "leave bits out"
        for at, row in enumerate(suite.rows)
        if row.bits and not row.has_free_length
    ]
    if suite.tuning_bits not in suite.lengths:
        known = ", ".join(map(str, sorted(suite.lengths)))
        problems.append(
            f"{lines.where(('tuning_bits',))}: tuning_bits: {suite.tuning_bits} is not among the "
            f"bits of the suite; take one of {known}"
        )
    return problems


def _row_problems(suite: Suite, row: Row, place: Place, lines: Lines) -> list[str]:
    problems: list[str] = []
    trials = (*place, "trials") if row.trials is not None else ("trials",)
    # What stands nowhere else, such as the method, is told with the row's own line.
    own = {("method",): lines.lines.get((*place, "method"), lines.lines.get(place, 1))}
    for number, trial in enumerate(suite.trials_of(row)):
        common = lines.under(("set",)) if row.common else {}
        keys = common | lines.under((*place, "set"), (*trials, str(number)))
        where = Lines({}, lines.name, own | keys)
        try:
            suite.config(row, suite.bits[0], suite.seeds[0], trial, where)
        except ConfigError as error:
            problems += [f"{problem}{_of_suite(problem, row, suite)}" for problem in error.problems]
    return problems


def _of_suite(problem: str, row: Row, suite: Suite) -> str:
    """What helps where a key of the suite's own is not one of the row's method."""
    own = {*suite.set, *(key for trial in suite.trials for key in trial)}
    named = any(f"'{key}" in problem or key.startswith(f"{_quoted(problem)}.") for key in own)
    if row.common and "unknown key" in problem and named:
        return f" (row {row.name}: common: false keeps the suite's set and trials from it)"
    return ""


def _quoted(problem: str) -> str:
    return problem.partition("'")[2].partition("'")[0]
