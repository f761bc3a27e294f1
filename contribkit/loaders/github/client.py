"""The client: ghapi on a connection that is kept open, and what GitHub's answers mean."""

import json
import ssl
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from contribkit.errors import ContribkitError
from contribkit.loaders.github.queries import Request
from contribkit.loaders.github.settings import Settings
from contribkit.loaders.github.token import Token


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
    """A connection to GitHub's GraphQL API; use it in a ``with`` statement.

    Parameters
    ----------
    settings
        Where GitHub is.
    token
        Who asks.
    """

    def __init__(self, settings: Settings, token: Token) -> None:
        import httpx2  # slow to import, and many a review needs no GitHub
        from ghapi.core import GhApi

        self._settings = settings
        self._http = httpx2
        # ghapi knows no token, so that none can show in its attributes: it goes with the connection.
        make: Any = GhApi  # untyped
        api = make(sync=True, gh_host=settings.api_url, authenticate=False, timeout=settings.timeout)
        api.transport.retries = 0
        # Its own way to keep a connection open: without, each request takes a new one.
        api.transport.client = httpx2.Client(
            headers={"Authorization": token.header()}, timeout=settings.timeout, follow_redirects=False
        )
        self._transport = api.transport
        self.ahead = timedelta(0)

    def __repr__(self) -> str:
        return f"Client({self._settings.api_url})"

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._transport.close()

    def ask(self, request: Request) -> Answer:
        """Send one request.

        Raises
        ------
        QueryTooLarge, ConnectionFailed, RateLimited
            Where it may go better with less, again, or later.
        ContribkitError
            Where it will not: a token that is refused, a wrong address, a certificate that is not trusted.
        """
        http = self._http
        try:
            response = self._transport.request(
                "POST",
                self._settings.graphql_url,
                json={"query": request.document, "variables": request.variables},
                raw=True,
            )
        except http.HTTPStatusError as error:
            self._set_clock(error.response.headers)
            raise error_from_response(error.response, self._settings) from None
        except http.ReadTimeout:
            raise QueryTooLarge("no answer in time") from None
        except http.TransportError as error:
            raise self._connection_error(error) from None
        except http.DecodingError:
            raise ConnectionFailed("what came cannot be decoded") from None
        self._set_clock(response.headers)
        return read(response.content, response.headers)

    def _connection_error(self, error: Exception) -> Exception:
        host = self._settings.host
        if reason := _untrusted(error):
            return ContribkitError(
                f"the certificate that {host} shows is not trusted ({reason}); where a proxy inspects TLS, set "
                "SSL_CERT_FILE to a file that holds the proxy's certificate"
            )
        if isinstance(error, self._http.ConnectError):
            return ConnectionFailed(
                f"{host} cannot be reached; is api_url in [sources.github] right, and the network up?"
            )
        return ConnectionFailed(f"the connection broke ({type(error).__name__})")

    def _set_clock(self, headers: Mapping[str, str]) -> None:
        """Learn how far GitHub's clock is ahead of this machine's."""
        self.ahead = _now(headers) - datetime.now(UTC)


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
    found = said.get("errors") or []
    errors = [error for error in found if isinstance(error, dict)] if isinstance(found, list) else []
    if "data" not in said and not errors:
        if _is_limit(said):
            raise RateLimited(_wait(headers))
        raise ConnectionFailed(f"what came was no answer of GraphQL: {str(said.get('message') or 'nothing')[:300]}")
    if any(_is_limit(error) for error in errors):
        raise RateLimited(_wait(headers))
    for error in errors:
        if error.get("type") == "INSUFFICIENT_SCOPES":
            raise ContribkitError(
                f"GitHub: the token lacks a scope; give it one, or take another. GitHub says: {error.get('message')}"
            )
    data = said.get("data") or {}
    if not data and errors and not any(error.get("path") for error in errors):
        raise _refusal(errors[0])
    return Answer(data, errors, *_budget(headers))


def _is_limit(error: dict[str, Any]) -> bool:
    """Say whether an error means that a limit is reached."""
    more = error.get("extensions")
    code = (more.get("code") if isinstance(more, dict) else None) or error.get("code")
    said = str(error.get("message") or "").casefold()
    return (
        error.get("type") in ("RATE_LIMITED", "RATE_LIMIT")
        or code == "graphql_rate_limit"
        or "secondary rate limit" in said
        or "rate limit exceeded" in said
    )


def is_too_large(error: dict[str, Any]) -> bool:
    """Say whether an error means that a query takes too many resources or too long."""
    said = str(error.get("message") or "").casefold()
    words = ("resource limit", "timeout", "timed out", "something went wrong", "node limit")
    return error.get("type") == "RESOURCE_LIMITS_EXCEEDED" or any(word in said for word in words)


def _refusal(error: dict[str, Any]) -> Exception:
    """Return what it means that GitHub answers the whole of a request with an error."""
    if is_too_large(error):
        return QueryTooLarge(str(error.get("message")))
    if error.get("type") in ("INTERNAL", "SERVICE_UNAVAILABLE"):
        return ConnectionFailed(str(error.get("message")))
    return ContribkitError(f"GitHub does not answer what was asked: {error.get('message')}")


def _now(headers: Mapping[str, str]) -> datetime:
    """Return what GitHub's clock says, this machine's where it does not."""
    with suppress(KeyError, ValueError, TypeError):
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
        with suppress(ValueError, TypeError):
            return max(0.0, (parsedate_to_datetime(after) - now).total_seconds())
    remaining, reset = _budget(headers)
    return max(0.0, (reset - now).total_seconds()) if remaining == 0 and reset else None


def error_from_response(response: Any, settings: Settings) -> Exception:
    """Return what an answer with another status than 200 means."""
    status, headers, where = response.status_code, response.headers, settings.host
    said = _message(response)
    if status in (502, 503, 504):
        return QueryTooLarge(f"{where} answered {status}")
    if status == 401:
        return ContribkitError(
            f"{where} refuses the token (401): it is wrong, or has run out; make a new one and put it into GITHUB_TOKEN"
        )
    if status in (403, 429):
        seconds = _wait(headers)
        if seconds is not None or status == 429 or "rate limit" in said.casefold():
            return RateLimited(seconds)
        return ContribkitError(f"{where} forbids it (403); give the token the scope it lacks. GitHub says: {said}")
    if status >= 500:
        return ConnectionFailed(f"{where} answered {status}")
    return ContribkitError(
        f"{settings.graphql_url}: answered {status}; is api_url in [sources.github] right? It said: {said or 'nothing'}"
    )


def _message(response: Any) -> str:
    try:
        return str(response.json()["message"])[:300]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
