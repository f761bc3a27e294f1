"""The people of a workload: members with every trap of identity, outsiders and machines. All are invented."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from contribkit.period import Period, start_of
from tests.github.model import Account

TIMEZONE = "Europe/Berlin"
PERIOD = Period("2026-Q3", TIMEZONE)

_NAMES = ["ada", "brin", "cato", "dora", "emil", "fern", "goran", "hana", "ilse", "jun"]
_OUTSIDERS = ["oriole", "pim", "quill", "rosa", "sten", "tove", "ulla", "vito", "wren", "xeno", "yara", "zeno"]


@dataclass(frozen=True, eq=False)
class Member:
    """A member as contribkit.toml has them, and their account as GitHub knows it."""

    login: str
    account: Account
    aliases: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    teams: tuple[str, ...] = ("Product",)

    @property
    def since(self) -> datetime:
        """The first moment of the membership."""
        return start_of(self.first_day, TIMEZONE) if self.first_day else datetime(2020, 1, 1, tzinfo=UTC)

    @property
    def until(self) -> datetime:
        """The first moment after the membership."""
        return (
            start_of(self.last_day + timedelta(days=1), TIMEZONE) if self.last_day else datetime.max.replace(tzinfo=UTC)
        )


def members(count: int) -> list[Member]:
    """Return members, the most active first; the first three bear the traps of identity, so that few are enough."""
    names = [_NAMES[n % len(_NAMES)] + (str(n // len(_NAMES)) if n >= len(_NAMES) else "") for n in range(count)]
    accounts = [Account(f"{name}-example") for name in names]
    people = [
        Member(account.login, account, teams=("Hubs",) if n % 2 else ("Product",)) for n, account in enumerate(accounts)
    ]
    # Written in other case, and in two teams.
    people[0] = Member("Ada-Example", accounts[0], teams=("Product", "Hubs"))
    # Renamed: the file has the former login, GitHub knows only the new one. Joined inside the quarter.
    people[1] = Member("brin-old-example", accounts[1], ("brin-example",), first_day=date(2026, 7, 20), teams=("Hubs",))
    # Left inside the quarter; the alias is an account that no longer is.
    people[2] = Member("cato-example", accounts[2], ("cato-gone-example",), last_day=date(2026, 9, 10))
    return people


OUTSIDERS = [Account(f"{name}-{part}-example") for name in _OUTSIDERS for part in ("ash", "elm", "fir", "oak")]
# GitHub says User of the last one; contribkit.toml names it.
QUEUE = Account("github-merge-queue", "Bot")
BOT, USER_BOT = Account("dependabot", "Bot"), Account("lintbeaver-example")
