"""The client: ghapi on a connection that is kept open, and what GitHub's answers mean."""

import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from contribkit.errors import ContribkitError
from contribkit.loaders.github.queries import Request
from contribkit.loaders.github.settings import Settings, Token


class QueryTooLarge(Exception):
    """GitHub could not answer so much at once, or not in time; or it is down, which looks the same."""


class ConnectionFailed(Exception):
    """The connection broke, or what came was no answer."""


class RateLimited(Exception):
    """A limit is reached: ask again after so many seconds; None where GitHub does not say."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Answer(NamedTuple):
    """What GitHub said: data by alias, what was wrong with some of it, and the points that are left."""

    data: dict[str, Any]
    errors: list[dict[str, Any]]
    remaining: int | None = None
    reset: datetime | None = None


class Client:
    """A connection to GitHub's GraphQL API; use it in a ``with`` statement. `ahead` is GitHub's clock over ours."""

    def __init__(self, settings: Settings, token: Token) -> None:
        import httpx2  # slow to import, and many a review needs no GitHub
        from ghapi.core import GhApi

        self._settings, self._http, self.ahead = settings, httpx2, timedelta(0)
        # ghapi knows no token, so that none can show in its attributes: it goes with the connection.
        make: Any = GhApi  # untyped
        api = make(sync=True, gh_host=settings.api_url, authenticate=False, timeout=settings.timeout)
        api.transport.retries = 0
        # Its own way to keep a connection open: without, each request takes a new one.
        api.transport.client = httpx2.Client(
            headers={"Authorization": token.header()}, timeout=settings.timeout, follow_redirects=False
        )
        self._api, self._transport = api, api.transport

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._transport.close()

    def ask(self, request: Request) -> Answer:
        """Send one request.

        Raises `QueryTooLarge`, `ConnectionFailed` or `RateLimited` where it may go better with less, again, or later;
        `ContribkitError` where it will not: a token that is refused, a wrong address, an untrusted certificate.
        """
        http = self._http
        asked = {"query": request.document, "variables": request.variables}
        try:
            response = self._transport.request("POST", self._settings.graphql_url, json=asked, raw=True)
        except http.HTTPStatusError as error:
            self.ahead = _now(error.response.headers) - datetime.now(UTC)
            raise error_from_response(error.response, self._settings) from None
        except http.ReadTimeout:
            raise QueryTooLarge("no answer in time") from None
        except http.TransportError as error:
            raise self._connection_error(error) from None
        except http.DecodingError:
            raise ConnectionFailed("what came cannot be decoded") from None
        self.ahead = _now(response.headers) - datetime.now(UTC)
        return read(response.content, response.headers)

    def call(self, group: str, name: str, **arguments: Any) -> Iterator[Any]:
        """Yield what a list of GitHub's REST interface holds, page by page, through one of ghapi's typed calls.

        Nothing comes where there is no such list. Raises as `ask` does.
        """
        from fasttransport.errors import APIError
        from ghapi import page

        pages: Any = page.sync_paged  # untyped
        try:
            for entries in pages(getattr(getattr(self._api, group), name), per_page=100, **arguments):
                yield from entries
        except APIError as error:
            if error.status_code == 404:
                return
            found = error_from_response(error.response, self._settings) if error.response is not None else None
            found = found or self._connection_error(error.__cause__ or error)
            why = "a limit is reached" if isinstance(found, RateLimited) else str(found)
            is_final = isinstance(found, ContribkitError)
            said = why if is_final else f"GitHub does not answer ({why}); run this again later"
            raise ContribkitError(said) from None

    def _connection_error(self, error: BaseException) -> Exception:
        host, said = self._settings.host, f"the connection broke ({type(error).__name__})"
        if reason := _untrusted(error):
            return ContribkitError(
                f"the certificate that {host} shows is not trusted ({reason}); where a proxy inspects TLS, set "
                "SSL_CERT_FILE to a file that holds the proxy's certificate"
            )
        if isinstance(error, self._http.ConnectError):
            said = f"{host} cannot be reached; is api_url in [sources.github] right, and the network up?"
        return ConnectionFailed(said)


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
        said = json.loads(content)
    except (ValueError, RecursionError):
        raise ConnectionFailed("what came was no JSON") from None
    if not isinstance(said, dict) or not isinstance(said.get("data") or {}, dict):
        raise ConnectionFailed("what came was no answer of GraphQL")
    found = said.get("errors")
    errors = [error for error in found if isinstance(error, dict)] if isinstance(found, list) else []
    is_answer = "data" in said or bool(errors)
    if any(_is_limit(error) for error in (errors if is_answer else [said])):
        raise RateLimited(_wait(headers))
    if not is_answer:
        raise ConnectionFailed(f"what came was no answer of GraphQL: {str(said.get('message') or 'nothing')[:300]}")
    if scopes := [error.get("message") for error in errors if error.get("type") == "INSUFFICIENT_SCOPES"]:
        fix = "the token lacks a scope; give it one, or take another"
        raise ContribkitError(f"GitHub: {fix}. GitHub says: {scopes[0]}")
    data = said.get("data") or {}
    if not data and errors and not any(error.get("path") for error in errors):  # the whole is refused
        why = str(errors[0].get("message"))
        if is_too_large(errors[0]):
            raise QueryTooLarge(why)
        if errors[0].get("type") in ("INTERNAL", "SERVICE_UNAVAILABLE"):
            raise ConnectionFailed(why)
        raise ContribkitError(f"GitHub does not answer what was asked: {why}")
    return Answer(data, errors, *_budget(headers))


def _is_limit(error: dict[str, Any]) -> bool:
    more = error.get("extensions")
    codes = (error.get("type"), error.get("code"), more.get("code") if isinstance(more, dict) else None)
    said = str(error.get("message") or "").casefold()
    is_coded = any(code in ("RATE_LIMITED", "RATE_LIMIT", "graphql_rate_limit") for code in codes)
    return is_coded or "secondary rate limit" in said or "rate limit exceeded" in said


def is_too_large(error: dict[str, Any]) -> bool:
    """Say whether an error means that a query takes too many resources or too long."""
    said = str(error.get("message") or "").casefold()
    words = ("resource limit", "timeout", "timed out", "something went wrong", "node limit")
    return error.get("type") == "RESOURCE_LIMITS_EXCEEDED" or any(word in said for word in words)


def _now(headers: Mapping[str, str]) -> datetime:
    with suppress(KeyError, ValueError, TypeError, OverflowError):
        return parsedate_to_datetime(headers["date"]).astimezone(UTC)
    return datetime.now(UTC)


def _budget(headers: Mapping[str, str]) -> tuple[int | None, datetime | None]:
    """Return the points that are left and when there are new ones; None where a server does not say."""
    remaining, reset = None, None
    with suppress(KeyError, ValueError):
        remaining = int(headers["x-ratelimit-remaining"])
    with suppress(KeyError, ValueError, OverflowError, OSError):
        reset = datetime.fromtimestamp(int(headers["x-ratelimit-reset"]), UTC)
    return remaining, reset


def _wait(headers: Mapping[str, str]) -> float | None:
    """Return for how many seconds GitHub asks to wait, from either header; None where it does not say."""
    now = _now(headers)
    if after := headers.get("retry-after"):
        with suppress(ValueError):
            return max(0.0, float(after))
        with suppress(ValueError, TypeError, OverflowError):
            return max(0.0, (parsedate_to_datetime(after).astimezone(UTC) - now).total_seconds())
    remaining, reset = _budget(headers)
    return max(0.0, (reset - now).total_seconds()) if remaining == 0 and reset else None


def error_from_response(response: Any, settings: Settings) -> Exception:
    """Return what an answer with another status than 200 means."""
    status, host, said = response.status_code, settings.host, ""
    with suppress(ValueError, KeyError, TypeError, RecursionError):
        said = str(response.json()["message"])[:300]
    if status in (502, 503, 504):
        return QueryTooLarge(f"{host} answered {status}")
    if status == 401:
        return ContribkitError(
            f"{host} refuses the token (401): it is wrong, or has run out; make a new one and put it into GITHUB_TOKEN"
        )
    if status in (403, 429):
        seconds = _wait(response.headers)
        if seconds is not None or status == 429 or "rate limit" in said.casefold():
            return RateLimited(seconds)
        return ContribkitError(f"{host} forbids it (403); give the token the scope it lacks. GitHub says: {said}")
    if status >= 500:
        return ConnectionFailed(f"{host} answered {status}")
    return ContribkitError(
        f"{settings.graphql_url}: answered {status}; is api_url in [sources.github] right? It said: {said or 'nothing'}"
    )
