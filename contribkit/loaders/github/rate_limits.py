"""GitHub's limits: how many queries a request holds, how long to wait, and when to give up."""

import math
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from tqdm import tqdm

from contribkit.errors import ContribkitError
from contribkit.loaders.github.client import Answer, Client, ConnectionFailed, QueryTooLarge, RateLimited
from contribkit.loaders.github.queries import KINDS, Query, QueryKind, Request

_CONNECTION_TRIES = 5
_TRIES = 8  # requests in a row without a success: enough to come down from a hundred queries to one
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
                if self._limited > _TRIES:
                    self._give_up(_TRIES, "a limit is reached each time")
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

    def failed(self, why: str, tries: int = _TRIES) -> None:
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
