"""One exception family: what the user sees when something is wrong.

Every message names the file and the place, says what is wrong and what to do. ``InputError`` and
its children mean a mistake in what the user gave (exit code 2); plain ``HierhashError`` means that
the work itself failed (exit code 1). The command line prints them without a traceback.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

NEAR, MANY = 0.6, 100
"""How like a name that is offered has to be, and how many are looked at closely."""


class HierhashError(Exception):
    """The work failed although the input was well formed (exit code 1)."""

    exit_code = 1


class InputError(HierhashError):
    r"""The user's input is wrong (exit code 2); carries every problem found, not the first alone.

    Args:
        problems: One message or several; each is one line.

    Example:
        >>> str(InputError(["a.yaml:3: empty name", "a.yaml:9: duplicate path 'Shoes'"]))
        "a.yaml:3: empty name\na.yaml:9: duplicate path 'Shoes'"
    """

    exit_code = 2

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))


class TreeError(InputError):
    """A label tree, or a label that should be in one, is wrong."""


class DataError(InputError):
    """A data source, a row, an image or a split is wrong."""


class ConfigError(InputError):
    """A run's configuration is wrong."""


class RunError(InputError):
    """A run folder, a checkpoint or an index is missing, damaged or of another kind."""


def did_you_mean(name: str, valid: Iterable[str]) -> str:
    """The tail of an error message that names the nearest valid name, or nothing.

    Example:
        >>> did_you_mean("Tshirt", ["Tshirts", "Shirts", "Jeans"])
        "; did you mean 'Tshirts'?"
        >>> did_you_mean("xyz", ["Tshirts"])
        ''
    """
    names = list(valid)
    if len(names) > MANY:
        from rapidfuzz import process
        from rapidfuzz.distance import Indel

        # It is never below what difflib says, which takes seconds for a hundred thousand names.
        scorer = Indel.normalized_similarity
        close = process.extract(name, names, scorer=scorer, score_cutoff=NEAR, limit=MANY)
        names = [found for found, *_ in close]
    near = difflib.get_close_matches(name, names, n=1, cutoff=NEAR)
    return f"; did you mean '{near[0]}'?" if near else ""
