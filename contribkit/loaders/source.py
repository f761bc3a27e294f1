"""What every source answers with, and the registry in which sources are found."""

from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Protocol, cast

import pandas as pd

from contribkit.errors import ContribkitError, nearest
from contribkit.tables import ACTS, REFERENCES, THREADS, empty

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation
    from contribkit.period import Period

# Module by name, in the order in which they are believed where two know the same column: what people wrote down for
# this purpose comes before what GitHub tells, and that before what is read off a history, which knows no openings,
# reviews or labels.
LOADERS = {
    "records": "contribkit.loaders.records",
    "github": "contribkit.loaders.github",
    "github_to_sqlite": "contribkit.loaders.github_to_sqlite",
    "git": "contribkit.loaders.git",
    "activity_log": "contribkit.loaders.activity_log",
}


@dataclass
class Loaded:
    """What one source knows: three tables (`THREADS`, `ACTS`, `REFERENCES`), and what it could not read."""

    threads: pd.DataFrame = field(default_factory=lambda: empty(THREADS))
    acts: pd.DataFrame = field(default_factory=lambda: empty(ACTS))
    references: pd.DataFrame = field(default_factory=lambda: empty(REFERENCES))
    notes: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


class Loader(Protocol):
    """A source's module.

    It may have two functions more: ``fetch(organisation, period, keep_going)``, which fills a store of its own from a
    network, and ``load_needs(organisation, keep_going)``, which returns a table of `NEEDS` and notes.
    """

    def check(self, organisation: "Organisation") -> None:
        """Raise `ContribkitError` where the source cannot be read at all; quick, before any work starts."""

    def load(self, organisation: "Organisation", period: "Period", keep_going: bool) -> Loaded:
        """Return what the source knows; it may hold more than the period, but no less."""


def loader(name: str) -> Loader:
    """Return the loader of ``[sources.NAME]``: one of ours, or a plug-in's (entry points ``contribkit.loaders``).

    Raises
    ------
    ContribkitError
        Where there is none of that name.
    """
    if name in LOADERS:
        return cast(Loader, import_module(LOADERS[name]))
    plugins = {point.name: point for point in entry_points(group="contribkit.loaders")}
    if name in plugins:
        return cast(Loader, plugins[name].load())
    known = [*LOADERS, *plugins]
    raise ContribkitError(f"contribkit.toml: [sources.{name}]: there is no such source; {nearest(name, known)}")


def in_order(names: list[str]) -> list[str]:
    """Return sources in the order in which they are believed; plug-ins last."""
    return sorted(names, key=lambda name: list(LOADERS).index(name) if name in LOADERS else len(LOADERS))
