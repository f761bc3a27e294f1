"""The client: ghapi on a connection that is kept open, and what GitHub's answers mean."""

import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from contribkit.errors import ContribkitError
from contribkit.io import parse_json
from contribkit.loaders.github.queries import Request, dig, say
from contribkit.loaders.github.settings import Settings, Token


class QueryTooLarge(Exception):
    """GitHub could not answer so much at once, or not in time; or it is down, which looks the same."""


class ConnectionFailed(Exception):
    """The connection broke, or what came was no answer."""


class RateLimited(Exception):
    """A limit is reached: ask again after so many seconds (its argument); None where GitHub does not say."""


class Answer(NamedTuple):
    """What GitHub said: data by alias, what was wrong with some of it, the points left, and when there are new ones."""

    data: dict[str, Any]
    errors: list[dict[str, Any]]
    remaining: float | None = None
    reset: float | None = None


class Client(AbstractContextManager["Client"]):
    """A connection to GitHub's GraphQL API; use it in a ``with`` statement. `ahead` is GitHub's clock over ours."""

    def __init__(self, settings: Settings, token: Token) -> None:
        import httpx2  # slow to import, and many a review needs no GitHub
        from ghapi.core import GhApi

        self.settings, self._http, self.ahead = settings, httpx2, 0.0
        # ghapi knows no token, so that none can show in its attributes: it goes with the connection.
        make: Any = GhApi  # untyped
        self._api = make(sync=True, gh_host=settings.api_url, authenticate=False, timeout=settings.timeout)
        self._api.transport.retries = 0
        # Its own way to keep a connection open: without, each request takes a new one.
        headers, timeout = {"Authorization": token.header()}, settings.timeout
        self._api.transport.client = httpx2.Client(headers=headers, timeout=timeout, follow_redirects=False)

    def __exit__(self, *_: object) -> None:
        self._api.transport.close()

    def ask(self, request: Request) -> Answer:
        """Send one request; its errors say what may help: less, again, later, or, as a `ContribkitError`, nothing."""
        asked = {"query": request.document, "variables": request.variables}
        try:
            response = self._api.transport.request("POST", self.settings.graphql_url, json=asked, raw=True)
        except (self._http.HTTPStatusError, self._http.RequestError) as error:
            raise self._meaning(error) from None
        self.ahead = _ahead(response.headers)
        return read(response.content, response.headers)

    def call(self, group: str, name: str, **arguments: Any) -> Iterator[Any]:
        """Yield what a list of GitHub's REST interface holds, by ghapi's typed calls; nothing if it is unknown."""
        from fasttransport.errors import APIError
        from ghapi import page

        pages: Any = page.sync_paged  # untyped
        try:
            for entries in pages(getattr(getattr(self._api, group), name), per_page=100, **arguments):
                yield from entries
        except APIError as error:
            if error.status_code == 404:
                return
            found = self._meaning(error.__cause__ or error)
            why = "a limit is reached" if isinstance(found, RateLimited) else str(found)
            if not isinstance(found, ContribkitError):
                found = ContribkitError(f"GitHub does not answer ({why}); run this again later")
            raise found from None

    def _meaning(self, error: BaseException) -> Exception:
        host, http = self.settings.host, self._http
        if isinstance(error, http.HTTPStatusError):
            self.ahead = _ahead(error.response.headers)
            return error_from_response(error.response, self.settings)
        if isinstance(error, http.ReadTimeout):
            return QueryTooLarge("no answer in time")
        if isinstance(error, http.DecodingError):
            return ConnectionFailed("what came cannot be decoded")
        if reason := _untrusted(error):
            return ContribkitError(say("certificate", host, reason))
        if isinstance(error, http.ConnectError):
            return ConnectionFailed(say("no_host", host))
        return ConnectionFailed(f"the connection broke ({type(error).__name__})")


