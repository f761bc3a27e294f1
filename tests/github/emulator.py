"""A GitHub on this machine: who may ask, what it costs, and what is remembered of every request."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Self

from tests.github import traps
from tests.github.answer import Answer, Call, Request
from tests.github.budget import Budget
from tests.github.graphql.context import Context
from tests.github.graphql.run import answer, prepare
from tests.github.rest.routes import Rest
from tests.github.search import Search
from tests.github.server import Server
from tests.github.traps import Traps
from tests.github.workload import Workload

# Invented: nothing accepts them but the emulator.
TOKEN, SCOPELESS_TOKEN, EXPIRING_TOKEN = (
    "emulated-token-of-ada",
    "emulated-token-without-scope",
    "emulated-token-expiring",
)


@dataclass
class Emulator:
    """An emulated GitHub, running inside ``with``.

    Parameters
    ----------
    workload
        What it serves.
    traps
        Names of `tests.github.traps.TRAPS`, or a dict of name to the number of the request at which the trap springs.
    most_nodes
        Above as many possible nodes a query is answered with 502, as one is that takes GitHub over ten seconds.
    slowness
        How many seconds the trap ``slow`` takes.
    expires_after
        After how many requests `expiring_token` is none any more.
    port
        Where it listens; 0 takes a free one.
    after
        Called with the number of each request once it is answered.

    Attributes
    ----------
    url
        The base of the REST interface; GraphQL is below it at ``/graphql``. A GitHub Enterprise server answers at
        ``enterprise_url``, and at ``/api/graphql``.
    requests
        Every request so far, as `Request`; `points` is what they cost together.
    token, scopeless_token, expiring_token
        The tokens that it takes: one with the scope ``repo``, one without any scope, one that ends.

    Examples
    --------
    >>> with Emulator(Workload.small()) as github:
    ...     github.url.startswith("http://127.0.0.1:"), github.points
    (True, 0)
    """

    workload: Workload
    traps: Iterable[str] | Mapping[str, int] = ()
    most_nodes: int = 250_000
    slowness: float = 1.0
    expires_after: int = 3
    port: int = 0
    after: Callable[[int], None] = lambda number: None
    requests: list[Request] = field(default_factory=list)
    token: str = TOKEN
    scopeless_token: str = SCOPELESS_TOKEN
    expiring_token: str = EXPIRING_TOKEN

    def __post_init__(self) -> None:
        self._lock = Lock()
        self.reset()

    def __enter__(self) -> Self:
        self._server = Server(self.port, self.handle, self.after)
        return self

    def __exit__(self, *raised: object) -> None:
        self._server.close()

    def reset(self) -> None:
        """Forget every request; the budget is full and the traps are set again."""
        self.requests.clear()
        self.budget, self.rest_budget = Budget(), Budget("core")
        self._traps = Traps(self.traps)
        self._expiring_used = 0
        self._indexed: tuple[int, Search] | None = None

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def enterprise_url(self) -> str:
        return f"{self.url}/api/v3"

    @property
    def points(self) -> int:
        return sum(request.points for request in self.requests)

    @property
    def sprung(self) -> list[str]:
        """The traps that have sprung, in order."""
        return self._traps.sprung

    def handle(self, call: Call) -> Answer:
        """Answer one call, and remember it."""
        with self._lock:
            call = replace(call, number=len(self.requests) + 1)
            trap = self._traps.next(call)
            answered = trap.spring(self, call, lambda: self._serve(call)) if trap else self._serve(call)
            asked = (call.method, call.path, call.query, call.variables, call.ids)
            self.requests.append(Request(call.number, *asked, answered.points, answered.status, time.time()))
            return answered

    def _serve(self, call: Call) -> Answer:
        scopes = self._scopes(call.headers.get("authorization", ""))
        if scopes is None:
            return Answer.of({"message": "Bad credentials"}, 401)
        if not call.is_graphql:
            return self._rest(call, scopes)
        if call.method != "POST" or not call.query:
            return Answer.of({"message": "A query attribute must be specified and must be a string."}, 400)
        return self._graphql(call, scopes)

    def _scopes(self, authorization: str) -> frozenset[str] | None:
        """Return the scopes of a token, None where it is none."""
        word = authorization.removeprefix("Bearer ").removeprefix("bearer ").removeprefix("token ")
        if word == self.expiring_token:
            self._expiring_used += 1
            return frozenset({"repo"}) if self._expiring_used <= self.expires_after else None
        return {self.token: frozenset({"repo"}), self.scopeless_token: frozenset[str]()}.get(word)

    def _graphql(self, call: Call, scopes: frozenset[str]) -> Answer:
        ready = prepare(call.query, call.variables)
        points = ready.cost.points
        if ready.document is None:
            return self._with_headers(Answer.of({"errors": ready.errors}), self.budget, scopes)
        if not self.budget.charge(points):
            return traps.rate_limited(self.budget.headers)
        if ready.cost.nodes > self.most_nodes:
            return self._with_headers(replace(traps.bad_gateway(), points=points), self.budget, scopes)
        context = Context(self.workload, self._search, scopes, self.budget.graphql(points, ready.cost.nodes))
        told = Answer.of(answer(ready.document, call.variables, context), points=points)
        return self._with_headers(told, self.budget, scopes)

    def _rest(self, call: Call, scopes: frozenset[str]) -> Answer:
        if call.path != "/rate_limit" and not self.rest_budget.charge(1):
            said = Answer.of({"message": "API rate limit exceeded for user ID 1."}, 403)
            return self._with_headers(said, self.rest_budget, scopes)
        limits = {"core": self.rest_budget.rest(), "graphql": self.budget.rest()}
        answered = Rest(call, Context(self.workload, self._search, scopes), limits).answer()
        return self._with_headers(answered, self.rest_budget, scopes)

    def _with_headers(self, answered: Answer, budget: Budget, scopes: frozenset[str]) -> Answer:
        return replace(
            answered, headers=answered.headers | budget.headers | {"X-OAuth-Scopes": ", ".join(sorted(scopes))}
        )

    @property
    def _search(self) -> Search:
        """The index of the workload as it is now: it may have grown since the last request."""
        size = len(self.workload.nodes)
        if self._indexed is None or self._indexed[0] != size:
            self._indexed = (size, Search(self.workload))
        return self._indexed[1]
