"""Run queries within GitHub's limits: as many as fit a request, again what did not come, until nothing waits.

A null is never an answer: only ``NOT_FOUND`` at its path means that something is gone. Whatever else is missing is
asked for again, and said where that does not help.
"""

import math
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tqdm import tqdm

from contribkit.errors import ContribkitError
from contribkit.loaders.github.cache import Store
from contribkit.loaders.github.client import Answer, Client, ConnectionFailed, QueryTooLarge, RateLimited, is_too_large
from contribkit.loaders.github.queries import KINDS, NAMES, Query, Request, ResponsePath, compose, dig, points, say
from contribkit.text import pluralise

Receive = Callable[[Query, Any], Iterable[Query] | None]  # of a query and its payload, None where it is gone
PARTIAL = "partial"  # a key of payloads in which something is missing

_TRIES = 4  # of one query that comes back with something missing
_NOTABLE = 500  # points from which on the cost is said first
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

    def __init__(self, known: Iterable[tuple[str, float, int]]) -> None:
        held = {name: (min(size, KINDS[name].most), page) for name, size, page in known if name in KINDS}
        self._sizes = {name: BatchSize(*held.get(name, kind[:2])) for name, kind in KINDS.items()}

    def told(self) -> list[tuple[str, float, int]]:
        """Return each kind with its size and page, for the store and for what is asked next."""
        sizes = {name: self._sizes[kind.like] for name, kind in KINDS.items()}
        return [(name, one.size, int(one.page)) for name, one in sizes.items()]

    def weigh(self, queries: Iterable[Query]) -> float:
        """Return which share of a request some queries take together."""
        return sum(1 / self._sizes[KINDS[query.kind].like].size for query in queries)

    def grow(self, queries: list[Query]) -> None:
        """Note that a request was answered; a small one does not show that larger ones would be."""
        is_full = self.weigh(queries) > 0.6
        for name in {KINDS[query.kind].like for query in queries}:
            one, kind = self._sizes[name], KINDS[name]
            one.ceiling *= _CALM
            if is_full:
                factor = 2 if kind.connections <= 1 else 1.5
                one.size = max(1.0, min(one.size * factor, one.ceiling, kind.most))
            one.page = min(kind.page, one.page * 1.07)

    def shrink(self, queries: list[Query], answered: list[Query]) -> bool:
        """Note that a request was too large, of which a part came; return False where it can get no smaller."""
        if len(queries) == 1 and not answered:
            one = self._sizes[KINDS[queries[0].kind].like]
            is_long, one.page = one.page > _SHORTEST_PAGE, max(_SHORTEST_PAGE, one.page // 2)
            return is_long
        whole = self.weigh(queries)
        share = min(1.0, whole) * max(0.1 if answered else 0.5, self.weigh(answered) / whole)
        for name in {KINDS[query.kind].like for query in queries}:
            one = self._sizes[name]
            held, one.size = one.size, max(1.0, one.size * min(share, 0.95))
            one.ceiling = max(one.size, held * 0.8)
        return True


class RateLimiter:
    """Sends requests within GitHub's limits; `longest` is how many minutes to wait at most for new points."""

    def __init__(self, client: Client, longest: float) -> None:
        self.client, self._longest = client, longest
        self.remaining: float | None = None
        self.reset: float | None = None
        self.failures = self._limited = 0

    def ask(self, request: Request) -> Answer:
        """Send a request, once there are points for it; raise `QueryTooLarge` where less must be asked."""
        while True:
            if self.reset and self.remaining is not None and self.remaining < request.points:
                self._wait(self.reset - time.time() - self.client.ahead, "the points of the token are used up")
            if self.failures:
                time.sleep(min(_LONGEST_PAUSE, 2 ** (self.failures - 1)))
            try:
                answer = self.client.ask(request)
            except RateLimited as error:
                self._limited += 1
                if self._limited > _MOST_FAILURES:
                    raise ContribkitError(say("unanswered", _MOST_FAILURES, "a limit is reached each time")) from None
                seconds = _SECONDARY * 2 ** (self._limited - 1) if error.args[0] is None else error.args[0]
                self._wait(max(1.0, seconds), "GitHub asks to wait")
            except ConnectionFailed as error:
                self.failed(str(error), _CONNECTION_TRIES)
            except QueryTooLarge as error:
                self.failed(str(error))
                raise
            else:
                self.remaining, self.reset, self._limited = answer.remaining, answer.reset, 0
                return answer

    def failed(self, why: str, tries: int = _MOST_FAILURES) -> None:
        """Note that nothing was answered; the next request comes after a longer pause, or none after so many."""
        self.failures += 1
        if self.failures >= tries:
            raise ContribkitError(say("unanswered", self.failures, why))

    def _wait(self, seconds: float, why: str) -> None:
        until = time.time() + min(seconds, 86_400 * 365)
        clock = f"{datetime.fromtimestamp(until):%H:%M:%S}"
        if seconds > self._longest * 60:
            raise ContribkitError(say("limited", why, clock, self._longest))
        self.remaining = None
        for _ in tqdm(range(math.ceil(seconds)), f"{why}, until {clock}", unit="s", leave=False, file=sys.stderr):
            time.sleep(max(0.0, min(1.0, until - time.time())))


class Runner:
    """Asks queries and those that `receive` returns, in a transaction of the `store`, which remembers batch sizes."""

    def __init__(self, client: Client, receive: Receive, store: Store | None = None) -> None:
        self.lacking: list[str] = []
        self.sizes = BatchSizes(store.rows("sizes") if store else [])
        self._receive, self._transaction = receive, store.transaction if store else nullcontext
        self._limiter = RateLimiter(client, client.settings.longest_wait)
        self._broken: dict[str, None] = {}
        self._waiting: dict[str, Query] = {}
        self._tried: dict[str, int] = {}  # how often what was asked came back with something missing
        self._told: dict[str, dict[str, Any]] = {}  # what such answers told, together
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
                    weight += self.sizes.weigh([query])
                    if batch and weight > 1.001:
                        break
                    batch.append(query)
                self._say_cost()
                self._ask(batch)
                bar.total = bar.n + len(batch) + len(self._waiting)
                bar.update(len(batch))

    def unanswered(self) -> str:
        """Return how many queries still wait, by what people call them."""
        words = Counter(KINDS[query.kind].word for query in self._waiting.values())
        ends = {word: "" if words[word] == 1 else "es" if word == "search" else "s" for word in words}
        return ", ".join(f"{count:,} {word}{ends[word]}" for word, count in sorted(words.items()))

    def problems(self) -> list[str]:
        """Return sentences on what GitHub does not answer, and on what the token may not see."""
        forbidden = (say("forbids", what, pluralise(count, "time")) for what, count in sorted(self._forbidden.items()))
        return [*self._broken, *forbidden]

    def _add(self, queries: Iterable[Query] | None) -> None:
        for query in queries or ():
            if query.key not in self._tried:
                self._tried[query.key] = 0
                self._waiting[query.key] = query

    def _ask(self, batch: list[Query]) -> None:
        request = compose(batch, {name: page for name, _, page in self.sizes.told()}, self.lacking)
        try:
            answer = self._limiter.ask(request)
        except QueryTooLarge as error:
            self._too_large(batch, [], str(error))
            return
        with self._transaction():
            answered = [query for query, path in request.paths if self._is_answered(query, path, answer)]
        why = str((answer.errors or [{}])[0].get("message") or "nothing came")
        is_large = len(answered) < len(batch) and any(map(is_too_large, answer.errors))
        for query in batch:  # behind what was not asked yet, so that one that is never answered holds nothing up
            self._waiting.pop(query.key)
            if query not in answered:
                self._waiting[query.key] = query
        if len(answered) == len(batch):
            self.sizes.grow(batch)
        elif is_large:
            self._too_large(batch, answered, why)
        if answered:
            self._limiter.failures = int(is_large)  # where a part was too much, the next request comes after a pause
        else:
            self._limiter.failed(why)

    def _too_large(self, batch: list[Query], answered: list[Query], why: str) -> None:
        if not self.sizes.shrink(batch, answered) and self._is_tried(batch[0], why):
            self._waiting.pop(batch[0].key, None)

    def _is_answered(self, query: Query, path: ResponsePath, answer: Answer) -> bool:
        """Hand over the answer of a query, if it is one; else it waits on, until it was tried too often."""
        errors = [error for error in answer.errors if error["path"][: len(path)] == path]
        denied = [error for error in errors if error.get("type") == "FORBIDDEN"]
        payload = dig(answer.data, *path)
        if isinstance(payload, dict):
            payload = filled(payload, self._told.pop(query.key, None))
            if missing := missing_paths(payload, path, errors, query.argument):
                self._told[query.key] = payload
                payload = without_gaps(deepcopy(payload), [place[len(path) :] for place in missing])
                if not all(any(one["path"][: len(place)] == place for one in denied) for place in missing):
                    return self._is_given_up(query, payload, errors)
                self._forbid(denied)
            self._add(self._receive(query, payload))
            return True
        if any(error.get("type") == "NOT_FOUND" and error["path"] == path for error in errors):
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
        why = str(errors[0].get("message")) if errors else "a part of the answer is missing"
        if (is_over := self._is_tried(query, why)) and isinstance(payload, dict):
            self._add(self._receive(query, payload))
        return is_over

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
            place = next((step for step in reversed(error["path"]) if isinstance(step, str)), "something")
            what = "what was asked" if place[1:].isdigit() else f'"{place}"'
            self._forbidden[f"{what}: {str(error.get('message'))[:500]}"] += 1

    def _say_cost(self) -> None:
        """Say once, when all searches are done, what the rest costs, where it is much or more than there is."""
        kinds = [query.kind for query in self._waiting.values()]
        if self._said or os.environ.get("TQDM_DISABLE") or {"search", "probe", "owner", "account"}.intersection(kinds):
            return
        self._said = True
        cost, left, reset = points(kinds), self._limiter.remaining, self._limiter.reset
        said = say("to_be_read", sum(KINDS[kind].word == "thread" for kind in kinds), cost)
        if is_over := left is not None and reset is not None and cost > left:
            said += say("waits", left, datetime.fromtimestamp(reset))
        if is_over or cost >= _NOTABLE:
            tqdm.write(said, file=sys.stderr)


def missing_paths(
    payload: dict[str, Any], path: ResponsePath, errors: list[dict[str, Any]], argument: dict[str, Any] | None = None
) -> list[ResponsePath]:
    """Return where in an answer something is missing under a path: null without being gone, or a page too short."""
    gone = [error["path"] for error in errors if error.get("type") == "NOT_FOUND"]
    gaps = _gaps(payload, path, argument or {})
    return [place for place in gaps if all(one[: len(place)] != place for one in gone)]  # it is there, or has climbed


def filled(value: Any, earlier: Any) -> Any:
    """Return an answer in which what is null is taken from an earlier answer about the same thing as it still is."""
    if isinstance(value, dict) and isinstance(earlier, dict):
        is_same = all(value.get(key) == earlier.get(key) for key in ("id", "updatedAt"))
        return {key: filled(inside, earlier.get(key)) for key, inside in value.items()} if is_same else value
    if isinstance(value, list) and isinstance(earlier, list) and len(value) == len(earlier):
        return [filled(*pair) for pair in zip(value, earlier, strict=True)]
    return earlier if value is None else value


def without_gaps(payload: dict[str, Any], gaps: list[ResponsePath]) -> dict[str, Any]:
    """Return a payload without the entries of lists in which something is missing, marked as `PARTIAL`."""
    ends = (max((place for place, step in enumerate(gap) if isinstance(step, int)), default=0) for gap in gaps)
    holders = {gap[: end + 1] for gap, end in zip(gaps, ends, strict=True) if len(gap) > 1}
    for *path, step in sorted(holders, reverse=True):
        holder = dig(payload, *path)
        if isinstance(step, int):
            del holder[step]
        else:  # a connection without an end or a count
            holder[step] = None
    return payload | {PARTIAL: True}


def _gaps(value: Any, path: ResponsePath, argument: dict[str, Any]) -> Iterator[ResponsePath]:
    is_object = isinstance(value, dict)
    if is_object and not _is_consistent(value, path, argument):
        yield path
    for step, inside in value.items() if is_object else enumerate(value):
        # A label always has a name, a release or the author of a commit may have none.
        is_named = step == "name" and not ({"tagName", "user"} & value.keys())
        if inside is None and (step not in NAMES["nullable"] or is_named):
            yield (*path, step)
        elif isinstance(inside, dict | list):
            yield from _gaps(inside, (*path, step), argument)


def _is_consistent(value: dict[str, Any], path: ResponsePath, argument: dict[str, Any]) -> bool:
    """Say whether what may be null or short in an object fits the rest of it."""
    if value.get({"CLOSED": "closedAt", "MERGED": "mergedAt"}.get(value.get("state") or "", ""), "") is None:
        return False
    nodes, counted = value.get("nodes"), value.get("totalCount", value.get("count", value.get("issueCount")))
    if not isinstance(nodes, list) or not isinstance(counted, int):
        return True
    counted = counted if "totalCount" in value else min(counted, 1000)  # a search shows no more
    page = value.get("pageInfo")
    if not isinstance(page, dict):
        return bool(len(nodes) >= min(NAMES["first_pages"].get(path[-1], 0), counted))
    if page.get("hasPreviousPage") or page.get("hasNextPage"):
        return bool(page.get("startCursor") or page.get("endCursor"))
    return bool(argument.get("shown", 0) + len(nodes) >= min(counted, argument.get("count", counted)))
