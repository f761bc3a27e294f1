"""What GitHub said of threads, releases and new repositories."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from contribkit.loaders.github.store.database import Database


class Thing(NamedTuple):
    """A thread, release or repository as GitHub answered; `since` is the time from which on nothing of it is missing.

    `payload` is None for what is no more, or may not be seen.
    """

    id: str
    kind: str
    updated_at: str
    since: str
    payload: dict[str, Any] | None


class Things:
    """The things that a store holds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_kinds(self, *kinds: str) -> Iterator[Thing]:
        """Yield what is held of some kinds, by id; what is no more is left out."""
        marks = ", ".join("?" * len(kinds))
        query = f"SELECT * FROM things WHERE kind IN ({marks}) AND payload IS NOT NULL ORDER BY id"
        yield from map(_thing, self._database.read(query, *kinds))

    def get(self, identifier: str) -> Thing | None:
        """Return what is held under an id, or None."""
        row = self._database.first("SELECT * FROM things WHERE id = ?", identifier)
        return _thing(row) if row else None

    def holds(self, identifier: str, updated_at: str, start: str) -> bool:
        """Say whether a thing is held as it was at a moment or later, without a gap from a start on."""
        query = "SELECT 1 FROM things WHERE id = ? AND updated_at >= ? AND since <= ?"
        return self._database.first(query, identifier, updated_at, start) is not None

    def keep(self, thing: Thing) -> None:
        """Write a thing, over what was held under its id."""
        payload = None if thing.payload is None else json.dumps(thing.payload, ensure_ascii=False)
        self._database.write("INSERT OR REPLACE INTO things VALUES (?, ?, ?, ?, ?)", (*thing[:4], payload))

    def forget(self, identifier: str) -> None:
        """Take away what is held under an id, if anything."""
        self._database.write("DELETE FROM things WHERE id = ?", (identifier,))

    def gone(self) -> int:
        """Return how many things are no more, or may not be seen."""
        return int(self._database.first("SELECT count(*) FROM things WHERE payload IS NULL")[0])


def _thing(row: tuple[str, str, str, str, str | None]) -> Thing:
    return Thing(*row[:4], None if row[4] is None else json.loads(row[4]))
