"""Run a load: take from what waits as much as fits a request, ask, keep the answer, and so on until nothing waits."""

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tqdm import tqdm

from contribkit.errors import ContribkitError
from contribkit.loaders.github.asks import Ask, Place, compose
from contribkit.loaders.github.beginning import begin
from contribkit.loaders.github.client import Client
from contribkit.loaders.github.kinds import KINDS, SHAPES, points
from contribkit.loaders.github.limits import Patience, Room
from contribkit.loaders.github.loading import Loading
from contribkit.loaders.github.queries import FRAGMENTS
from contribkit.loaders.github.responses import FINAL, Answer, TooMuch

_TRIES = 3  # of one thing that comes back with an error
_OLD = timedelta(hours=1)  # what was begun earlier is brought up to date once it is done
_NOTABLE = 500  # points from which on the cost is said first


def run(loading: Loading, client: Client) -> None:
    """Ask GitHub for all that a load needs and the store does not hold.

    Raises
    ------
    ContribkitError
        Where GitHub does not answer, or the store cannot be written; what was answered before is kept.
    """
    runner = _Runner(loading, client)
    begun = begin(loading)
    runner.run()
    if begun and datetime.now(UTC) - datetime.fromisoformat(begun) > _OLD:
        begin(loading)
        runner.run()


class _Runner:
    def __init__(self, loading: Loading, client: Client) -> None:
        self.loading = loading
        self._patience = Patience(client, loading.settings.longest_wait)
        self._room = Room()
        self._tried: Counter[str] = Counter()
        self._given_up: set[str] = set()
        self._said = False

    def run(self) -> None:
        """Ask until nothing waits, and note that the load is complete."""
        with tqdm(desc="asking GitHub", unit=" answers", delay=2, leave=False, file=sys.stderr) as bar:
            while asks := list(self._next()):
                self._say_cost()
                try:
                    answer, places = self._ask(asks)
                except TooMuch as error:
                    self._too_much(asks, error)
                    continue
                self._keep(answer, places)
                self._room.grow()
                bar.total = bar.n + len(asks) + sum(1 for _ in self.loading.store.asks.waiting(self.loading.key))
                bar.update(len(asks))
        if not self._given_up:  # else it goes on with those another time
            with self.loading.store.transaction():
                self.loading.store.searches.finish(self.loading.key)

    def _next(self) -> Iterator[Ask]:
        """Yield what waits longest, as much as fits a request; triage when the store has all other threads."""
        weight, others = 0.0, False
        for ask in self.loading.store.asks.waiting(self.loading.key):
            if str(ask) in self._given_up:
                continue
            if ask.kind == "triage" and others:
                return
            others = others or not ask.kind.startswith(("triage", "look"))
            weight += SHAPES[ask.kind].weight
            if weight > max(self._room.size, SHAPES[ask.kind].weight):
                return
            yield ask

    def _ask(self, asks: list[Ask]) -> tuple[Answer, list[Place]]:
        request = compose(asks, SHAPES, FRAGMENTS)
        return self._patience.ask(request, points(asks)), request.places

    def _too_much(self, asks: list[Ask], error: TooMuch) -> None:
        if len(asks) == 1:
            self._failed(asks[0], str(error))
        self._room.halve()

    def _keep(self, answer: Answer, places: list[Place]) -> None:
        """Keep all of an answer in one transaction."""
        loading, store = self.loading, self.loading.store
        with store.transaction():
            for place in places:
                wrong = [error for error in answer.errors if _is_at(error, place.path)]
                if undone := [error for error in wrong if error.get("type") not in FINAL]:
                    self._failed(place.ask, str(undone[0].get("message")))
                    continue
                store.asks.add(
                    loading.key, KINDS[place.ask.kind].receive(loading, place.ask, _at(answer.data, place.path))
                )
                store.asks.done(loading.key, place.ask)

    def _failed(self, ask: Ask, why: str) -> None:
        """Give up what failed too often, and say so."""
        self._tried[str(ask)] += 1
        if self._tried[str(ask)] < _TRIES:
            return
        said = f"GitHub gives no {KINDS[ask.kind].word} for {ask.argument.get('id') or ask.argument}: {why}"
        if self.loading.broken is None:
            raise ContribkitError(f"{said}; load again later, or take the rest with --keep-going")
        self.loading.broken.append(said)
        self._given_up.add(str(ask))

    def _say_cost(self) -> None:
        """Say once, when all searches are done, what the rest costs, where it is much or more than the budget holds."""
        waiting = list(self.loading.store.asks.waiting(self.loading.key))
        if self._said or any(ask.kind == "search" for ask in waiting):
            return
        self._said = True
        cost, left = points(waiting), self._patience.remaining
        if cost < _NOTABLE and (left is None or cost <= left):
            return
        threads = sum(KINDS[ask.kind].word == "thread" for ask in waiting)
        said = f"GitHub: {threads:,} threads to read, about {cost:,} points"
        if left is not None and cost > left and self._patience.reset:
            said += f"; {left:,} are left until {self._patience.reset.astimezone():%H:%M}: it waits then, and goes on"
        tqdm.write(said, file=sys.stderr)


def _is_at(error: dict[str, Any], path: tuple[str | int, ...]) -> bool:
    """Say whether an error is about what stands at a place, or about something inside."""
    return tuple(error.get("path") or ())[: len(path)] == path


def _at(data: dict[str, Any], path: tuple[str | int, ...]) -> Any:
    found: Any = data
    for step in path:
        found = found[step] if found else None
    return found
