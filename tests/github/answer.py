"""One call of a client, and what it is answered."""

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

_NODE_ID = re.compile(r'"([A-Z]+_\d{8})\\?"')


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
        return not self.prefix and self.path in ("/graphql", "/api/graphql")

    @property
    def query(self) -> str:
        return str(self.body.get("query") or "")

    @property
    def variables(self) -> dict[str, Any]:
        return self.body.get("variables") or {}

    @property
    def ids(self) -> list[str]:
        """The node ids asked for, whether they stand in the query or among its variables."""
        return _NODE_ID.findall(json.dumps([self.query, self.variables]))


@dataclass(frozen=True)
class Answer:
    """What goes back, after `delay` seconds; where `cut` is told, `body` breaks off after as many bytes.

    `pause` is how many seconds GitHub wants to hear nothing after it; `work` is how long GitHub worked by the model,
    and `read` are the ids of the threads that are in it with their comments.
    """

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    points: int = 0
    cut: int | None = None
    delay: float = 0
    pause: float = 0
    work: float = 0
    read: tuple[str, ...] = ()

    @classmethod
    def of(cls, value: Any, status: int = 200, points: int = 0, headers: dict[str, str] | None = None) -> "Answer":
        """Return an answer that holds a value as JSON."""
        return cls(status, json.dumps(value).encode(), headers or {}, points)

    @property
    def value(self) -> Any:
        return json.loads(self.body)

    def with_value(self, value: Any) -> "Answer":
        """Return the same answer with another value."""
        return replace(self, body=json.dumps(value).encode())


@dataclass(frozen=True)
class Request:
    """What is remembered of a call, without its headers: a token is never kept.

    `at` is the emulator's time, `work` the modelled seconds that it took GitHub. It is `hurried` where the answer
    before it wanted a pause and there was none. `read` are the ids of the threads that it got with their comments.
    """

    number: int
    method: str
    path: str
    query: str
    variables: dict[str, Any]
    ids: list[str]
    points: int
    status: int
    at: float
    work: float = 0
    hurried: bool = False
    read: tuple[str, ...] = ()

    @classmethod
    def of(cls, call: Call, answer: Answer, at: float, hurried: bool) -> "Request":
        """Return what is remembered of a call and its answer."""
        return cls(
            call.number, call.method, call.path, call.query, call.variables, call.ids, answer.points, answer.status, at,
            answer.work, hurried, answer.read,
        )  # fmt: skip
