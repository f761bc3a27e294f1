"""The open store, and what it holds."""

from contextlib import AbstractContextManager
from pathlib import Path

from contribkit.loaders.github.store.asks import Asks
from contribkit.loaders.github.store.database import Database
from contribkit.loaders.github.store.repositories import Repositories
from contribkit.loaders.github.store.searches import Searches
from contribkit.loaders.github.store.things import Things


class Store:
    """An open store; use it in a ``with`` statement.

    Parameters
    ----------
    path
        The file; it is made where it is missing, unless it is only to be read.
    read_only
        Never write, so that a store can be read where nothing can be written.

    Attributes
    ----------
    things, repositories
        What GitHub said.
    asks, searches
        What is still to be asked, and what was asked to the end.

    Raises
    ------
    ContribkitError
        For a file that is locked, cannot be written, is damaged, is none of ours, or was written by a later version.
    """

    def __init__(self, path: Path, read_only: bool = False) -> None:
        self.path = path
        self._database = Database(path, read_only)
        self.things = Things(self._database)
        self.repositories = Repositories(self._database)
        self.asks = Asks(self._database)
        self.searches = Searches(self._database)

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def transaction(self) -> AbstractContextManager[None]:
        """Write all of what is done inside, or nothing."""
        return self._database.transaction()
