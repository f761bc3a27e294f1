"""What came of a saved plan: planned against done, a question of the review of that period."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure

from contribkit.config.models import Team
from contribkit.config.organisation import Organisation
from contribkit.plan.lines import Cell, Line, SavedPlan, cells_in_order
from contribkit.privacy import without_paths
from contribkit.review import figures, page
from contribkit.review.question import Question, array, obj, of
from contribkit.review.review import Review, ReviewSection
from contribkit.review.review_data import ReviewData
from contribkit.tables import conform, grouped, records, rows_of
from contribkit.text import MISSING, pluralise
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
    lines, rows
        The team's lines of the saved plan, and its judged contributions of the period.
    organisation, team
        Whose projects, and who is in the team.

    Returns
    -------
    pandas.DataFrame
        The columns of `PLANNED_AND_DONE`: `planned` and `done` are contributions, `planned_for` and `done_by` logins.
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
    """Return a team's upstream-led work that no line of its plan is for; parameters as `planned_and_done`."""
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


class Planned(Question):
    """What came of the saved plan of a period; without one it stays empty.

    Parameters
    ----------
    saved
        What `contribkit.read_planned` returned.
    """

    name = "planned"
    schema = {
        "planned": obj(
            "Planned against done, a row an activity in a project; null where no plan was saved. planned_for and "
            "done_by count people. A contribution counts as done whoever led it; unplanned is upstream-led work that "
            "no line is for.",
            lines=array(
                activity={"type": "string"}, upstream={"type": "string"}, planned=of("count"), done=of("count"),
                planned_for=of("count"), done_by=of("count"),
            ),
            unplanned=array(
                activity={"type": "string"}, upstream={"type": "string"}, done=of("count"), done_by=of("count")
            ),
        ) | {"type": ["object", "null"]}
    }  # fmt: skip

    def __init__(self, saved: SavedPlan | None) -> None:
        self.saved = saved
        self.title = "What came of the plan?" if saved else ""

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        tables = self._named(data)
        return {name: _counted(table) for name, table in tables.items()} if data.without_names else tables

    def _named(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        if self.saved is None:
            return {}
        asked = self.saved.lines_of(data.team), data.named_rows, data.organisation, data.team
        return {"lines": planned_and_done(*asked), "unplanned": unplanned(*asked)}

    def sentence(self, data: ReviewData) -> str:
        if self.saved is None:
            return ""
        lines, extra = self.tables(data)["lines"], int(self.tables(data)["unplanned"]["done"].sum())
        if not len(lines):
            return "The plan of this period has no line for this team."
        silent = _work(lines[lines["done"] == 0])
        nothing = f" Nothing came of: {', '.join(silent)}." if silent else ""
        contributions = pluralise(extra, f"{data.words['upstream']} contribution") if extra else "Nothing"
        return f"{_met(lines)}.{nothing} {contributions} came unplanned."

    def figure(self, data: ReviewData) -> Figure | None:
        lines = self.tables(data).get("lines", pd.DataFrame())
        if not len(lines):
            return None
        table = pd.DataFrame({"goal": _work(lines), "done": lines["done"], "target": lines["planned"]})
        return figures.goal_figure(table, "contributions", _met(lines), stroke="plan")

    def numbers(self, data: ReviewData) -> dict[str, Any]:
        tables = {name: records(_counted(table)) for name, table in self._named(data).items()}
        return {"planned": tables or None}

    def html(self, data: ReviewData) -> Markup:
        return Markup("") if self.saved is None else super().html(data)

    def body(self, data: ReviewData) -> Iterable[Markup]:
        tables, saved = self.tables(data), self.saved
        if saved is None:
            return
        names = {} if data.without_names else {member.login: member.word for member in data.team.members}
        yield _table(tables["lines"], names)
        if len(tables["lines"]):
            yield page.paragraph(
                "A contribution counts whoever led it. The plan is the team's: somebody else may have done what a "
                "person was asked to do.", quiet=True,
            )  # fmt: skip
        kinds = pluralise(len(tables["unplanned"]), "kind")
        yield page.details(f"what came unplanned: {kinds} of work", _table(tables["unplanned"], names))
        if data.without_names and saved.notes:  # a broken line may hold anybody's name
            yield page.paragraph(f"could not be read: {pluralise(len(saved.notes), 'line')} of the plan", quiet=True)
        else:
            for note in saved.notes:
                yield page.paragraph(without_paths(note, data.organisation.root), quiet=True)


def planned_section(review: Review, saved: SavedPlan | None) -> ReviewSection:
    """Return what came of a saved plan; a review that `contribkit.open_review` returned has it as `review.planned`.

    Parameters
    ----------
    review
        The review of a team.
    saved
        What `contribkit.read_planned` returns.
    """
    return ReviewSection(Planned(saved), review.data, None, "")


def _met(lines: pd.DataFrame) -> str:
    met = int((lines["done"] >= lines["planned"]).sum())
    return f"{met} of {pluralise(len(lines), 'planned piece')} of work got as far as planned"


def _work(table: pd.DataFrame) -> list[str]:
    return [f"{Activity(row['activity']).word} in {row['upstream']}" for row in rows_of(table)]


def _counted(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with how many people, not who."""
    return table.assign(**{name: table[name].map(len) for name in ("planned_for", "done_by") if name in table})


def _table(table: pd.DataFrame, names: dict[str, str]) -> Markup:
    columns: dict[str, Iterable[Any]] = {"work": _work(table)}
    columns |= {name: page.numbers(table[name]) for name in ("planned", "done") if name in table}
    for name, nobody in (("planned_for", "nobody yet"), ("done_by", MISSING)):
        if names and name in table:
            columns[name.replace("_", " ")] = [
                ", ".join(names[login] for login in cell) or nobody for cell in table[name]
            ]
    return page.table(columns)
