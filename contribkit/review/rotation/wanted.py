"""How much of what a team wants to do: from goals, from what was done so far, and from needs."""

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from contribkit.config.models import Goal, Team
from contribkit.review.rotation.amounts import apportion
from contribkit.review.rotation.history import periods_with_work
from contribkit.vocabulary import Activity, Lead

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation

UPKEEP = (
    Activity.RELEASE, Activity.REVIEW, Activity.ONBOARDING, Activity.CI, Activity.DOCS, Activity.MEETING,
    Activity.STRATEGY, Activity.TRIAGE, Activity.BUGFIX, Activity.MAINTENANCE,
)  # fmt: skip
"""What goes on from period to period, so that earlier ones say how much; features come from goals and the roadmap."""

Cell = tuple[str, str]
"""An activity and a project."""


@dataclass
class Entry:
    """How many contributions of one sort, where the number comes from, and with which needs to begin.

    `priority` is 0 for goals, 1 for needs, 2 for what was done so far.
    """

    how_many: int = 0
    because: list[str] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    priority: int = 2


class Wanted:
    """What a team wants, by activity and project.

    Targets and needs are of the whole organisation: they are divided by how much each team worked in the project so
    far.

    Parameters
    ----------
    organisation, team
        Whose projects and teams, and for which of them.
    work
        What was done before; see `contribkit.review.rotation.work_of`.
    """

    def __init__(self, organisation: "Organisation", team: Team, work: pd.DataFrame) -> None:
        self.entries: dict[Cell, Entry] = {}
        self._projects = [project.name for project in organisation.upstream]
        self._mine = organisation.teams.index(team)
        by_team = [work[work["actor"].isin([m.login for m in one.members])] for one in organisation.teams]
        self._parts = {
            name: [int((rows["upstream"] == name).sum()) for rows in by_team] for name in self._projects
        }  # fmt: skip
        self._everybody, self._own = _led(work), _led(by_team[self._mine])
        self._periods = periods_with_work(work)

    def in_order(self) -> dict[Cell, Entry]:
        """Return what is wanted, in the order of `Activity` and of the projects in the file."""
        cells = [(str(activity), name) for activity in Activity for name in self._projects]
        return {cell: self.entries[cell] for cell in cells if cell in self.entries}

    def add_goal(self, goal: Goal, target: float | None) -> None:
        """Add this team's part of a goal: its target divided over activities, projects and teams."""
        cells = [
            (str(activity), name)
            for activity in goal.activities
            for name in self._projects
            if not goal.upstream or name in goal.upstream
        ]
        # Each cell counts once more than it had, so that what nobody did so far is wanted too.
        weights = [(self._everybody[cell] + 1) * part for cell in cells for part in self._shares(cell[1])]
        so_far = sum(self._a_period(self._everybody[cell]) for cell in cells)
        total = max(1, so_far if target is None else round(target))
        amounts = apportion(total, weights)[self._mine :: len(self._parts[cells[0][1]])] if cells else []
        for cell, amount in zip(cells, amounts, strict=True):
            whole = f"{amount} of {total}" if target is not None else "no target, so as many as so far"
            if amount:
                self._add(cell, amount, f'goal "{goal.name}" ({whole})', priority=0)

    def add_habits(self) -> None:
        """Add what the team did so far, where nothing else asks for it."""
        for cell, count in self._own.items():
            amount = self._a_period(count)
            if amount and cell not in self.entries and cell[0] in UPKEEP:
                self._add(cell, amount, f"about {amount} a period so far", priority=2)

    def add_needs(self, needs: pd.DataFrame) -> None:
        """Add the needs that come first in projects in which this team works most, to what is wanted anyway."""
        for (activity, upstream), rows in needs.groupby(["activity", "upstream"], sort=False):
            counts = self._parts[str(upstream)]
            if counts.index(max(counts)) == self._mine:
                cell = (str(activity), str(upstream))
                more = len(rows) - self.entries.get(cell, Entry()).how_many
                if more > 0:
                    self._add(cell, more, f"{len(rows)} of the needs that come first", priority=1)
                self.entries[cell].needs += list(rows["ref"])

    def _add(self, cell: Cell, amount: int, because: str, priority: int) -> None:
        entry = self.entries.setdefault(cell, Entry())
        entry.how_many += amount
        entry.because.append(because)
        entry.priority = min(entry.priority, priority)

    def _shares(self, project: str) -> list[float]:
        counts = self._parts[project]
        return [count / sum(counts) if sum(counts) else 1 / len(counts) for count in counts]

    def _a_period(self, count: int) -> int:
        """Return how many there were in a period on average, a half rounded up."""
        return int(count / self._periods + 0.5)


def _led(work: pd.DataFrame) -> Counter[Cell]:
    """Return how much upstream-led work of each sort was done."""
    led = work[work["lead"] == Lead.UPSTREAM]
    return Counter(zip(led["activity"], led["upstream"], strict=True))
