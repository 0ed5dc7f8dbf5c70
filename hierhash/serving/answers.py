"""The form of the server's JSON, for its description in OpenAPI."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

Nodes = list[list[str]]


class Error(BaseModel):
    """What is wrong and what to do, in one line."""

    error: str


class Health(BaseModel):
    """That the server answers, and from what."""

    status: Literal["ok"]
    items: int
    generation: str


class Opened(BaseModel):
    """That the key is right; the answer sets a cookie."""

    status: Literal["ok"]


class Tree(BaseModel):
    """A label tree: all its nodes, each before those below it."""

    name: str
    nodes: Nodes


class Column(BaseModel):
    """A column that answers can be chosen by: its values, or its numbers."""

    name: str
    kind: Literal["values", "number"]
    least: float | None = None
    most: float | None = None


class Bounds(BaseModel):
    """What a request may have: bytes of its body, pixels of its picture, answers."""

    body: int
    pixels: int
    k: int


class Index(BaseModel):
    """What is searched, and by what."""

    name: str
    items: int
    bits: int
    unit: Literal["bit", "level"]
    generation: str
    reads: list[Literal["text", "image", "both"]]
    segments: dict[str, int]
    weights: dict[str, float]
    trees: list[Tree]
    columns: list[Column]
    limits: Bounds


class Counts(BaseModel):
    """How many items meet the conditions, and how many of them each node and value has.

    A tree or a column is counted under all conditions but its own; each entry is a node, or a
    value, and its number.
    """

    items: int
    trees: dict[str, list[list[list[str] | int]]]
    columns: dict[str, list[list[str | int]]]


class Asked(BaseModel):
    """What was asked by."""

    text: str | None
    picture: bool
    like: str | None


class Understood(BaseModel):
    """What a query was understood as in one tree."""

    tree: str
    node: list[str]
    confidence: float


class Hit(BaseModel):
    """One answer; a distance or a score is null where the order has none."""

    id: str
    text: str | None
    paths: Nodes
    attributes: dict[str, str]
    distance: int | None
    score: float | None
    relation: Literal["exact", "relative", "beyond", ""]
    picture: str | None


class Answer(BaseModel):
    """The answers to a query; ``understood`` is null where the run's method cannot say."""

    query: Asked
    understood: list[Understood] | None
    notes: list[str]
    asides: list[str]
    items: int
    unit: Literal["bit", "level"]
    hits: list[Hit]
    took_ms: float
