"""Ask what waits, and make the table of it.

Searches over all upstream projects at once find threads, a hundred a point or two; one request lists the repositories.
Nothing is kept: what waits is of today.
"""

import sys
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pandas as pd
from tqdm import tqdm

from contribkit.loaders.github.asks import Ask, compose
from contribkit.loaders.github.client import Client
from contribkit.loaders.github.limits import Patience, Room
from contribkit.loaders.github.needs.asks import SHAPES, first
from contribkit.loaders.github.needs.found import Found
from contribkit.loaders.github.queries import FRAGMENTS
from contribkit.loaders.github.responses import FINAL, Answer, TooMuch
from contribkit.loaders.github.settings import Settings
from contribkit.loaders.union import canonical
from contribkit.tables import NEEDS, conform

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation

_TRIES = 3  # of one thing that comes back with an error


def needs(organisation: "Organisation", client: Client, settings: Settings) -> tuple[pd.DataFrame, list[str]]:
    """Return what waits in the upstream projects, a table of the schema `NEEDS`, and notes.

    Parameters
    ----------
    organisation
        Whose upstream projects.
    client, settings
        How GitHub is asked.
    """
    seen_at, found = datetime.now(UTC), Found()
    _Asking(client, settings, found).run(list(first(organisation)))
    table = conform(pd.DataFrame(found.rows).assign(seen_at=seen_at, source="github"), NEEDS)
    bots = table["author"].map(organisation.is_bot).astype("boolean")
    table = table.assign(author=canonical(table["author"], organisation), author_is_bot=bots)
    return table, [f"as GitHub was at {seen_at:%Y-%m-%d %H:%M} UTC", *found.notes]


class _Asking:
    def __init__(self, client: Client, settings: Settings, found: Found) -> None:
        self._patience, self._room = Patience(client, settings.longest_wait), Room()
        self._found = found
        self._tried: Counter[str] = Counter()

    def run(self, waiting: list[Ask]) -> None:
        """Ask until nothing waits."""
        with tqdm(desc="asking GitHub what waits", unit=" answers", delay=2, leave=False, file=sys.stderr) as bar:
            while waiting:
                asks, rest = waiting[: self._size], waiting[self._size :]
                waiting = rest + self._ask(asks)
                bar.update(len(asks))

    @property
    def _size(self) -> int:
        return max(1, self._room.size // 10)

    def _ask(self, asks: list[Ask]) -> list[Ask]:
        """Send one request, and return what is to be asked after it."""
        request = compose(asks, SHAPES, FRAGMENTS)
        try:
            answer = self._patience.ask(request, sum(SHAPES[ask.kind].connections for ask in asks) // 100 + 1)
        except TooMuch as error:
            self._room.halve()
            return asks if len(asks) > 1 else self._again(asks[0], str(error))
        return [more for place in request.places for more in self._take(place.ask, str(place.path[0]), answer)]

    def _take(self, ask: Ask, alias: str, answer: Answer) -> list[Ask]:
        if told := answer.data.get(alias):
            return list(self._found.take(ask, told))
        errors = [error for error in answer.errors if (error.get("path") or [None])[0] == alias]
        name = ask.argument.get("repo") or ask.argument.get("login")
        if name and (not errors or errors[0].get("type") in FINAL):
            self._found.notes.append(f"{name} cannot be seen; is its name in [[upstream]] right, and may the token?")
            return []
        return self._again(ask, str(errors[0].get("message")) if errors else "nothing came")

    def _again(self, ask: Ask, why: str) -> list[Ask]:
        """Return what is to be asked once more; what failed too often is left out, and a note says so."""
        self._tried[ask.written] += 1
        if self._tried[ask.written] < _TRIES:
            return [ask]
        self._found.notes.append(f"GitHub does not answer {ask.kind} {ask.argument}: {why}")
        return []
