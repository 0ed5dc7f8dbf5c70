"""The shape of a result line: what a report reads must be there, and of the kind it is read as."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from hierhash.bench.suite import FileName
from hierhash.data.split.choice import LARGEST_SEED
from hierhash.errors import RunError
from hierhash.storage.json_files import read_lines

DIRECTIONS = ("i2t", "t2i")
_ALL = ("map_leaf", "map_leaf_macro", "hap", "ndcg@100", "canonical/map_leaf", "canonical/hap")
_OTHERS = ("map_leaf", "hap", "ndcg@100")

Numbers = dict[str, float]
Results = dict[str, dict[str, dict[str, Numbers]]]
Curves = dict[str, dict[str, list[float]]]


class _Part(BaseModel):
    """More keys may stand in a line than a report reads."""

    model_config = ConfigDict(strict=True)


class _Counts(_Part):
    counted: int = Field(ge=0)
    skipped: int = Field(ge=0)


def _need(content: Any, key: str, *place: str) -> Any:
    if key not in content:
        raise ValueError(f"{'.'.join((*place, key))} is missing")
    return content[key]


class _Line(_Part):
    suite: FileName
    method: str
    variant: str
    bits: int = Field(ge=1)
    seed: int = Field(ge=0, le=LARGEST_SEED)
    distance: str = "hamming"
    free_length: bool = True
    tuning_bits: int = Field(32, ge=1)
    split_sha256: str
    tree_sha256: str
    halves_sha256: str | None = None
    conditions_sha256: str | None = None
    settings_sha256: str | None = None
    scores: str = ""
    commit: str = ""
    settings: dict[str, Any]
    results: Results
    queries: dict[str, _Counts]
    queries_unseen: dict[str, _Counts] = Field(default_factory=dict)
    classification: dict[str, Numbers] | None
    curves: Curves
    cost: Numbers

    @model_validator(mode="after")
    def _check_scores(self) -> _Line:
        """Every direction has the scores of the method's own order, in every database."""
        answered = _need(self.results, "all", "results")
        if not answered:
            raise ValueError("results.all is empty")
        wanted = [one for one in DIRECTIONS if one in answered] or list(answered)
        for database, directions in self.results.items():
            for direction in wanted:
                place = ("results", database, direction)
                own = _need(directions, direction, *place[:2])
                scores = _need(own, self.distance, *place)
                for metric in _ALL if database == "all" else _OTHERS:
                    _need(scores, metric, *place, self.distance)
                for metric in _OTHERS if "asymmetric" in own else ():
                    _need(own["asymmetric"], metric, *place, "asymmetric")
        for direction in wanted:
            _need(self.queries, direction, "queries")
            _check_points(_need(self.curves, direction, "curves"), direction)
        return self


def _check_points(curve: dict[str, list[float]], direction: str) -> None:
    for kind in ("", "radius_"):
        across = _need(curve, f"{kind}recall", "curves", direction)
        up = _need(curve, f"{kind}precision", "curves", direction)
        if len(across) != len(up):
            raise ValueError(f"{direction}.{kind}recall and {kind}precision differ in length")


def read_results(path: Path) -> list[dict[str, Any]]:
    """The result lines of a file, each of the shape that ``hierhash bench`` writes.

    Raises:
        RunError: A line is damaged or of another shape; it is named, with what is wrong.
    """
    records = read_lines(path)
    for place, record in enumerate(records):
        try:
            _Line.model_validate(record)
        except ValidationError as error:
            said = _said(error.errors()[0])
            raise RunError(
                f"{path}:{_number(path, place)}: {said}; delete the line to run it again"
            ) from error
    return records


def _said(problem: Any) -> str:
    """What is wrong, in our words: pydantic tells only the rule and the place."""
    place = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "missing":
        return f"{place} is missing"
    if problem["type"] == "value_error":
        return ": ".join(part for part in (place, str(problem["ctx"]["error"])) if part)
    return f"{place} is not what hierhash bench writes there"


def _number(path: Path, place: int) -> int:
    """The number of a record's line in the file: blank lines are no records."""
    lines = enumerate(path.read_bytes().split(b"\n"), start=1)
    return [number for number, line in lines if line.strip()][place]
