"""The parameters of a search, in an address or in the fields of a form, as FastAPI reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from inspect import signature
from typing import Annotated, Any, Literal

from fastapi import Form, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import Field

from hierhash.errors import did_you_mean
from hierhash.retrieval.risk_file import DEFAULT_RISK
from hierhash.serving.limits import LAST_ANSWER, LONGEST_TEXT, LONGEST_WORDS, MOST_ANSWERS
from hierhash.serving.searching import Search

Mode = Literal["code", "words", "both", ""]
MOST_CONDITIONS = 32
Words = Annotated[str, Field(max_length=LONGEST_WORDS)]


def known_alone(given: Iterable[str], reads: Callable[..., Any], *others: str) -> None:
    """Refuses parameters of other names, which would leave out what was asked for.

    Args:
        given: Names of parameters.
        reads: The function that takes them.
        others: More that it may have.

    Raises:
        RequestValidationError: There is another.
    """
    known = [one for one in signature(reads).parameters if one not in ("self", "request")]
    known += others
    for name in given:
        if name not in known:
            said = f"no such parameter{did_you_mean(name, known)}; there are {', '.join(known)}"
            raise RequestValidationError([{"loc": ("request", name), "msg": said}])


def in_address(
    request: Request,
    text: Annotated[str, Query(max_length=LONGEST_TEXT)] = "",
    like: Annotated[Words, Query(description="Id of an item: what is nearest to it.")] = "",
    under: Annotated[Words, Query(description="A node of the category's tree.")] = "",
    where: Annotated[list[Words], Query(max_length=MOST_CONDITIONS)] = [],  # noqa: B006 - FastAPI's
    weigh: Annotated[list[Words], Query(max_length=MOST_CONDITIONS)] = [],  # noqa: B006
    k: Annotated[int, Query(ge=1, le=MOST_ANSWERS)] = 24,
    skip: Annotated[int, Query(ge=0, le=LAST_ANSWER)] = 0,
    mode: Annotated[Mode, Query()] = "",
    sort: Annotated[Words, Query(description="A column: price, or 'price desc'.")] = "",
    filter: Annotated[bool, Query()] = True,
    rescore: Annotated[bool, Query()] = True,
    risk: Annotated[float, Query(ge=0, le=1)] = DEFAULT_RISK,
) -> Search:
    """The search that an address asks for."""
    known_alone(request.query_params, in_address)
    return Search(
        text.strip(), like, under, where, weigh, k, skip, mode or None, sort, filter, rescore, risk
    )


async def in_form(
    request: Request,
    text: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
    like: Annotated[Words, Form()] = "",
    under: Annotated[Words, Form()] = "",
    where: Annotated[list[Words], Form(max_length=MOST_CONDITIONS)] = [],  # noqa: B006
    weigh: Annotated[list[Words], Form(max_length=MOST_CONDITIONS)] = [],  # noqa: B006
    k: Annotated[int, Form(ge=1, le=MOST_ANSWERS)] = 24,
    skip: Annotated[int, Form(ge=0, le=LAST_ANSWER)] = 0,
    mode: Annotated[Mode, Form()] = "",
    sort: Annotated[Words, Form()] = "",
    filter: Annotated[bool, Form()] = True,
    rescore: Annotated[bool, Form()] = True,
    risk: Annotated[float, Form(ge=0, le=1)] = DEFAULT_RISK,
) -> Search:
    """The search that a form asks for, beside its picture."""
    known_alone(await request.form(), in_form, "picture")
    return Search(
        text.strip(), like, under, where, weigh, k, skip, mode or None, sort, filter, rescore, risk
    )
