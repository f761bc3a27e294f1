"""One call of a client, and what it is answered."""

import json
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Call:
    """One HTTP request. `number` counts all that came, from 1; `prefix` is what an Enterprise server puts first."""

    number: int
    method: str
    path: str
    arguments: dict[str, str]
    headers: dict[str, str]
    body: dict[str, Any]
    prefix: str = ""

    @property
    def is_graphql(self) -> bool:
        return self.path in ("/graphql", "/api/graphql")

    @property
    def query(self) -> str:
        return str(self.body.get("query") or "")

    @property
    def variables(self) -> dict[str, Any]:
        return self.body.get("variables") or {}

    @property
    def ids(self) -> list[str]:
        """The node ids asked for, wherever among the variables they stand."""
        lists = [value for value in self.variables.values() if isinstance(value, list)]
        return [item for items in lists for item in items if isinstance(item, str)]


@dataclass(frozen=True)
class Answer:
    """What goes back: `body` is sent as it is, and breaks off after `cut` bytes where that is told."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    points: int = 0
    cut: int | None = None

    @classmethod
    def of(cls, value: Any, status: int = 200, points: int = 0, **headers: str) -> "Answer":
        """Return an answer that holds a value as JSON; in names of headers, `_` stands for `-`."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return cls(status, json.dumps(value).encode(), named, points)

    @property
    def value(self) -> Any:
        return json.loads(self.body)

    def with_value(self, value: Any) -> "Answer":
        """Return the same answer with another value."""
        return replace(self, body=json.dumps(value).encode())


@dataclass(frozen=True)
class Request:
    """What is remembered of a call, without its headers: a token is never kept."""

    number: int
    method: str
    path: str
    query: str
    variables: dict[str, Any]
    ids: list[str]
    points: int
    status: int
    at: float
