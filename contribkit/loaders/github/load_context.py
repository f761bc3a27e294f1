"""One load: whose work, which days, where it is kept, and what was found on the way."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from contribkit.config.organisation import Organisation
from contribkit.loaders.github.cache import Store
from contribkit.loaders.github.queries import Query
from contribkit.loaders.github.settings import Settings
from contribkit.period import Period


@dataclass
class LoadContext:
    """What every part of a load needs to know.

    Attributes
    ----------
    organisation, period, settings, store
        Whose work, which days, how, and where it is kept.
    remarks
        What a reader should know, and whether it is an error.
    found
        Every thread that a search showed, and when it was touched last.
    touched
        Every thread that a search for all that was touched showed, as it showed it.
    hits
        How many threads the searches of each member showed.
    searches
        What was searched for, so that it can be searched for place by place.
    anded
        The types of search in which several places are all wanted, not any of them.
    unknown
        Logins of members that GitHub does not know.
    blind
        Members that GitHub's search does not find.
    lacking
        Fields and events that the server's schema does not have.
    """

    organisation: Organisation
    period: Period
    settings: Settings
    store: Store
    remarks: dict[str, bool] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=dict)
    touched: dict[str, dict[str, Any]] = field(default_factory=dict)
    hits: Counter[str] = field(default_factory=Counter)
    searches: list[Query] = field(default_factory=list)
    anded: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    blind: set[str] = field(default_factory=set)
    lacking: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The name of the load in the store."""
        return f"{self.start}/{self.end}"

    @cached_property
    def start(self) -> str:
        """The first second of the period, as GitHub writes it."""
        return github_time(self.period.start)

    @cached_property
    def end(self) -> str:
        """The first second after it."""
        return github_time(self.period.end)

    def remark(self, said: str, is_wrong: bool = False) -> None:
        """Note something for the reader; what is wrong makes the load one in part."""
        self.remarks[said] = is_wrong


def github_time(moment: datetime) -> str:
    """Return a moment as GitHub writes it; such texts sort by time.

    Examples
    --------
    >>> from datetime import timedelta, timezone
    >>> github_time(datetime(2026, 7, 1, tzinfo=timezone(timedelta(hours=2))))
    '2026-06-30T22:00:00Z'
    """
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
