"""One thing that waits upstream, with the questions that reasons ask of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.tables import is_missing, is_true
from contribkit.vocabulary import Activity

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation

NEWCOMERS = ("FIRST_TIMER", "FIRST_TIME_CONTRIBUTOR", "NONE")
"""GitHub's words for authors of whom the project has merged nothing yet."""

ACTIVITIES = {
    "pull_request": Activity.REVIEW,
    "issue": Activity.TRIAGE,
    "release": Activity.RELEASE,
    "branch": Activity.CI,
}
"""What a kind of need asks for."""


@dataclass(frozen=True)
class Need:
    """One row of the table `NEEDS`, whose it is to judge, and when."""

    row: dict[str, Any]
    organisation: "Organisation"
    as_of: datetime

    def text(self, name: str) -> str:
        """Return a column's text, empty where it is missing."""
        value = self.row[name]
        return value if isinstance(value, str) else ""

    def age(self, name: str) -> int | None:
        """Return how many whole days ago a time was; None where it is not known or lies ahead."""
        value = self.row[name]
        days = -1 if is_missing(value) else (pd.Timestamp(self.as_of) - value).days
        return days if days >= 0 else None

    def count(self, name: str) -> int | None:
        """Return a number, or None where it is not known."""
        return None if is_missing(self.row[name]) else int(self.row[name])

    @property
    def activity(self) -> Activity:
        """What it asks for."""
        return ACTIVITIES[self.row["kind"]]

    @property
    def is_waiting(self) -> bool:
        """Whether it is somebody's pull request or issue."""
        return self.row["kind"] in ("pull_request", "issue")

    @property
    def is_of_newcomer(self) -> bool:
        """Whether somebody new to the project opened it."""
        is_new = self.is_waiting and self.text("author_association") in NEWCOMERS
        return is_new and not self.is_own and not self.is_of_bot

    @property
    def is_of_bot(self) -> bool:
        """Whether a bot opened it."""
        return is_true(self.row["author_is_bot"]) or self.organisation.is_bot(self.text("author"))

    @property
    def is_own(self) -> bool:
        """Whether a member opened it."""
        return self.organisation.member(self.text("author")) is not None

    @property
    def day(self) -> date:
        """The day on which it is looked at."""
        return pd.Timestamp(self.as_of).tz_convert(self.organisation.timezone).date()
