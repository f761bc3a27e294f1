"""The upstream-led work: how far each goal got, and how it is spread over activities and people."""

import pandas as pd

from contribkit.config.models import Goal, Team
from contribkit.period import Period
from contribkit.vocabulary import Activity, Kind, Lead

_DAYS_A_QUARTER = 91.3125  # a quarter of a mean Gregorian year


def goal_table(rows: pd.DataFrame, goals: list[Goal], period: Period) -> pd.DataFrame:
    """Return how far each goal got.

    Parameters
    ----------
    rows
        Judged contributions, of which `goal` and `actor` are read.
    goals
        The goals; those that do not hold in the period are left out.
    period
        The days looked at: a target for a quarter is scaled to its length.

    Returns
    -------
    pandas.DataFrame
        One row a goal, in the order of the file: `goal` (str), `done` (int), `target` (float, missing where it has
        none), `people` (int: how many took part).
    """
    holding = [goal for goal in goals if goal.holds_between(period.first_day, period.last_day)]
    table = []
    for goal in holding:
        mine = rows[rows["goal"] == goal.name]
        table.append((goal.name, len(mine), target_in(goal, period), mine["actor"].nunique()))
    frame = pd.DataFrame(table, columns=["goal", "done", "target", "people"])
    return frame.astype({"goal": "str", "done": int, "target": "Float64", "people": int})


def target_in(goal: Goal, period: Period) -> float | None:
    """Return a goal's target scaled from a quarter to a period, None where it has none.

    Examples
    --------
    >>> target_in(Goal(name="Review", target=20), Period("2026-H1"))
    40.0
    """
    days = (period.last_day - period.first_day).days + 1
    quarters = max(1, round(days / _DAYS_A_QUARTER)) if days > 80 else days / _DAYS_A_QUARTER
    return round(float(goal.target * quarters), 1) if goal.target else None


def activity_by_member(rows: pd.DataFrame, team: Team, period: Period) -> pd.DataFrame:
    """Return upstream-led contributions by activity and member, empty cells among them.

    Parameters
    ----------
    rows
        Judged contributions, of which `lead`, `activity` and `actor` are read.
    team
        Whose members; they keep the order of the file, so that no ranking appears.
    period
        Who was a member on none of its days is left out.

    Returns
    -------
    pandas.DataFrame
        Indexed by activity (those of `Activity` with any work, in its order), a column a member's login; counts.
    """
    led = rows[rows["lead"] == Lead.UPSTREAM]
    members = [m.login for m in team.members if m.holds_between(period.first_day, period.last_day)]
    present = [str(activity) for activity in Activity if (led["activity"] == activity).any()]
    counts = led.groupby(["activity", "actor"]).size().unstack(fill_value=0)
    return counts.reindex(index=present, columns=list(dict.fromkeys(members)), fill_value=0).astype(int)


def is_release(rows: pd.DataFrame) -> pd.Series:
    """Say of contributions whether they are releases, whoever led them."""
    return rows["kind"] == Kind.RELEASE


def releases(rows: pd.DataFrame) -> dict[str, int]:
    """Return how many releases there were, and by how many people.

    Source: CHAOSS, Release Frequency, with the people beside it, since a release that one person alone can make waits
    for that person.

    Examples
    --------
    >>> rows = pd.DataFrame({"kind": ["release", "release", "review"], "actor": ["ada", "ada", "bob"]})
    >>> releases(rows)
    {'rows': 2, 'people': 1}
    """
    made = rows[is_release(rows)]
    return {"rows": len(made), "people": int(made["actor"].nunique())}
