"""Answers in which GitHub refuses, each in the exact form that it was seen in."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from tests.github.answer import Answer

WENT_WRONG = "Something went wrong while executing your query."
TOO_SOON = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
LIMITS_PAGE = (
    "https://docs.github.com/graphql/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits"
)
A_MINUTE = 60.0  # what GitHub's documentation says to wait where an answer does not
A_PAUSE = 0.9  # seconds; the first pause of a client is one, and clocks are not exact


def bad_gateway(points: int = 0, work: float = 0) -> Answer:
    """Return the answer of a query that took GitHub too long, and of any while it is down."""
    said = f"{WENT_WRONG} This may be the result of a timeout, or it could be a GitHub bug."
    answer = Answer.of({"data": None, "errors": [{"message": said}]}, 502, points)
    return replace(answer, pause=A_PAUSE, work=work)


def rate_limited(headers: Mapping[str, str], seconds: float, renamed: bool = False) -> Answer:
    """Return the answer to who has no points left for so many seconds: its status is 200."""
    error: dict[str, Any] = {"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1."}
    if renamed:
        said = "API rate limit already exceeded for user ID 1."
        error = {"type": "RATE_LIMIT", "code": "graphql_rate_limit", "message": said}
    return replace(Answer.of({"errors": [error]}), headers=dict(headers), pause=seconds)


def secondary_limit(status: int = 403, errors: bool = False, retry_after: str | None = "1") -> Answer:
    """Return the answer to who asked too much at once.

    Parameters
    ----------
    status
        403, or 200.
    errors
        Whether it is told as GraphQL's errors, else as REST's message.
    retry_after
        The header, as seconds; None leaves it out.
    """
    said: dict[str, Any] = {"message": TOO_SOON, "documentation_url": LIMITS_PAGE}
    value = {"errors": [{"type": "RATE_LIMITED", "message": TOO_SOON}]} if errors else said
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    pause = A_MINUTE if retry_after is None else float(retry_after) - 0.1
    return replace(Answer.of(value, status), headers=headers, pause=pause)


def http_date(seconds: float) -> str:
    """Return a time as HTTP writes it."""
    return format_datetime(datetime.fromtimestamp(int(seconds), UTC), usegmt=True)
