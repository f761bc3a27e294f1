"""What there is to hand out: slots from goals, from what was done so far, and from the needs that come first."""

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from contribkit.configuration import Goal, Team
from contribkit.period import Period
from contribkit.review.rotation.amounts import apportion, cut
from contribkit.review.rotation.history import periods_with_work
from contribkit.review.sharing import target_in
from contribkit.vocabulary import Activity, Lead

if TYPE_CHECKING:
    from contribkit.organisation import Organisation

UPKEEP = (
    Activity.RELEASE, Activity.REVIEW, Activity.ONBOARDING, Activity.CI, Activity.DOCS, Activity.MEETING,
    Activity.STRATEGY, Activity.TRIAGE, Activity.BUGFIX, Activity.MAINTENANCE,
)  # fmt: skip
"""What goes on from period to period, so that earlier ones say how much; features come from goals and the roadmap."""

HANDFUL = 5
_ALONE = (Activity.RELEASE, Activity.MEETING, Activity.STRATEGY)  # one a line, so that several people learn it

Cell = tuple[str, str]  # activity and project


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


@dataclass
class _Wanted:
    how_many: int = 0
    because: list[str] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    priority: int = 2


def slots_of(
    organisation: "Organisation", team: Team, period: Period, work: pd.DataFrame, needs: pd.DataFrame, people: int
) -> list[Slot]:
    """Return what a team could take on in a period.

    What several teams share, targets and needs, is divided by how much each of them worked in the project so far.

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
    wanted: dict[Cell, _Wanted] = {}
    parts = {
        project.name: [_work_of_team(work, one, project.name) for one in organisation.teams]
        for project in organisation.upstream
    }
    mine = organisation.teams.index(team)
    for goal in organisation.goals:
        if goal.holds_between(period.first_day, period.last_day):
            _add_goal(wanted, goal, target_in(goal, period), organisation, work, parts, mine)
    _add_habits(wanted, work[work["actor"].isin([member.login for member in team.members])], periods_with_work(work))
    _add_needs(wanted, needs, parts, mine)
    order = [(str(activity), project.name) for activity in Activity for project in organisation.upstream]
    return _cut({cell: wanted[cell] for cell in order if cell in wanted and wanted[cell].how_many}, people)


def _work_of_team(work: pd.DataFrame, team: Team, upstream: str) -> int:
    logins = [member.login for member in team.members]
    return int(((work["upstream"] == upstream) & work["actor"].isin(logins)).sum())


def _add_goal(
    wanted: dict[Cell, _Wanted],
    goal: Goal,
    target: float | None,
    organisation: "Organisation",
    work: pd.DataFrame,
    parts: dict[str, list[int]],
    mine: int,
) -> None:
    """Divide a goal's target over its activities and projects, and over the teams that work there."""
    cells = [
        (str(activity), project.name)
        for activity in goal.activities
        for project in organisation.upstream
        if not goal.upstream or project.name in goal.upstream
    ]
    counts = _counts(work)
    # Each cell counts once more than it had, so that what nobody did so far is wanted too.
    weights = [(counts.get(cell, 0) + 1) * part for cell in cells for part in _shares(parts[cell[1]])]
    so_far = sum(_a_period(counts.get(cell, 0), periods_with_work(work)) for cell in cells)
    total = max(1, so_far if target is None else round(target))
    amounts = apportion(total, weights)
    for place, cell in enumerate(cells):
        amount = amounts[place * len(organisation.teams) + mine]
        if amount:
            entry = wanted.setdefault(cell, _Wanted())
            entry.how_many += amount
            entry.priority = 0
            whole = f"{amount} of {total}" if target is not None else "no target, so as many as so far"
            entry.because.append(f'goal "{goal.name}" ({whole})')


def _shares(counts: list[int]) -> list[float]:
    return [count / sum(counts) if sum(counts) else 1 / len(counts) for count in counts]


def _counts(work: pd.DataFrame) -> dict[Cell, int]:
    """Return how much upstream-led work of each sort was done."""
    led = work[work["lead"] == Lead.UPSTREAM]
    return dict(Counter(zip(led["activity"], led["upstream"], strict=True)))


def _a_period(count: int, periods: int) -> int:
    """Return how many there were in a period on average, a half rounded up."""
    return int(count / periods + 0.5)


def _add_habits(wanted: dict[Cell, _Wanted], work: pd.DataFrame, periods: int) -> None:
    """Add what the team did so far, where no goal plans it already."""
    for cell, count in _counts(work).items():
        amount = _a_period(count, periods)
        if amount and cell not in wanted and cell[0] in UPKEEP:
            wanted[cell] = _Wanted(amount, [f"about {amount} a period so far"])


def _add_needs(wanted: dict[Cell, _Wanted], needs: pd.DataFrame, parts: dict[str, list[int]], mine: int) -> None:
    """Add needs to what is wanted anyway; those of the projects in which this team works most are its own."""
    for (activity, upstream), rows in needs.groupby(["activity", "upstream"], sort=False):
        counts = parts[str(upstream)]
        if counts.index(max(counts)) != mine:
            continue
        entry = wanted.setdefault((str(activity), str(upstream)), _Wanted(priority=1))
        entry.needs += list(rows["ref"])
        if len(rows) > entry.how_many:
            entry.how_many = len(rows)
            entry.because.append(f"{len(rows)} of the needs that come first")


def _cut(wanted: dict[Cell, _Wanted], people: int) -> list[Slot]:
    """Cut what is wanted into lines for one person each: shorter ones where else somebody would have none."""
    for most in range(HANDFUL, 0, -1):
        pieces = [(cell, part) for cell, entry in wanted.items() for part in cut(entry.how_many, _most(cell[0], most))]
        if len(pieces) >= people:
            break
    return [_slot(cell, part, wanted[cell]) for cell, part in pieces]


def _most(activity: str, most: int) -> int:
    return 1 if activity in _ALONE else most


def _slot(cell: Cell, how_many: int, entry: _Wanted) -> Slot:
    """Return one line; it takes as many of the needs that are left as it is for."""
    first, entry.needs = tuple(entry.needs[:how_many]), entry.needs[how_many:]
    return Slot(*cell, how_many, " and ".join(entry.because), first, entry.priority)
