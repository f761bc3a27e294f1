"""What is still to be asked for a load, in order."""

import json
from collections.abc import Iterable, Iterator

from contribkit.loaders.github.asks import Ask
from contribkit.loaders.github.store.database import Database

# Triage comes last, when the store has all threads found otherwise; first its searches, then who did it.
_RANKS = {"triage": 1, "look_issue": 2, "look_pull": 2}


class Asks:
    """The asks that wait."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, load: str, asks: Iterable[Ask]) -> None:
        """Put asks behind those that wait; one that waits already stays where it is."""
        self._database.write(
            "INSERT OR IGNORE INTO asks (load, rank, kind, argument) VALUES (?, ?, ?, ?)",
            *((load, _RANKS.get(ask.kind, 0), ask.kind, ask.written) for ask in asks),
        )

    def done(self, load: str, ask: Ask) -> None:
        """Take an ask away."""
        row = (load, ask.kind, ask.written)
        self._database.write("DELETE FROM asks WHERE load = ? AND kind = ? AND argument = ?", row)

    def waiting(self, load: str) -> Iterator[Ask]:
        """Yield what is still to be asked, in order."""
        rows = self._database.read("SELECT kind, argument FROM asks WHERE load = ? ORDER BY rank, number", load)
        for kind, argument in rows:
            yield Ask(kind, json.loads(argument))
