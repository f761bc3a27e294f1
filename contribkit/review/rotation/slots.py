"""What there is to hand out: what a team wants, cut into lines for one person each."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from contribkit.config.models import Team
from contribkit.period import Period
from contribkit.review.rotation.amounts import cut
from contribkit.review.rotation.wanted import Cell, Entry, Wanted
from contribkit.review.sharing import target_in
from contribkit.vocabulary import Activity

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation

HANDFUL = 5
"""The most contributions on one line."""

_ALONE = (Activity.RELEASE, Activity.MEETING, Activity.STRATEGY)  # one a line, so that several people learn it


@dataclass(frozen=True)
class Slot:
    """Something for one person to take.

    Attributes
    ----------
    activity, upstream
        What, and in which project.
    how_many
        How many contributions.
    because
        Where the number comes from, in words.
    needs
        References of needs with which to begin.
    priority
        0 for goals, 1 for needs, 2 for what was done so far: what gives way first where nobody has time.
    """

    activity: str
    upstream: str
    how_many: int
    because: str
    needs: tuple[str, ...] = ()
    priority: int = 0


def slots_of(
    organisation: "Organisation", team: Team, period: Period, work: pd.DataFrame, needs: pd.DataFrame, people: int
) -> list[Slot]:
    """Return what a team could take on in a period.

    Parameters
    ----------
    organisation
        Whose goals and teams.
    team
        For whom.
    period
        For when: goals that do not hold are left out, targets are scaled to its length.
    work
        What was done before; see `work_of`.
    needs
        The needs that come first, as `spread` returns them.
    people
        How many have time: with more people, lines are shorter.

    Returns
    -------
    list of Slot
        In the order of `Activity` and of the projects in the file.
    """
    wanted = Wanted(organisation, team, work)
    for goal in organisation.goals:
        if goal.holds_between(period.first_day, period.last_day):
            wanted.add_goal(goal, target_in(goal, period))
    wanted.add_habits()
    wanted.add_needs(needs)
    return _cut(wanted.in_order(), people)


def _cut(wanted: dict[Cell, Entry], people: int) -> list[Slot]:
    """Cut what is wanted into lines: shorter ones where else somebody would have none."""
    for most in range(HANDFUL, 0, -1):
        pieces = [
            (cell, part)
            for cell, entry in wanted.items()
            for part in cut(entry.how_many, 1 if cell[0] in _ALONE else most)
        ]
        if len(pieces) >= people:
            break
    waiting = {cell: list(entry.needs) for cell, entry in wanted.items()}
    slots = []
    for cell, part in pieces:
        # A line begins with as many of the needs that are left as it is for.
        first, waiting[cell] = tuple(waiting[cell][:part]), waiting[cell][part:]
        slots.append(Slot(*cell, part, " and ".join(wanted[cell].because), first, wanted[cell].priority))
    return slots
