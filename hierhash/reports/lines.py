"""The shape of a result line: what a report reads must be there, and of the kind it is read as."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

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


class _Settings(_Part):
    optimiser: str
    pairs: str
    head: str


def _with_scores(results: Results) -> Results:
    """Both directions in every database; asymmetric scores in both or in none."""
    _need(results, "all")
    for database, directions in results.items():
        for direction in DIRECTIONS:
            own = _need(directions, direction, database)
            hamming = _need(own, "hamming", database, direction)
            for metric in _ALL if database == "all" else _OTHERS:
                _need(hamming, metric, database, direction, "hamming")
            if "asymmetric" in directions["i2t"]:
                real = _need(own, "asymmetric", database, direction)
                for metric in _OTHERS:
                    _need(real, metric, database, direction, "asymmetric")
    return results


def _with_both_sides(classification: dict[str, Numbers] | None) -> dict[str, Numbers] | None:
    for side in ("image", "text") if classification is not None else ():
        _need(classification, side)
    return classification


def _with_points(curves: Curves) -> Curves:
    for direction in DIRECTIONS:
        own = _need(curves, direction)
        for kind in ("", "radius_"):
            across = _need(own, f"{kind}recall", direction)
            up = _need(own, f"{kind}precision", direction)
            if len(across) != len(up):
                raise ValueError(f"{direction}.{kind}recall and {kind}precision differ in length")
    return curves


def _counting(queries: dict[str, _Counts]) -> dict[str, _Counts]:
    _need(queries, "i2t")
    return queries


def _need(content: Any, key: str, *place: str) -> Any:
    if key not in content:
        raise ValueError(f"{'.'.join((*place, key))} is missing")
    return content[key]


class _Line(_Part):
    suite: FileName
    method: str
    variant: str
    bits: int = Field(ge=1, le=4096)
    seed: int = Field(ge=0, le=LARGEST_SEED)
    split_sha256: str
    tree_sha256: str
    halves_sha256: str | None = None
    conditions_sha256: str | None = None
    settings_sha256: str | None = None
    scores: str = ""
    commit: str = ""
    settings: _Settings
    results: Annotated[Results, AfterValidator(_with_scores)]
    queries: Annotated[dict[str, _Counts], AfterValidator(_counting)]
    queries_unseen: dict[str, _Counts] = Field(default_factory=dict)
    classification: Annotated[dict[str, Numbers] | None, AfterValidator(_with_both_sides)]
    curves: Annotated[Curves, AfterValidator(_with_points)]
    cost: Numbers


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
        return f"{place}: {problem['ctx']['error']}"
    return f"{place} is not what hierhash bench writes there"


def _number(path: Path, place: int) -> int:
    """The number of a record's line in the file: blank lines are no records."""
    lines = enumerate(path.read_bytes().split(b"\n"), start=1)
    return [number for number, line in lines if line.strip()][place]
