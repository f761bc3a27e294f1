"""One load: whose work, which days, and where it is kept."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from contribkit.loaders.github.settings import Settings
from contribkit.loaders.github.store import Store

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation
    from contribkit.period import Period


@dataclass
class Loading:
    """What every part of a load needs to know.

    Attributes
    ----------
    organisation, period, settings, store
        Whose work, which days, how, and where it is kept.
    broken
        Where given, what cannot be seen is noted here; else it is an error.
    missing
        Logins that GitHub does not know, by member.
    """

    organisation: "Organisation"
    period: "Period"
    settings: Settings
    store: Store
    broken: list[str] | None = None
    missing: dict[str, set[str]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The name of the load in the store; a later one of the same days goes on where this one stops."""
        return f"{self.start}/{self.end}"

    @cached_property
    def start(self) -> str:
        """The first second of the period, as GitHub writes it."""
        return stamp(self.period.start)

    @cached_property
    def end(self) -> str:
        """The first second after it."""
        return stamp(self.period.end)


def stamp(moment: datetime) -> str:
    """Return a moment as GitHub writes it; such texts sort by time.

    Examples
    --------
    >>> from datetime import timedelta, timezone
    >>> stamp(datetime(2026, 7, 1, tzinfo=timezone(timedelta(hours=2))))
    '2026-06-30T22:00:00Z'
    """
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
