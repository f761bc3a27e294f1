"""Talk to GitHub through ghapi: one connection that is kept open."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from contribkit.loaders.github.asks import Request
from contribkit.loaders.github.responses import Answer, TooMuch, Unanswered, failure, read
from contribkit.loaders.github.settings import Settings
from contribkit.loaders.github.token import Token


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
        TooMuch, Unanswered, Later
            Where it may go better with less, again, or later.
        ContribkitError
            Where it will not: a token that is refused, an address that is none.
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
            raise failure(error.response, self._settings) from None
        except http.ReadTimeout:
            raise TooMuch("no answer in time") from None
        except http.ConnectError:
            raise Unanswered(
                f"{self._settings.host} cannot be reached; is api_url in [sources.github] right, and the network up?"
            ) from None
        except http.TransportError as error:
            raise Unanswered(f"the connection broke ({type(error).__name__})") from None
        self._set_clock(response.headers)
        return read(response.content, response.headers)

    def _set_clock(self, headers: Mapping[str, str]) -> None:
        """Learn how far GitHub's clock is ahead of this machine's."""
        with suppress(KeyError, ValueError, TypeError):
            self.ahead = parsedate_to_datetime(headers["date"]) - datetime.now(UTC)
