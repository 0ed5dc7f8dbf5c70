"""A document as text with places: what YAML files and nested Python data are turned into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass
class Value:
    """A piece of a document that knows where it stands.

    Args:
        kind: ``text``, ``list``, ``mapping``, or ``empty`` (nothing was written).
        where: ``FILE:LINE``, or a name when there is no file.
        text: The scalar, always as text.
        items: The values of a list.
        pairs: The keys and values of a mapping, in order; keys are of kind ``text``.
    """

    kind: Literal["text", "list", "mapping", "empty"]
    where: str
    text: str = ""
    items: list[Value] = field(default_factory=list)
    pairs: list[tuple[Value, Value]] = field(default_factory=list)

    def describe(self) -> str:
        """What a message calls this value.

        Example:
            >>> Value("text", "a.yaml:1", "Shoes").describe()
            "the text 'Shoes'"
        """
        return {
            "text": f"the text '{self.text}'",
            "list": "a list",
            "mapping": "a mapping",
            "empty": "nothing",
        }[self.kind]


def from_python(obj: object, where: str) -> Value:
    """Nested dicts, lists and names as a `Value`; numbers become text, None is empty.

    Example:
        >>> from_python({"Shoes": [1990, None]}, "tree").pairs[0][1].items[0].text
        '1990'
    """
    if obj is None:
        return Value("empty", where)
    if isinstance(obj, Mapping):
        pairs = [(Value("text", where, str(k)), from_python(v, where)) for k, v in obj.items()]
        return Value("mapping", where, pairs=pairs)
    if isinstance(obj, Sequence) and not isinstance(obj, str | bytes):
        return Value("list", where, items=[from_python(item, where) for item in obj])
    return Value("text", where, str(obj))
