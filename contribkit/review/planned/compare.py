"""Planned against done: what came of each line of work, and what came unplanned."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.config.models import Team
from contribkit.review.planned.file import lines_of
from contribkit.tables import conform, rows_of
from contribkit.vocabulary import Activity, Lead

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation

COMPARED = {
    "activity": "str",
    "upstream": "str",
    "planned": "Int64",
    "done": "Int64",
    "planned_for": "list",
    "done_by": "list",
}
UNPLANNED = {name: kind for name, kind in COMPARED.items() if not name.startswith("planned")}


def planned_against_done(
    planned: pd.DataFrame, rows: pd.DataFrame, organisation: "Organisation", team: Team
) -> pd.DataFrame:
    """Return what came of a team's plan, one row an activity in a project: the plan is the team's, no person's.

    A contribution counts as done whoever led it: a release made for a stakeholder is a release.

    Parameters
    ----------
    planned
        A table of the schema `PLANNED`.
    rows
        The team's judged contributions of the period.
    organisation, team
        Whose plan, and who is meant by it.

    Returns
    -------
    pandas.DataFrame
        `activity`, `upstream` (str), `planned`, `done` (int), `planned_for`, `done_by` (lists of logins in the order of
        the team file). In the order of `Activity` and of the projects in the file.
    """
    lines = planned[lines_of(planned, team)]
    named = lines.melt(["activity", "upstream"], ["who", "with"], value_name="login")
    wanted = lines.groupby(["activity", "upstream"])["how many"].sum().to_dict()
    done = _done(rows, organisation)
    table = [
        {
            "activity": activity, "upstream": upstream, "planned": int(wanted[activity, upstream]),
            "done": len(_of(done, activity, upstream)),
            "planned_for": _in_order(_of(named, activity, upstream)["login"], team),
            "done_by": _in_order(_of(done, activity, upstream)["login"], team),
        }
        for activity, upstream in _cells(organisation)
        if (activity, upstream) in wanted
    ]  # fmt: skip
    return conform(pd.DataFrame(table, columns=list(COMPARED)), COMPARED)


def unplanned(planned: pd.DataFrame, rows: pd.DataFrame, organisation: "Organisation", team: Team) -> pd.DataFrame:
    """Return the upstream-led work of a team that no line of its plan is for; parameters as above.

    Returns
    -------
    pandas.DataFrame
        `activity`, `upstream` (str), `done` (int), `done_by` (list of logins).
    """
    lines = planned[lines_of(planned, team)]
    wanted = set(zip(lines["activity"], lines["upstream"], strict=True))
    done = _done(rows[rows["lead"] == Lead.UPSTREAM], organisation)
    table = [
        {
            "activity": activity, "upstream": upstream, "done": len(_of(done, activity, upstream)),
            "done_by": _in_order(_of(done, activity, upstream)["login"], team),
        }
        for activity, upstream in _cells(organisation)
        if (activity, upstream) not in wanted and len(_of(done, activity, upstream))
    ]  # fmt: skip
    return conform(pd.DataFrame(table, columns=list(UNPLANNED)), UNPLANNED)


def _cells(organisation: "Organisation") -> list[tuple[str, str]]:
    return [(str(activity), project.name) for activity in Activity for project in organisation.upstream]


def _done(rows: pd.DataFrame, organisation: "Organisation") -> pd.DataFrame:
    found = [
        {"activity": row["activity"], "upstream": organisation.project_of(row), "login": row["actor"]}
        for row in rows_of(rows)
    ]
    return pd.DataFrame(found, columns=["activity", "upstream", "login"])


def _of(table: pd.DataFrame, activity: str, upstream: str) -> pd.DataFrame:
    return table[(table["activity"] == activity) & (table["upstream"] == upstream)]


def _in_order(logins: "pd.Series[Any]", team: Team) -> list[str]:
    """Return each login once, in the order of the team file."""
    present = {login.casefold() for login in logins.dropna()}
    return list(dict.fromkeys(member.login for member in team.members if member.login.casefold() in present))
