"""What came of a saved plan: planned against done, a question of the review of that period."""

from typing import Any

import pandas as pd

from contribkit.config.models import Team
from contribkit.config.organisation import Organisation
from contribkit.plan.lines import Cell, Line, SavedPlan, cells_in_order
from contribkit.privacy import without_paths
from contribkit.review import figures, page
from contribkit.review.data import ReviewData
from contribkit.review.page import Section, dicts, picture
from contribkit.review.question import Prepared, array, of
from contribkit.tables import conform, grouped, records, rows_of
from contribkit.text import pluralise
from contribkit.vocabulary import Activity, Lead

PLANNED_AND_DONE = {
    "activity": "str", "upstream": "str", "planned": "Int64", "done": "Int64", "planned_for": "list", "done_by": "list",
}  # fmt: skip
UNPLANNED = {"activity": "str", "upstream": "str", "done": "Int64", "done_by": "list"}


def planned_and_done(lines: list[Line], rows: pd.DataFrame, organisation: Organisation, team: Team) -> pd.DataFrame:
    """Return planned against done, one row an activity in a project. The plan is the team's, not a person's.

    A contribution counts as done whoever led it: a release made for a stakeholder is a release.

    Parameters
    ----------
    lines
        The team's lines of the saved plan.
    rows
        The team's judged contributions of the period.
    organisation, team
        Whose projects, and who is in the team.

    Returns
    -------
    pandas.DataFrame
        `activity`, `upstream` (str), `planned`, `done` (Int64: contributions), `planned_for`, `done_by` (lists of
        logins in the order of the team file). In the order of `Activity` and of the projects in contribkit.toml.
    """
    planned, done = grouped([line.cell for line in lines], lines), _logins_by_cell(rows, organisation)
    table = [
        {
            "activity": cell[0], "upstream": cell[1],
            "planned": sum(line.how_many for line in planned[cell]), "done": len(done.get(cell, [])),
            "planned_for": _in_order((login for line in planned[cell] for login in (line.who, line.partner)), team),
            "done_by": _in_order(done.get(cell, []), team),
        }
        for cell in cells_in_order(organisation)
        if cell in planned
    ]  # fmt: skip
    return conform(pd.DataFrame(table, columns=list(PLANNED_AND_DONE)), PLANNED_AND_DONE)


def unplanned(lines: list[Line], rows: pd.DataFrame, organisation: Organisation, team: Team) -> pd.DataFrame:
    """Return a team's upstream-led work that no line of its plan is for; parameters as `planned_and_done`.

    Returns
    -------
    pandas.DataFrame
        `activity`, `upstream` (str), `done` (Int64), `done_by` (list of logins).
    """
    planned = {line.cell for line in lines}
    done = _logins_by_cell(rows[rows["lead"] == Lead.UPSTREAM], organisation)
    table = [
        {"activity": cell[0], "upstream": cell[1], "done": len(done[cell]), "done_by": _in_order(done[cell], team)}
        for cell in cells_in_order(organisation)
        if cell in done and cell not in planned
    ]
    return conform(pd.DataFrame(table, columns=list(UNPLANNED)), UNPLANNED)


def _logins_by_cell(rows: pd.DataFrame, organisation: Organisation) -> dict[Cell, list[str]]:
    cells = [(row["activity"], organisation.project_of(row) or "") for row in rows_of(rows)]
    return grouped(cells, rows["actor"])


def _in_order(logins: Any, team: Team) -> list[str]:
    """Return each login once, in the order of the team file."""
    present = {login.casefold() for login in logins if login}
    return list(dict.fromkeys(member.login for member in team.members if member.login.casefold() in present))


# The section.

_TITLE = "What came of the plan?"


_TEXT = {"type": "string"}
_SCHEMA = {
    "type": ["object", "null"],
    "description": "Planned against done, a row an activity in a project; null where no plan was saved. planned_for "
    "and done_by count people. A contribution counts as done whoever led it; unplanned is upstream-led work that no "
    "line is for.",
    "additionalProperties": False,
    "required": ["lines", "unplanned"],
    "properties": {
        "lines": array(
            activity=_TEXT, upstream=_TEXT, planned=of("count"), done=of("count"), planned_for=of("count"),
            done_by=of("count"),
        ),
        "unplanned": array(activity=_TEXT, upstream=_TEXT, done=of("count"), done_by=of("count")),
    },
}  # fmt: skip


def planned_question(saved: SavedPlan | None) -> Prepared:
    """Return the question what came of a saved plan; its section is empty if no plan was saved for the period."""
    return Prepared("planned", _TITLE if saved else "", {"planned": _SCHEMA}, lambda data: planned_section(data, saved))


def planned_section(review: ReviewData, saved: SavedPlan | None) -> Section:
    """Return planned against done; empty if no plan was saved for the period.

    Parameters
    ----------
    review
        What the review of a team looks at.
    saved
        What `contribkit.read_planned` returns.
    """
    if saved is None:
        return Section("", "", "", {"planned": None})
    asked = saved.lines_of(review.team), review.named_rows, review.organisation, review.team
    lines, beside = planned_and_done(*asked), unplanned(*asked)
    sentence = _sentence(lines, beside, review.words["upstream"])
    body = page.html(
        "planned.html", title=_TITLE, sentence=sentence, picture=picture(_figure(lines), sentence),
        lines=_shown(lines, review), unplanned=_shown(beside, review), names=not review.without_names,
        notes=_notes(saved, review),
    )  # fmt: skip
    return Section(_TITLE, sentence, body, {"planned": {"lines": _numbers(lines), "unplanned": _numbers(beside)}})


def _notes(saved: SavedPlan, review: ReviewData) -> list[str]:
    # A broken line may hold anybody's name.
    if review.without_names and saved.notes:
        return [f"could not be read: {pluralise(len(saved.notes), 'line')} of the plan"]
    return [without_paths(note, review.organisation.root) for note in saved.notes]


def _sentence(lines: pd.DataFrame, beside: pd.DataFrame, word: str) -> str:
    if not len(lines):
        return "The plan of this period has no line for this team."
    silent = [_work(row) for row in dicts(lines[lines["done"] == 0])]
    nothing = f" Nothing came of: {', '.join(silent)}." if silent else ""
    extra = int(beside["done"].sum())
    came = f" {pluralise(extra, f'{word} contribution')} came unplanned." if extra else " Nothing came unplanned."
    return f"{_met(lines)}.{nothing}{came}"


def _met(lines: pd.DataFrame) -> str:
    met = int((lines["done"] >= lines["planned"]).sum())
    return f"{met} of {pluralise(len(lines), 'planned piece')} of work got as far as planned"


def _work(row: dict[str, Any]) -> str:
    return f"{Activity(row['activity']).word} in {row['upstream']}"


def _figure(lines: pd.DataFrame) -> Any:
    if not len(lines):
        return None
    work = [_work(row) for row in dicts(lines)]
    table = pd.DataFrame({"goal": work, "done": lines["done"], "target": lines["planned"]})
    return figures.goal_figure(table, "contributions", _met(lines), stroke="plan")


def _shown(table: pd.DataFrame, review: ReviewData) -> list[dict[str, Any]]:
    names = {member.login: member.word for member in review.team.members}
    people = [name for name in ("planned_for", "done_by") if name in table]
    return [
        row | {"work": _work(row)} | {name: ", ".join(names[login] for login in row[name]) for name in people}
        for row in dicts(table)
    ]


def _numbers(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table for the summary: how many people, not who."""
    people = [name for name in ("planned_for", "done_by") if name in table]
    return records(table.assign(**{name: table[name].map(len) for name in people}))
