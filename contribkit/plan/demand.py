"""What a team could do in a period, from goals, earlier periods and needs, cut into lines for one person each."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from contribkit.config.models import Goal, Team
from contribkit.config.organisation import Organisation
from contribkit.period import Period
from contribkit.plan.lines import Cell, Line, cells_in_order
from contribkit.review.questions.goals import target_in
from contribkit.tables import rows_of
from contribkit.vocabulary import UPKEEP, Activity, Lead

ONGOING = UPKEEP | {Activity.BUGFIX}
"""Activities that go on from period to period; features come from goals and the roadmap."""

ONE_A_LINE = (Activity.RELEASE, Activity.MEETING, Activity.STRATEGY)  # so that several people learn them
HANDFUL = 5
"""The most contributions on one line."""

WORK = {"back": "int64", "actor": "str", "activity": "str", "upstream": "str", "lead": "str"}
"""One row a contribution to an upstream project; ``back``: how many periods ago, 1 is the last one."""


def earlier_work(earlier: Mapping[Period, pd.DataFrame], organisation: Organisation) -> pd.DataFrame:
    """Return the contributions to upstream projects in earlier periods (oldest first), in the columns of `WORK`."""
    rows = [
        (back, row["actor"], row["activity"], organisation.project_of(row), row["lead"])
        for back, judged in enumerate(reversed(list(earlier.values())), start=1)
        for row in rows_of(judged)
    ]
    table = pd.DataFrame(rows, columns=list(WORK)).astype(WORK)
    return table[table["upstream"].notna()].reset_index(drop=True)


def lines_to_take(
    organisation: Organisation, team: Team, period: Period, work: pd.DataFrame, needs: pd.DataFrame, people: int
) -> list[Line]:
    """Return what a team could take on in a period, as lines that nobody has taken yet.

    `work` is what `earlier_work` returns, over all teams; `needs` those to begin with. Lines get shorter until there is
    one for each of the `people` who have time.
    """
    demand = Demand(organisation, team, work)
    for goal in organisation.goals:
        if goal.holds_between(period.first_day, period.last_day):
            demand.add_goal(goal, target_in(goal, period))
    demand.add_habits()
    demand.add_needs(needs)
    wanted = [demand.wanted[cell] for cell in cells_in_order(organisation) if cell in demand.wanted]
    for most in range(HANDFUL, 0, -1):
        lines = [line for whole in wanted for line in _cut(whole, most)]
        if len(lines) >= people:
            break
    return lines


class Demand:
    """What a team wants, by activity and project.

    Targets and needs are of the whole organisation. They are divided between teams by how much each team worked in the
    project so far.
    """

    def __init__(self, organisation: Organisation, team: Team, work: pd.DataFrame) -> None:
        self.wanted: dict[Cell, Line] = {}
        self._slug, self._mine = team.slug, organisation.teams.index(team)
        by_team = [work[work["actor"].isin([m.login for m in one.members])] for one in organisation.teams]
        self._rows = {
            project.name: [int((rows["upstream"] == project.name).sum()) for rows in by_team]
            for project in organisation.upstream
        }
        self._everybody, self._own = _upstream_led(work), _upstream_led(by_team[self._mine])
        # A period without any contribution is one of which nothing is known, so it is left out of averages.
        self._periods = max(1, work["back"].nunique())

    def add_goal(self, goal: Goal, target: float | None) -> None:
        """Add this team's part of a goal: its target divided between activities, projects and teams."""
        projects = [name for name in self._rows if not goal.upstream or name in goal.upstream]
        cells = [(str(activity), name) for activity in goal.activities for name in projects]
        # Each cell counts once more than it had, so that what nobody did so far gets a part too.
        weights = [(self._everybody[cell] + 1) * part for cell in cells for part in self._parts(cell[1])]
        so_far = sum(self._per_period(self._everybody[cell]) for cell in cells)
        total = max(1, so_far if target is None else round(target))
        teams = len(weights) // len(cells) if cells else 1
        for cell, amount in zip(cells, apportion(total, weights)[self._mine :: teams], strict=True):
            whole = f"{amount} of {total}" if target is not None else "no target, so as many as before"
            if amount:
                self._add(cell, amount, f'goal "{goal.name}" ({whole})', priority=0)

    def add_habits(self) -> None:
        """Add what the team did so far, where no goal asks for it."""
        for cell, count in self._own.items():
            amount = self._per_period(count)
            if amount and cell not in self.wanted and cell[0] in ONGOING:
                self._add(cell, amount, f"about {amount} per period so far", priority=2)

    def add_needs(self, needs: pd.DataFrame) -> None:
        """Add the needs to begin with in projects in which this team works most."""
        for (activity, upstream), rows in needs.groupby(["activity", "upstream"], sort=False):
            counts = self._rows[str(upstream)]
            if counts.index(max(counts)) == self._mine:
                cell = (str(activity), str(upstream))
                more = len(rows) - (self.wanted[cell].how_many if cell in self.wanted else 0)
                if more > 0:
                    self._add(cell, more, f"{len(rows)} of the needs to begin with", priority=1)
                line = self.wanted[cell]
                self.wanted[cell] = replace(line, needs=(*line.needs, *rows["ref"]))

    def _add(self, cell: Cell, how_many: int, because: str, priority: int) -> None:
        line = self.wanted.get(cell, Line(*cell, 0, team=self._slug, priority=priority))
        self.wanted[cell] = replace(
            line,
            how_many=line.how_many + how_many,
            because=f"{line.because} and {because}" if line.because else because,
            priority=min(line.priority, priority),
        )

    def _parts(self, project: str) -> list[float]:
        """Return each team's part of what was done in a project; equal parts if nothing was."""
        counts = self._rows[project]
        return [count / sum(counts) if sum(counts) else 1 / len(counts) for count in counts]

    def _per_period(self, count: int) -> int:
        """Return how many there were per period on average, a half rounded up."""
        return int(count / self._periods + 0.5)


def _upstream_led(work: pd.DataFrame) -> Counter[Cell]:
    led = work[work["lead"] == Lead.UPSTREAM]
    return Counter(zip(led["activity"], led["upstream"], strict=True))


def _cut(whole: Line, most: int) -> list[Line]:
    """Cut a line into as few of about one size as possible; each begins with as many needs as it has room for."""
    parts = math.ceil(whole.how_many / (1 if whole.activity in ONE_A_LINE else most))
    lines, needs = [], whole.needs
    for how_many in apportion(whole.how_many, [1.0] * parts):
        lines.append(replace(whole, how_many=how_many, needs=needs[:how_many]))
        needs = needs[how_many:]
    return lines


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Divide a total in proportion to weights, by the largest remainders (Hamilton's method); equal ones in order.

    Examples
    --------
    >>> apportion(15, [2, 1, 1]), apportion(3, [0, 0]), apportion(2, [])
    ([7, 4, 4], [2, 1], [])
    """
    shares = list(weights) if sum(weights) > 0 else [1.0] * len(weights)
    exact = [total * share / sum(shares) for share in shares]
    parts = [math.floor(share) for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts
