"""Which searches of a load were begun, and up to when each was complete."""

from collections.abc import Iterable

from contribkit.loaders.github.store.database import Database


class Searches:
    """The searches of every load, by the days that it loads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, load: str, search: str, moment: str) -> str | None:
        """Note that a search of a load has begun; return up to when it was complete before, None for never.

        A search that was begun and not finished goes on as it was: its asks wait.
        """
        self._database.write("INSERT OR IGNORE INTO searches VALUES (?, ?, NULL, NULL)", (load, search))
        self._database.write(
            "UPDATE searches SET begun = ? WHERE load = ? AND search = ? AND begun IS NULL", (moment, load, search)
        )
        return self.covered(load)[search]

    def begun(self, load: str) -> dict[str, str]:
        """Return the searches of a load that were begun and are not finished, and when they were."""
        return dict(
            self._database.read("SELECT search, begun FROM searches WHERE load = ? AND begun IS NOT NULL", load)
        )

    def forget_others(self, load: str, searches: Iterable[str]) -> None:
        """Forget the searches of a load that nobody asks for any more: contribkit.toml was changed."""
        gone = self.covered(load).keys() - set(searches)
        self._database.write("DELETE FROM searches WHERE load = ? AND search = ?", *((load, search) for search in gone))

    def finish(self, load: str) -> None:
        """Note that all that was begun for a load is complete."""
        self._database.write(
            "UPDATE searches SET covered = begun, begun = NULL WHERE load = ? AND begun IS NOT NULL", (load,)
        )

    def covered(self, load: str) -> dict[str, str | None]:
        """Return up to when each search of a load was complete last."""
        return dict(self._database.read("SELECT search, covered FROM searches WHERE load = ?", load))

    def loads(self) -> list[str]:
        """Return every load of which all searches were complete once."""
        rows = self._database.read("SELECT load FROM searches GROUP BY load HAVING count(*) = count(covered)")
        return [load for (load,) in rows]
