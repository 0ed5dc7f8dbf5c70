"""The schema of a suite's YAML: what is run, on what, and how settings are chosen."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from hierhash.config import DataConfig, FeaturesConfig, RunConfig, Section, merge, resolve_config
from hierhash.config_problems import Lines, problems_of
from hierhash.errors import ConfigError
from hierhash.shipped import find

Overrides = dict[str, Any]
Trials = Annotated[list[Overrides], Field(max_length=8)]


class Row(Section):
    """One line of a table: a method, and what is changed in it."""

    method: str
    variant: str = Field("", description="empty for headline rows; a name for the others")
    set: Overrides = Field(default_factory=dict, description="key.path: value, laid on the method")
    trials: Trials | None = Field(None, description="None takes the suite's trials")
    bits: list[int] | None = Field(None, description="None takes the suite's bits")

    @property
    def name(self) -> str:
        """``method`` or ``method+variant``."""
        return f"{self.method}+{self.variant}" if self.variant else self.method


class Suite(Section):
    """A benchmark."""

    name: str
    data: DataConfig = DataConfig()
    features: FeaturesConfig = FeaturesConfig()
    bits: list[int] = Field([16, 32, 64], min_length=1)
    seeds: list[int] = Field([0, 1, 2], min_length=1)
    set: Overrides = Field(default_factory=dict, description="laid on every row")
    trials: Trials = Field(default_factory=list, description="what every row tries on validation")
    tuning_bits: int = 32
    tuning_seed: int = 0
    asymmetric: bool = Field(
        True, description="score real-valued queries against codes too, at tuning_bits"
    )
    attribute: str | None = Field(
        None, description="side attribute whose share among the first ten is told"
    )
    rows: list[Row] = Field(min_length=1)

    def config(self, row: Row, bits: int, seed: int, trial: Overrides) -> RunConfig:
        """The config of one run of a row."""
        content: dict[str, Any] = {
            "method": row.method,
            "bits": bits,
            "seed": seed,
            "data": self.data.model_dump(mode="json"),
            "features": self.features_content(),
        }
        for overrides in (self.set, row.set, trial):
            content = merge(content, nested(overrides))
        return resolve_config(content, lines=Lines({}, f"suite {self.name}, row {row.name}"))

    @property
    def tunes(self) -> bool:
        """Whether any row chooses among trials."""
        return any(len(self.trials_of(row)) > 1 for row in self.rows)

    def features_content(self) -> dict[str, Any]:
        """The features section as plain content."""
        content: dict[str, Any] = self.model_dump(mode="json")["features"]
        return content

    def trials_of(self, row: Row) -> list[Overrides]:
        """The trials of a row; one empty trial means that nothing is chosen."""
        trials = self.trials if row.trials is None else row.trials
        return trials or [{}]


def nested(overrides: Overrides) -> dict[str, Any]:
    """``{"a.b": 1}`` as ``{"a": {"b": 1}}``.

    Example:
        >>> nested({"model.loss.eta": 0, "bits": 16})
        {'model': {'loss': {'eta': 0}}, 'bits': 16}
    """
    content: dict[str, Any] = {}
    for key, value in overrides.items():
        part: Any = value
        for name in reversed(key.split(".")):
            part = {name: part}
        content = merge(content, part)
    return content


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
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error})") from error
    lines = Lines.of(text, str(path))
    try:
        suite = Suite.model_validate(lines.content)
    except ValidationError as error:
        raise ConfigError(problems_of(error, Suite, lines, [])) from error
    problems = _row_problems(suite)
    if problems:
        raise ConfigError([f"{path}: {problem}" for problem in problems])
    for row in suite.rows:
        for trial in suite.trials_of(row):
            suite.config(row, suite.bits[0], suite.seeds[0], trial)
    return suite


def _row_problems(suite: Suite) -> list[str]:
    """Two rows of one name would be averaged; other keys than the model's would not be applied."""
    names = [row.name for row in suite.rows]
    problems = [
        f"rows: two rows are named {name}; give one another variant"
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    given = [("set", suite.set)]
    for row in suite.rows:
        given.append((f"row {row.name}, set", row.set))
        given += [(f"row {row.name}, trials", trial) for trial in suite.trials_of(row)]
    problems += [
        f"{where}: '{key}' cannot be changed in a suite; only keys of model, such as model.loss.eta"
        for where, overrides in given
        for key in overrides
        if not key.startswith("model.")
    ]
    return list(dict.fromkeys(problems))