def _untrusted(error: BaseException | None) -> str | None:
    """Return why a certificate was refused, from an error or what caused it; None for other errors."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return str(error).partition("failed: ")[2].partition(" (_ssl")[0] or "verification failed"
        error = error.__cause__ or error.__context__
    return None


def read(content: bytes, headers: Mapping[str, str]) -> Answer:
    """Return what an answer with status 200 says; errors as for `Client.ask`."""
    try:
        said = parse_json(content)
    except (ValueError, RecursionError):
        raise ConnectionFailed("what came was no JSON") from None
    if not isinstance(said, dict) or not isinstance(said.get("data") or {}, dict):
        raise ConnectionFailed("what came was no answer of GraphQL")
    found, data = said.get("errors"), said.get("data") or {}
    errors = [error for error in found if isinstance(error, dict)] if isinstance(found, list) else []
    for error in errors:
        error["path"] = tuple(error["path"]) if isinstance(error.get("path"), list) else ()
    is_answer = "data" in said or bool(errors)
    if any(map(_is_limit, errors if is_answer else [said])):
        raise RateLimited(_wait(headers))
    if not is_answer:
        raise ConnectionFailed(f"what came was no answer of GraphQL: {str(said.get('message') or 'nothing')[:300]}")
    if scopes := [error.get("message") for error in errors if error.get("type") == "INSUFFICIENT_SCOPES"]:
        raise ContribkitError(say("scope", scopes[0]))
    if not data and errors and not any(error["path"] for error in errors):  # the whole is refused
        why = str(errors[0].get("message"))
        if is_too_large(errors[0]):
            raise QueryTooLarge(why)
        if errors[0].get("type") in ("INTERNAL", "SERVICE_UNAVAILABLE"):
            raise ConnectionFailed(why)
        raise ContribkitError(f"GitHub does not answer what was asked: {why}")
    return Answer(data, errors, *(_number(headers, f"x-ratelimit-{name}") for name in ("remaining", "reset")))


def _is_limit(error: dict[str, Any]) -> bool:
    codes = (error.get("type"), error.get("code"), dig(error, "extensions", "code"))
    said = str(error.get("message") or "").casefold()
    is_coded = any(code in ("RATE_LIMITED", "RATE_LIMIT", "graphql_rate_limit") for code in codes)
    return is_coded or "secondary rate limit" in said or "rate limit exceeded" in said


def is_too_large(error: dict[str, Any]) -> bool:
    """Say whether an error means that a query takes too many resources or too long."""
    said = str(error.get("message") or "").casefold()
    words = ("resource limit", "timeout", "timed out", "something went wrong", "node limit")
    return error.get("type") == "RESOURCE_LIMITS_EXCEEDED" or any(word in said for word in words)


def _number(headers: Mapping[str, str], name: str) -> float | None:
    """Return a header as a number that a clock can show, a date as seconds since 1970; None where it is neither."""
    for read_as in (float, lambda text: parsedate_to_datetime(text).timestamp()):
        with suppress(ValueError, TypeError, OverflowError):
            return min(read_as(headers.get(name, "")), 1e11)
    return None


def _ahead(headers: Mapping[str, str]) -> float:
    return (_number(headers, "date") or time.time()) - time.time()


def _wait(headers: Mapping[str, str]) -> float | None:
    """Return for how many seconds GitHub asks to wait, from either header; None where it does not say."""
    now = time.time() + _ahead(headers)
    if (after := _number(headers, "retry-after")) is not None:
        return max(0.0, after - now if after > now / 2 else after)  # a date, or seconds
    reset = _number(headers, "x-ratelimit-reset")
    return max(0.0, reset - now) if _number(headers, "x-ratelimit-remaining") == 0 and reset else None


def error_from_response(response: Any, settings: Settings) -> Exception:
    """Return what an answer with another status than 200 means."""
    status, host, said = response.status_code, settings.host, ""
    with suppress(ValueError, KeyError, TypeError, RecursionError):
        said = str(response.json()["message"])[:300]
    if status >= 500:
        return (QueryTooLarge if status in (502, 503, 504) else ConnectionFailed)(f"{host} answered {status}")
    if status == 401:
        return ContribkitError(say("refused", host))
    if status in (403, 429):
        seconds = _wait(response.headers)
        if seconds is not None or status == 429 or "rate limit" in said.casefold():
            return RateLimited(seconds)
        return ContribkitError(say("forbidden", host, said))
    return ContribkitError(say("address", settings.graphql_url, status, said or "nothing"))
