"""Run queries within GitHub's limits: as many as fit a request, again what did not come, until nothing waits.

A null is never an answer. Only ``NOT_FOUND`` at exactly the path of what was asked means that it is gone; whatever
else is null or missing is asked for again, and said where that does not help.
"""

import math
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from tqdm import tqdm

from contribkit.errors import ContribkitError
from contribkit.loaders.github.client import Answer, Client, ConnectionFailed, QueryTooLarge, RateLimited, is_too_large
from contribkit.loaders.github.queries import KINDS, Query, QueryKind, Request, compose

ResponsePath = tuple[str | int, ...]
Receive = Callable[[Query, dict[str, Any] | None], Iterator[Query] | None]
Transaction = Callable[[], AbstractContextManager[None]]
PARTIAL = "partial"  # a key of payloads in which something is missing

_TRIES = 4  # of one query that comes back with something missing
_NOTABLE = 500  # points from which on the cost is said first
# What GitHub leaves null where nothing is missing. That people are null is asked for once more: see `hydrate`.
_NULLABLE = {
    "author", "actor", "mergedBy", "enqueuer", "enabler", "user", "submittedAt", "closedAt", "mergedAt", "publishedAt",
    "description", "name", "startCursor", "endCursor", "latestRelease", "defaultBranchRef", "target",
    "statusCheckRollup", "reviewDecision", "possibleTypes", "fields", "milestone",
}  # fmt: skip
_PAGES = {"labels": 20, "files": 100}  # connections of which the first page is all that is read
_CONNECTION_TRIES = 5
_MOST_FAILURES = 8  # requests in a row without a success: enough to come down from a hundred queries to one
_LONGEST_PAUSE = 16  # seconds
_SECONDARY = 60  # seconds to wait where GitHub does not say how long, doubled each time
_SHORTEST_PAGE = 5
_CALM = 1.01  # by which each success raises what failed once, so that it is tried again some day


@dataclass
class BatchSize:
    """How many queries of one kind a request holds, how many entries a page, and how many queries failed last."""

    size: float
    page: float
    ceiling: float = math.inf


