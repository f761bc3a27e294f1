"""The store: one SQLite file with what GitHub said and what is still to be asked, one transaction an answer."""

from contribkit.loaders.github.store.repositories import Name
from contribkit.loaders.github.store.store import Store
from contribkit.loaders.github.store.things import Thing
from contribkit.loaders.github.store.version import VERSION

__all__ = ["VERSION", "Name", "Store", "Thing"]
