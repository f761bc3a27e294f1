"""Who could take something: how much time they have, and what they have done before."""

from dataclasses import dataclass

import pandas as pd

from contribkit.config.models import Member, Team
from contribkit.period import Period
from contribkit.vocabulary import Lead


@dataclass(frozen=True)
class Person:
    """A member of the team in the period.

    Attributes
    ----------
    login, name
        Who.
    time
        Capacity times the part of the period's days on which they are there: from 0 to 1.
    days_away
        Days of the period on which they belong to the team and are away.
    has_done
        Activities of earlier periods, whoever led them: a release made for a client teaches as much.
    knows
        Projects in which they worked.
    did_last
        Upstream-led activities of the last period, each with its project: what is not to be repeated.
    """

    login: str
    name: str
    time: float
    days_away: int = 0
    has_done: frozenset[str] = frozenset()
    knows: frozenset[str] = frozenset()
    did_last: frozenset[tuple[str, str]] = frozenset()


def people_of(team: Team, period: Period, work: pd.DataFrame) -> list[Person]:
    """Return the members who belong to the team on a day of a period, in the order of the file, each once.

    Parameters
    ----------
    team
        Whose members.
    period
        For when they are asked.
    work
        What was done before; see `work_of`.
    """
    memberships: dict[str, list[Member]] = {}
    for member in team.members:
        if member.holds_between(period.first_day, period.last_day):
            memberships.setdefault(member.login.casefold(), []).append(member)
    return [_person(spans, period, work) for spans in memberships.values()]


def _person(spans: list[Member], period: Period, work: pd.DataFrame) -> Person:
    days = (period.last_day - period.first_day).days + 1
    here = [(span.capacity, *span.days_here(period.first_day, period.last_day)) for span in spans]
    mine = work[work["actor"].str.casefold() == spans[0].login.casefold()]
    last = mine[(mine["back"] == 1) & (mine["lead"] == Lead.UPSTREAM)]
    return Person(
        login=spans[0].login,
        name=spans[0].word,
        time=min(1.0, sum(capacity * (belongs - away) for capacity, belongs, away in here) / days),
        days_away=sum(away for _, _, away in here),
        has_done=frozenset(mine["activity"]),
        knows=frozenset(mine["upstream"]),
        did_last=frozenset(zip(last["activity"], last["upstream"], strict=True)),
    )
