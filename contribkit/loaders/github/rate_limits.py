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
_CALM = 25  # successes after which a size that failed is tried again


@dataclass
class BatchSize:
    """How many queries of one kind a request holds, and how many entries a page."""

    size: float
    page: int
    ceiling: float = math.inf
    calm: int = 0

    def shrink(self, share: float) -> None:
        """Hold this share; what failed is not tried again for some time."""
        held, self.size = self.size, max(1.0, self.size * share)
        self.ceiling, self.calm = max(self.size, held * 0.8), 0

    def grow(self, most: int, factor: float = 1.5) -> None:
        """Hold half as many more, or what the factor says, up to what failed last."""
        self.calm += 1
        if self.calm % _CALM == 0:
            self.ceiling *= 1.3
        self.size = max(1.0, min(self.size * factor, self.ceiling, most))


class BatchSizes:
    """The size of a request for each kind of query, also as the last load left it; kinds in one request share it."""

    def __init__(self, known: dict[str, tuple[float, int]] | None = None) -> None:
        self.kinds = {name: BatchSize(kind.size, kind.page) for name, kind in KINDS.items()}
        for name, (size, page) in (known or {}).items():
            if name in self.kinds:
                self.kinds[name] = BatchSize(min(size, KINDS[name].most), page)
        self.kinds |= {name: self.kinds[kind.like] for name, kind in KINDS.items() if kind.like}

    def weigh(self, queries: Iterable[Query]) -> float:
        """Return which share of a request some queries take together."""
        return sum(1 / self.kinds[query.kind].size for query in queries)

    def grow(self, queries: list[Query]) -> None:
        """Note that a request was answered; a small one does not show that larger ones would be."""
        is_full = self.weigh(queries) > 0.6
        for size, kind in self._of(queries):
            if is_full:
                size.grow(kind.most, 2 if kind.connections <= 1 else 1.5)
            if size.page < kind.page and size.calm % 10 == 9:
                size.page = min(kind.page, size.page * 2)

    def shrink(self, queries: list[Query], answered: list[Query]) -> bool:
        """Note that a request was too large, of which a part came; return False where it can get no smaller."""
        if len(queries) == 1 and not answered:
            size = self.kinds[queries[0].kind]
            if size.page <= _SHORTEST_PAGE:
                return False
            size.page = max(_SHORTEST_PAGE, size.page // 2)
            return True
        whole = self.weigh(queries)
        share = min(1.0, whole) * max(0.1 if answered else 0.5, self.weigh(answered) / whole)
        for size, _ in self._of(queries):
            size.shrink(min(share, 0.95))
        return True

    def _of(self, queries: Iterable[Query]) -> list[tuple[BatchSize, QueryKind]]:
        """Return each size that some queries have, once."""
        sizes = {id(self.kinds[query.kind]): (self.kinds[query.kind], KINDS[query.kind]) for query in queries}
        return list(sizes.values())


class RateLimiter:
    """Sends requests within GitHub's limits; `longest` is how many minutes to wait at most for new points."""

    def __init__(self, client: Client, longest: float) -> None:
        self.client, self._longest = client, longest
        self.remaining: int | None = None
        self.reset: datetime | None = None
        self.failures = self._limited = 0

    def ask(self, request: Request) -> Answer:
        """Send a request, once there are points for it; raise `QueryTooLarge` where less must be asked."""
        while True:
            if self.remaining is not None and self.remaining < request.points and self.reset is not None:
                now = datetime.now(UTC) + self.client.ahead
                self._wait((self.reset - now).total_seconds(), "the points of the token are used up")
            if self.failures:
                time.sleep(min(_LONGEST_PAUSE, 2 ** (self.failures - 1)))
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
        self.failures = 0 if is_whole else 1

    def failed(self, why: str, tries: int = _TRIES) -> None:
        """Note that nothing was answered; the next request comes after a longer pause, or none after so many."""
        self.failures += 1
        if self.failures >= tries:
            self._give_up(self.failures, why)

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
