"""A GitHub on this machine: who may ask, what it costs, and what is remembered of every request."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import cycle
from threading import Lock
from typing import Self

from tests.github.answer import Answer, Call, Request
from tests.github.budget import Budget
from tests.github.clock import Clock
from tests.github.graphql.between import Nulls, Refusals
from tests.github.graphql.context import Access, Context
from tests.github.graphql.errors import sso_address
from tests.github.graphql.resources import Form, Resources
from tests.github.graphql.run import Between, Prepared, answer, prepare
from tests.github.rest.routes import Rest
from tests.github.search.index import Rules, Search
from tests.github.server import Server
from tests.github.traps import TRAPS, Traps, Value
from tests.github.traps.answers import bad_gateway, rate_limited
from tests.github.workload import Workload
from tests.github.world.truth import Row

SLEEP = "/_emulator/sleep"
LAG = 3600.0  # seconds until the search index has caught up
_FORMS: dict[str, Form] = {
    "resource_limits": "one",
    "resource_limits_each": "each",
    "resource_limits_no_path": "no_path",
    "resource_limits_data_null": "data_null",
}
# The fields of threads without which an act is not known.
_FIELDS = {"reviewed": {"reviews"}, "merged": {"mergedBy"}, "opened": {"author"}, "commented": {"comments"}}
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
        Names of `tests.github.traps.TRAPS`, or a dict of name to value: of an accident, the number of its request.
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
    alter
        Called with each call and its answer; what it returns is sent.

    Attributes
    ----------
    url
        The base of the REST interface; GraphQL is below it at ``/graphql``. A GitHub Enterprise server answers at
        ``enterprise_url``, and at ``/api/graphql``.
    requests
        Every request so far, as `Request`; `points` is what they cost together.
    clock
        The emulator's time. Give ``clock.sleep`` to a client in place of `time.sleep`, and nobody waits; a client in
        another process asks for ``/_emulator/sleep?seconds=60``.
    token, scopeless_token, expiring_token
        The tokens that it takes: one with ``repo`` and ``read:project``, one without any scope, one that ends.

    Examples
    --------
    >>> with Emulator(Workload.small()) as github:
    ...     github.url.startswith("http://127.0.0.1:"), github.points
    (True, 0)
    """

    workload: Workload
    traps: Iterable[str] | Mapping[str, Value] = ()
    most_nodes: int = 250_000
    slowness: float = 1.0
    expires_after: int = 3
    port: int = 0
    after: Callable[[int], None] = lambda number: None
    alter: Callable[[Call, Answer], Answer] = lambda call, answered: answered
    clock: Clock = field(default_factory=Clock)
    requests: list[Request] = field(default_factory=list)
    token: str = TOKEN
    scopeless_token: str = SCOPELESS_TOKEN
    expiring_token: str = EXPIRING_TOKEN

    def __post_init__(self) -> None:
        self._lock = Lock()
        Traps(TRAPS, self.traps).change(self.workload)
        self.reset()

    def __enter__(self) -> Self:
        self._server = Server(self.port, self.handle, self.after, self.clock)
        return self

    def __exit__(self, *raised: object) -> None:
        self._server.close()

    def reset(self) -> None:
        """Forget every request; the budget is full and the traps are set again."""
        self.requests.clear()
        self._traps = Traps(TRAPS, self.traps)
        points = int(self._traps.number("points") or 5000)
        self.budget = Budget(limit=points, clock=self.clock)
        self.rest_budget = Budget("core", limit=points, clock=self.clock)
        self._began: float | None = None
        self._quiet_until = 0.0
        self._forms = cycle([name for name in _FORMS if name in self._traps.on])
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
        """The accidents that happened, and the limits, outages and changes that had an effect, in order."""
        return self._traps.sprung

    @property
    def hurried(self) -> list[int]:
        """The numbers of the requests that came before the pause was over that the answer before them wanted."""
        return [request.number for request in self.requests if request.hurried]

    def handle(self, call: Call) -> Answer:
        """Answer one call, and remember it; one of `SLEEP` only moves the clock on, for clients in other processes."""
        if call.path == SLEEP:
            self.clock.sleep(float(call.arguments["seconds"]))
            return Answer.of({"now": self.clock.now()})
        with self._lock:
            call = replace(call, number=len(self.requests) + 1)
            at = self.clock.now()
            self._began = at if self._began is None else self._began
            answered = self.alter(call, self._answer(call))
            self.requests.append(Request.of(call, answered, at, at < self._quiet_until))
            self._quiet_until = at + answered.pause
            return answered

    def _answer(self, call: Call) -> Answer:
        if self._within("outage"):
            self._traps.sprang("outage")
            return bad_gateway()
        accident = self._traps.next(call)
        return accident(self, call, lambda: self._serve(call)) if accident else self._serve(call)

    def _within(self, trap: str) -> bool:
        """Say whether less time has passed since the first request than the value of a trap."""
        seconds = self._traps.number(trap)
        return seconds is not None and self._began is not None and self.clock.now() < self._began + seconds

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
        return {self.token: frozenset({"repo", "read:project"}), self.scopeless_token: frozenset[str]()}.get(word)

    def _graphql(self, call: Call, scopes: frozenset[str]) -> Answer:
        ready = prepare(call.query, call.variables, self._lacking)
        points = ready.cost.points
        if ready.document is None:
            return self._with_headers(Answer.of({"errors": ready.errors}), self.budget, scopes)
        if not self.budget.charge(points):
            return rate_limited(self.budget.headers, self.budget.seconds_left)
        if self._takes_too_long(ready):
            # Time-outs cost extra.
            self.budget.charge(points)
            return self._with_headers(bad_gateway(2 * points, ready.cost.work), self.budget, scopes)
        told = self._executed(call, ready, scopes)
        return self._with_headers(replace(told, points=points, work=ready.cost.work), self.budget, scopes)

    def _takes_too_long(self, ready: Prepared) -> bool:
        most = self._traps.number("work")
        if most is not None and ready.cost.work > most:
            self._traps.sprang("work")
            return True
        return ready.cost.nodes > self.most_nodes

    def _executed(self, call: Call, ready: Prepared, scopes: frozenset[str]) -> Answer:
        assert ready.document
        context = self._context(call, scopes, self.budget.graphql(ready.cost.points, ready.cost.nodes))
        resources, nulls = self._resources(), self._nulls(call.number)
        between: list[Between] = [one for one in (*self._refusals(), *nulls, resources) if one]
        told = answer(ready.document, call.variables, context, between, self._lacking)
        if resources and resources.used_up_at is not None:
            self._traps.sprang(next(name for name, form in _FORMS.items() if form == resources.form))
            told = resources.told(told)
        for one in nulls:
            told = one.told(told)
        return replace(Answer.of(told), read=tuple(context.read))

    def _refusals(self) -> list[Refusals]:
        fields = self._traps.text("fine_grained")
        owner = self._owner("2") if fields else None
        return [Refusals(frozenset(fields.split(",")), owner)] if fields and owner else []

    def _nulls(self, number: int) -> list[Nulls]:
        shares = [(self._traps.number("nulls"), False), (self._traps.number("silent_nulls"), True)]
        return [Nulls(share, silent, number) for share, silent in shares if share]

    def _owner(self, chosen: str | None) -> str | None:
        """Return an organisation's login in lower case, which is told by its place among those upstream."""
        if chosen is None or not chosen.isdecimal():
            return chosen and chosen.lower()
        owners = dict.fromkeys(one.owner for one in self.workload.world.upstream if one.owner.kind == "Organization")
        return [owner.login.lower() for owner in owners][int(chosen) - 1]

    @cached_property
    def _lacking(self) -> frozenset[str]:
        """What the schema lacks."""
        return frozenset((self._traps.text("enterprise") or "").split(",")) - {""}

    def _access(self, scopes: frozenset[str]) -> Access:
        saml, policy = (self._owner(self._traps.text(name)) for name in ("saml", "policy"))
        return Access(scopes, saml, policy, blind="reads_nothing" in self._traps.on)

    def readable(self, row: Row) -> bool:
        """Say of a row of the truth whether the token may read it, and whether the schema has it."""
        owner = row.ref.partition("/")[0].lower()
        if self._access(frozenset()).refusal(owner):
            return False
        if "Discussion" in self._lacking and row.ref.lower() in self._discussions:
            return False
        return not any(
            one.owner == owner and not one.fields.isdisjoint(_FIELDS.get(row.act, ())) for one in self._refusals()
        )

    @cached_property
    def _discussions(self) -> set[str]:
        return {one.ref.lower() for one in self.workload.discussions}

    def _resources(self) -> Resources | None:
        """Return the budget of the next query; of several forms each has its turn, and the least budget counts."""
        limits = [limit for name in _FORMS if (limit := self._traps.number(name)) is not None]
        return Resources(min(limits), _FORMS[next(self._forms)]) if limits else None

    def _context(self, call: Call, scopes: frozenset[str], rate_limit: dict[str, object] | None = None) -> Context:
        access = self._access(scopes)
        return Context(self.workload, self._search, access, rate_limit or {}, self._rules(call.number))

    def _rules(self, number: int) -> Rules:
        value = self._traps.number
        lag = value("search_lag") or 0
        return Rules(
            all_places=bool(value("search_and")),
            wants_kind=bool(value("search_wants_is")),
            most_qualifiers=value("search_qualifiers") or float("inf"),
            unknown=lag if self._began is not None and self.clock.now() < self._began + LAG else 0,
            hidden=value("search_short") or 0,
            turn=number,
        )

    def _rest(self, call: Call, scopes: frozenset[str]) -> Answer:
        if call.path != "/rate_limit" and not self.rest_budget.charge(1):
            said = Answer.of({"message": "API rate limit exceeded for user ID 1."}, 403)
            return self._with_headers(said, self.rest_budget, scopes)
        limits = {"core": self.rest_budget.rest(), "graphql": self.budget.rest()}
        answered = Rest(call, self._context(call, scopes), limits).answer()
        return self._with_headers(answered, self.rest_budget, scopes)

    def _with_headers(self, answered: Answer, budget: Budget, scopes: frozenset[str]) -> Answer:
        """Return an answer with what GitHub says of limits, scopes and single sign-on; Enterprise has no limits."""
        told = {"X-OAuth-Scopes": ", ".join(sorted(scopes))} | ({} if self._lacking else budget.headers)
        if b'"saml_failure"' in answered.body:
            told["X-GitHub-SSO"] = f"required; url={sso_address(self._owner(self._traps.text('saml')) or '')}"
        return replace(answered, headers=answered.headers | told)

    @property
    def _search(self) -> Search:
        """The index of the workload as it is now: it may have grown since the last request."""
        version = self.workload.version
        if self._indexed is None or self._indexed[0] != version:
            self._indexed = (version, Search(self.workload))
        return self._indexed[1]
