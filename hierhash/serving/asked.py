"""The parameters of a search, in an address or in the fields of a form, as FastAPI reads them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Form, Query
from pydantic import Field

from hierhash.retrieval.risk_file import DEFAULT_RISK
from hierhash.serving.limits import LAST_ANSWER, LONGEST_TEXT, LONGEST_WORDS, MOST_ANSWERS
from hierhash.serving.searching import Search

Mode = Literal["code", "words", "both", ""]
MOST_CONDITIONS = 32
Words = Annotated[str, Field(max_length=LONGEST_WORDS)]


def in_address(
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
    return Search(
        text.strip(), like, under, where, weigh, k, skip, mode or None, sort, filter, rescore, risk
    )


def in_form(
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
    return Search(
        text.strip(), like, under, where, weigh, k, skip, mode or None, sort, filter, rescore, risk
    )
