"""GitHub's answers, and what it means where one is none."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from contribkit.errors import ContribkitError
from contribkit.loaders.github.settings import Settings

FINAL = ("NOT_FOUND", "FORBIDDEN")
"""Errors that stay, however often one asks."""


class TooMuch(Exception):
    """GitHub could not answer so much at once, or not in time."""


class Unanswered(Exception):
    """The connection broke, or what came was no answer."""


class Later(Exception):
    """A limit is reached: ask again after so many seconds; None where GitHub does not say."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Answer(NamedTuple):
    """What GitHub said: data by alias, what was wrong with some of it, and the budget that is left."""

    data: dict[str, Any]
    errors: list[dict[str, Any]]
    remaining: int | None
    reset: datetime | None


def read(content: bytes, headers: Mapping[str, str]) -> Answer:
    """Return what an answer says.

    Raises
    ------
    TooMuch, Unanswered, Later, ContribkitError
        As for `Client.ask`.
    """
    try:
        said = json.loads(content)
        errors = said.get("errors") or []
        data = said.get("data") or {}
        kinds = {error.get("type") for error in errors}
    except (ValueError, AttributeError):
        raise Unanswered("what came was no JSON") from None
    remaining, reset = _budget(headers)
    if "RATE_LIMITED" in kinds:
        raise Later(_seconds_until(reset))
    if "INSUFFICIENT_SCOPES" in kinds:
        words = next(error["message"] for error in errors if error.get("type") == "INSUFFICIENT_SCOPES")
        raise ContribkitError(f"GitHub: the token lacks a scope; give it one, or take another. GitHub says: {words}")
    if nowhere := [error for error in errors if not error.get("path")]:
        raise _refusal(str(nowhere[0].get("message")))
    return Answer(data, errors, remaining, reset)


def _refusal(said: str) -> Exception:
    """Return what it means that GitHub answers the whole of a request with an error."""
    if any(word in said.casefold() for word in ("something went wrong", "timeout", "timed out", "node limit")):
        return TooMuch(said)
    return ContribkitError(f"GitHub does not answer what was asked: {said}")


def _budget(headers: Mapping[str, str]) -> tuple[int | None, datetime | None]:
    """Return the points that are left and when there are new ones; None where a server has no limit."""
    remaining, reset = headers.get("x-ratelimit-remaining"), headers.get("x-ratelimit-reset")
    return (int(remaining) if remaining else None), (datetime.fromtimestamp(int(reset), UTC) if reset else None)


def _seconds_until(moment: datetime | None) -> float | None:
    return None if moment is None else max(0.0, (moment - datetime.now(UTC)).total_seconds())


def failure(response: Any, settings: Settings) -> Exception:
    """Return what an answer that is none means."""
    status, headers = response.status_code, response.headers
    said = _message(response)
    where = settings.host
    if status in (502, 503, 504):
        return TooMuch(f"{where} answered {status}")
    if status == 401:
        return ContribkitError(
            f"{where} refuses the token (401): it is wrong, or has run out; make a new one and put it into GITHUB_TOKEN"
        )
    if status in (403, 429):
        if headers.get("retry-after"):
            return Later(float(headers["retry-after"]))
        if headers.get("x-ratelimit-remaining") == "0":
            return Later(_seconds_until(_budget(headers)[1]))
        if status == 429 or "rate limit" in said.casefold():
            return Later(None)
        return ContribkitError(f"{where} forbids it (403); give the token the scope it lacks. GitHub says: {said}")
    if status >= 500:
        return Unanswered(f"{where} answered {status}")
    return ContribkitError(
        f"{settings.graphql_url}: answered {status}; is api_url in [sources.github] right? It said: {said or 'nothing'}"
    )


def _message(response: Any) -> str:
    try:
        return str(response.json()["message"])[:300]
    except (ValueError, KeyError, TypeError):
        return ""
