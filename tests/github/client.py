"""A client that tests of the emulator ask it with; loaders bring their own."""

import http.client
import json
from typing import Any, NamedTuple

from tests.github.emulator import Emulator


class Response(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def value(self) -> Any:
        return json.loads(self.body)


def ask(github: Emulator, query: str, variables: dict[str, Any] | None = None, token: str | None = None) -> Response:
    """Send one GraphQL query."""
    body = json.dumps({"query": query, "variables": variables or {}})
    return send(github, "POST", "/graphql", body, github.token if token is None else token)


def get(github: Emulator, path: str) -> Response:
    """Send one REST request."""
    return send(github, "GET", path, None, github.token)


def send(github: Emulator, method: str, path: str, body: str | None, token: str) -> Response:
    """Send one request on a connection of its own."""
    connection = http.client.HTTPConnection(github.url.removeprefix("http://"), timeout=60)
    try:
        connection.request(method, path, body, {"Authorization": f"bearer {token}"} if token else {})
        answer = connection.getresponse()
        return Response(answer.status, dict(answer.getheaders()), answer.read())
    finally:
        connection.close()
