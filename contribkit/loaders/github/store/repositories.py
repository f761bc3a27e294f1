"""What repositories are called; their threads' names are read from here."""

from typing import Any, NamedTuple

from contribkit.loaders.github.store.database import Database


class Name(NamedTuple):
    """What a repository is called now, what in contribkit.toml where that is known, and whether it is private."""

    now: str
    configured: str | None
    private: bool


class Repositories:
    """The repositories that a store knows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, repository: dict[str, Any], configured: str | None = None) -> None:
        """Write what a repository is called now, and in contribkit.toml."""
        self._database.write(
            "INSERT INTO repositories VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
            "configured = coalesce(excluded.configured, configured), private = excluded.private",
            (repository["id"], repository["nameWithOwner"], configured, repository["isPrivate"]),
        )

    def names(self) -> dict[str, Name]:
        """Return the names of every repository by id."""
        rows = self._database.read("SELECT * FROM repositories")
        return {identifier: Name(now, configured, bool(private)) for identifier, now, configured, private in rows}