class BatchSizes:
    """The size of a request for each kind of query, also as the last load left it; kinds in one request share it."""

    def __init__(self, known: dict[str, tuple[float, int]] | None = None) -> None:
        self._sizes = {name: BatchSize(kind.size, kind.page) for name, kind in KINDS.items()}
        for name, (size, page) in (known or {}).items():
            if name in self._sizes:
                self._sizes[name] = BatchSize(min(size, KINDS[name].most), page)
        self._sizes |= {name: self._sizes[kind.like] for name, kind in KINDS.items() if kind.like}

    def told(self) -> dict[str, tuple[float, int]]:
        """Return size and page by kind, for the store and for what is asked next."""
        return {name: (one.size, int(one.page)) for name, one in self._sizes.items()}

    def weigh(self, queries: Iterable[Query]) -> float:
        """Return which share of a request some queries take together."""
        return sum(1 / self._sizes[query.kind].size for query in queries)

    def grow(self, queries: list[Query]) -> None:
        """Note that a request was answered; a small one does not show that larger ones would be."""
        is_full = self.weigh(queries) > 0.6
        for one, kind in self._of(queries):
            one.ceiling *= _CALM
            if is_full:
                factor = 2 if kind.connections <= 1 else 1.5
                one.size = max(1.0, min(one.size * factor, one.ceiling, kind.most))
            one.page = min(kind.page, one.page * 1.07)

    def shrink(self, queries: list[Query], answered: list[Query]) -> bool:
        """Note that a request was too large, of which a part came; return False where it can get no smaller."""
        if len(queries) == 1 and not answered:
            one = self._sizes[queries[0].kind]
            is_long = one.page > _SHORTEST_PAGE
            one.page = max(_SHORTEST_PAGE, one.page // 2) if is_long else one.page
            return is_long
        whole = self.weigh(queries)
        share = min(1.0, whole) * max(0.1 if answered else 0.5, self.weigh(answered) / whole)
        for one, _ in self._of(queries):
            held, one.size = one.size, max(1.0, one.size * min(share, 0.95))
            one.ceiling = max(one.size, held * 0.8)
        return True

    def _of(self, queries: Iterable[Query]) -> list[tuple[BatchSize, QueryKind]]:
        return [*{id(self._sizes[one.kind]): (self._sizes[one.kind], KINDS[one.kind]) for one in queries}.values()]


class RateLimiter:
    """Sends requests within GitHub's limits; `longest` is how many minutes to wait at most for new points."""

    def __init__(self, client: Client, longest: float) -> None:
        self.client, self._longest = client, longest
        self.remaining: int | None = None
        self.reset: datetime | None = None
        self._failures = self._limited = 0

    def ask(self, request: Request) -> Answer:
        """Send a request, once there are points for it; raise `QueryTooLarge` where less must be asked."""
        while True:
            if self.remaining is not None and self.remaining < request.points and self.reset is not None:
                now = datetime.now(UTC) + self.client.ahead
                self._wait((self.reset - now).total_seconds(), "the points of the token are used up")
            if self._failures:
                time.sleep(min(_LONGEST_PAUSE, 2 ** (self._failures - 1)))
            try:
                answer = self.client.ask(request)
            except RateLimited as error:
                self._limited += 1
                if self._limited > _MOST_FAILURES:
                    self._give_up(_MOST_FAILURES, "a limit is reached each time")
                seconds = _SECONDARY * 2 ** (self._limited - 1) if error.seconds is None else error.seconds
                self._wait(max(1.0, seconds), "GitHub asks to wait")
            except ConnectionFailed as error:
                self.failed(str(error), _CONNECTION_TRIES)
            except QueryTooLarge as error:
                self.failed(str(error))
                raise
            else:
                self.remaining, self.reset, self._limited = answer.remaining, answer.reset, 0
                return answer

    def succeeded(self, is_whole: bool = True) -> None:
        """Note that something was answered; where a part was too much, the next request comes after a pause."""
        self._failures = 0 if is_whole else 1

    def failed(self, why: str, tries: int = _MOST_FAILURES) -> None:
        """Note that nothing was answered; the next request comes after a longer pause, or none after so many."""
        self._failures += 1
        if self._failures >= tries:
            self._give_up(self._failures, why)

    def _give_up(self, times: int, why: str) -> NoReturn:
        raise ContribkitError(f"GitHub did not answer {times} times ({why}); load again later: what is there stays")

    def _wait(self, seconds: float, why: str) -> None:
        until = datetime.now(UTC) + timedelta(seconds=min(seconds, 86_400 * 365))
        clock = f"{until.astimezone():%H:%M:%S}"
        if seconds > self._longest * 60:
            raise ContribkitError(
                f"GitHub: {why} until {clock}, longer than longest_wait = {self._longest:g} minutes; "
                "load again then: it goes on where it stopped"
            )
        self.remaining = None
        for _ in tqdm(range(math.ceil(seconds)), f"{why}, until {clock}", unit="s", leave=False, file=sys.stderr):
            time.sleep(max(0.0, min(1.0, (until - datetime.now(UTC)).total_seconds())))


class Runner:
    """Asks queries and those that follow from their answers; all answers of one request are received in a transaction.

    `receive` takes a query and its payload, None where it is gone, and yields what is asked next.
    """

    def __init__(
        self, limiter: RateLimiter, sizes: BatchSizes, receive: Receive, transaction: Transaction = nullcontext
    ) -> None:
        self.lacking: list[str] = []
        self._broken: dict[str, None] = {}
        self._limiter, self._sizes, self._receive, self._transaction = limiter, sizes, receive, transaction
        self._waiting: dict[str, Query] = {}
        self._seen: set[str] = set()
        self._tried: Counter[str] = Counter()
        self._forbidden: Counter[str] = Counter()
        self._said = False

    def run(self, queries: Iterable[Query]) -> None:
        """Ask some queries and all that follow from them; what was asked before is not asked again."""
        self._add(queries)
        with tqdm(desc="asking GitHub", unit=" answers", delay=2, leave=False, file=sys.stderr) as bar:
            while self._waiting:
                batch: list[Query] = []
                weight = 0.0
                for query in self._waiting.values():  # what waits longest, as much as fits a request
                    weight += self._sizes.weigh([query])
                    if batch and weight > 1.001:
                        break
                    batch.append(query)
                self._say_cost()
                self._ask(batch)
                bar.total = bar.n + len(batch) + len(self._waiting)
                bar.update(len(batch))

    def unanswered(self) -> Counter[str]:
        """Return how many queries still wait, by what people call them."""
        return Counter(KINDS[query.kind].word for query in self._waiting.values())

    def problems(self) -> list[str]:
        """Return sentences on what GitHub does not answer, and on what the token may not see."""
        forbidden = [f"GitHub forbids {what} ({count} times)" for what, count in sorted(self._forbidden.items())]
        return [*self._broken, *forbidden]

    def _add(self, queries: Iterable[Query] | None) -> None:
        for query in queries or ():
            if query.key not in self._seen:
                self._seen.add(query.key)
                self._waiting[query.key] = query

    def _ask(self, batch: list[Query]) -> None:
        request = compose(batch, {name: page for name, (_, page) in self._sizes.told().items()}, self.lacking)
        try:
            answer = self._limiter.ask(request)
        except QueryTooLarge as error:
            self._too_large(batch, [], str(error))
            return
        with self._transaction():
            answered = [query for query, path in request.paths if self._is_answered(query, path, answer)]
        for query in answered:
            del self._waiting[query.key]
        if len(answered) == len(batch):
            self._sizes.grow(batch)
            self._limiter.succeeded()
            return
        why = str((answer.errors or [{}])[0].get("message") or "nothing came")
        is_large = any(map(is_too_large, answer.errors))
        if is_large:
            self._too_large(batch, answered, why)
        if answered:
            self._limiter.succeeded(is_whole=not is_large)
        else:
            self._limiter.failed(why)
        for query in batch:  # behind what was not asked yet, so that one that is never answered holds nothing up
            if query.key in self._waiting:
                self._waiting[query.key] = self._waiting.pop(query.key)

    def _too_large(self, batch: list[Query], answered: list[Query], why: str) -> None:
        if not self._sizes.shrink(batch, answered) and self._is_tried(batch[0], why):
            self._waiting.pop(batch[0].key, None)

    def _is_answered(self, query: Query, path: ResponsePath, answer: Answer) -> bool:
        """Hand over the answer of a query, if it is one; else it waits on, until it was tried too often."""
        errors = [error for error in answer.errors if _path(error)[: len(path)] == path]
        denied = [error for error in errors if error.get("type") == "FORBIDDEN"]
        payload: Any = answer.data.get(str(path[0]))
        if len(path) == 2:  # one of a list
            number = int(path[1])
            payload = payload[number] if isinstance(payload, list) and number < len(payload) else None
        if query.kind == "schema" and not errors and payload is None:
            payload = {}  # a type that the schema does not have
        if isinstance(payload, dict):
            if missing := missing_paths(payload, path, errors, query.argument):
                payload = without_gaps(payload, [place[len(path) :] for place in missing])
                if not all(_is_under(place, denied) for place in missing):
                    return self._is_given_up(query, payload, errors)
                self._forbid(denied)
            self._add(self._receive(query, payload))
            return True
        if any(error.get("type") == "NOT_FOUND" and _path(error) == path for error in errors):
            is_owner = query.argument.get("type") == "organization"  # or else a user
            self._add([query.replace(type="user")] if is_owner else self._receive(query, None))
            return True
        self._forbid(denied)
        return bool(denied) or self._is_given_up(query, payload, errors)

    def _is_given_up(self, query: Query, payload: Any, errors: list[dict[str, Any]]) -> bool:
        """Count a try of a query, and give up what was tried too often: keep what is there of it."""
        if any(error.get("type") == "RESOURCE_LIMITS_EXCEEDED" for error in errors):
            return False  # the next request is smaller
        places = query.argument.get("places") or []
        if errors and len(places) > 1 and places[0][0] != "-" and not any(map(is_too_large, errors)):
            middle = len(places) // 2  # refused, perhaps for its length
            self._add(query.replace(places=half) for half in (places[:middle], places[middle:]))
            return True
        if not self._is_tried(query, str(errors[0].get("message")) if errors else "a part of the answer is missing"):
            return False
        if isinstance(payload, dict):
            self._add(self._receive(query, payload))
        return True

    def _is_tried(self, query: Query, why: str) -> bool:
        self._tried[query.key] += 1
        if self._tried[query.key] < _TRIES:
            return False
        argument = query.argument
        name = next((argument[key] for key in ("id", "repo", "login", "query") if argument.get(key)), argument)
        self._broken[f"GitHub gives no {KINDS[query.kind].word} for {name}: {why}"] = None
        return True

    def _forbid(self, errors: list[dict[str, Any]]) -> None:
        for error in errors:
            place = next((str(step) for step in reversed(_path(error)) if isinstance(step, str)), "something")
            what = "what was asked" if place[1:].isdigit() else f'"{place}"'
            self._forbidden[f"{what}: {str(error.get('message'))[:500]}"] += 1

    def _say_cost(self) -> None:
        """Say once, when all searches are done, what the rest costs, where it is much or more than there is."""
        kinds = [query.kind for query in self._waiting.values()]
        if self._said or os.environ.get("TQDM_DISABLE") or {"search", "probe", "owner", "account"}.intersection(kinds):
            return
        self._said = True
        cost, left = max(1, round(sum(KINDS[kind].connections for kind in kinds) / 100)), self._limiter.remaining
        if cost < _NOTABLE and (left is None or cost <= left):
            return
        said = f"GitHub: {self.unanswered()['thread']:,} threads to read, about {cost:,} points"
        if left is not None and cost > left and self._limiter.reset:
            said += f"; {left:,} are left until {self._limiter.reset.astimezone():%H:%M}: it waits then, and goes on"
        tqdm.write(said, file=sys.stderr)


def missing_paths(
    payload: dict[str, Any], path: ResponsePath, errors: list[dict[str, Any]], argument: dict[str, Any] | None = None
) -> list[ResponsePath]:
    """Return where something is missing in a payload: null without being gone, or a page that is too short.

    `path` is where the payload stands in the answer; of a later page, `argument` says what there was before.
    """
    gone = [error for error in errors if error.get("type") == "NOT_FOUND"]
    return [place for place in _gaps(payload, path, argument or {}) if not _is_under(place, gone)]


def without_gaps(payload: dict[str, Any], gaps: list[ResponsePath]) -> dict[str, Any]:
    """Return a payload without the entries of lists in which something is missing, marked as `PARTIAL`."""
    entries, whole = set(), set()
    for gap in gaps:
        last = max((place for place, step in enumerate(gap) if isinstance(step, int)), default=-1)
        if last >= 0:
            entries.add(gap[: last + 1])
        elif len(gap) > 1:  # a connection without an end or a count
            whole.add(str(gap[0]))
    for *path, number in sorted(entries, reverse=True):
        found: Any = payload
        for step in path:
            found = found[step]
        del found[number]
    return payload | dict.fromkeys(whole) | {PARTIAL: True}


def _gaps(value: Any, path: ResponsePath, argument: dict[str, Any]) -> Iterator[ResponsePath]:
    is_object = isinstance(value, dict)
    if is_object and not _is_consistent(value, path, argument):
        yield path
    for step, inside in value.items() if is_object else enumerate(value):
        # A label always has a name, a release or the author of a commit may have none.
        is_named = step == "name" and not ({"tagName", "user"} & value.keys())
        if inside is None and (step not in _NULLABLE or is_named):
            yield (*path, step)
        elif isinstance(inside, dict | list):
            yield from _gaps(inside, (*path, step), argument)


def _is_consistent(value: dict[str, Any], path: ResponsePath, argument: dict[str, Any]) -> bool:
    """Say whether what may be null or short in an object fits the rest of it."""
    ends = {"CLOSED": "closedAt", "MERGED": "mergedAt"}
    if value.get(ends.get(value.get("state") or "", ""), "") is None:
        return False
    nodes, counted = value.get("nodes"), value.get("totalCount", value.get("count", value.get("issueCount")))
    if not isinstance(nodes, list) or not isinstance(counted, int):
        return True
    if "totalCount" not in value:
        counted = min(counted, 1000)  # a search shows no more
    page = value.get("pageInfo")
    if not isinstance(page, dict):
        return len(nodes) >= min(_PAGES.get(str(path[-1]), 0), counted)
    if page.get("hasPreviousPage") or page.get("hasNextPage"):
        return bool(page.get("startCursor") or page.get("endCursor"))
    shown: int = argument.get("shown", 0) + len(nodes)
    return bool(shown >= min(counted, argument.get("count", counted)))


def _path(error: dict[str, Any]) -> ResponsePath:
    path = error.get("path")
    return tuple(path) if isinstance(path, list) else ()


def _is_under(place: ResponsePath, errors: list[dict[str, Any]]) -> bool:
    """Say whether an error explains why a place is null: it is there, or further in and the null has climbed."""
    return any(_path(error)[: len(place)] == place for error in errors)
