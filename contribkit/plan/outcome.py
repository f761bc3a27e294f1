"""What came of a saved plan: planned against done, a question of the review of that period."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from contribkit.config.models import Team
from contribkit.config.organisation import Organisation
from contribkit.plan.lines import Line, SavedPlan, cells_in_order
from contribkit.privacy import without_paths
from contribkit.review import figures, page
from contribkit.review.question import Question, array, obj
from contribkit.review.review import Review, ReviewSection
from contribkit.review.review_data import ReviewData
from contribkit.tables import grouped, records, rows_of
from contribkit.text import MISSING, pluralise
from contribkit.vocabulary import Activity, Lead

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WORK = {"activity": "text", "upstream": "text"}


def planned_and_done(
    lines: list[Line], rows: pd.DataFrame, organisation: Organisation, team: Team
) -> dict[str, pd.DataFrame]:
    """Return planned against done, whoever led it, in `lines`, and in `unplanned` upstream-led work without a line."""
    planned = grouped((line.cell for line in lines), lines)
    cells = zip(rows["activity"], map(organisation.project_of, rows_of(rows)), strict=True)
    done = grouped(cells, zip(rows["actor"], rows["lead"] == Lead.UPSTREAM, strict=True))

    def members(logins: Iterable[str | None]) -> list[str]:
        present = {login.casefold() for login in logins if login}
        return list(dict.fromkeys(member.login for member in team.members if member.login.casefold() in present))

    table = []
    for cell in cells_in_order(organisation):
        mine = planned.get(cell, [])
        did = [login for login, is_upstream_led in done.get(cell, []) if mine or is_upstream_led]
        asked = members(login for line in mine for login in (line.who, line.partner))
        table.append((*cell, sum(line.how_many for line in mine), len(did), asked, members(did)))
    types = {"activity": "str", "upstream": "str", "planned": "Int64", "done": "Int64"}
    known = pd.DataFrame(table, columns=[*types, "planned_for", "done_by"]).astype(types)
    unplanned = known[(known["planned"] == 0) & (known["done"] > 0)].drop(columns=["planned", "planned_for"])
    return {"lines": known[known["planned"] > 0].reset_index(drop=True), "unplanned": unplanned.reset_index(drop=True)}


class Planned(Question):
    """What came of the saved plan of a period, as `contribkit.read_planned` returned it; without one it stays empty."""

    name = "planned"
    schema = {
        "planned": obj(
            "Planned against done, a row an activity in a project; null where no plan was saved. planned_for and "
            "done_by count people. A contribution counts as done whoever led it; unplanned is upstream-led work that "
            "no line is for.",
            lines=array(**_WORK, planned="count", done="count", planned_for="count", done_by="count"),
            unplanned=array(**_WORK, done="count", done_by="count"),
        ) | {"type": ["object", "null"]}
    }  # fmt: skip

    def __init__(self, saved: SavedPlan | None) -> None:
        self.saved = saved
        self.title = "What came of the plan?" if saved else ""

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        if self.saved is None:
            return {}
        mine = [line for line in self.saved.lines if line.is_of(data.team)]
        tables = planned_and_done(mine, data.named_rows, data.organisation, data.team)
        return {name: _counted(table) for name, table in tables.items()} if data.without_names else tables

    def sentence(self, data: ReviewData) -> str:
        if self.saved is None:
            return ""
        lines, unplanned = self.tables(data).values()
        if not len(lines):
            return "The plan of this period has no line for this team."
        silent, extra = _work(lines[lines["done"] == 0]), int(unplanned["done"].sum())
        nothing = f" Nothing came of: {', '.join(silent)}." if silent else ""
        contributions = pluralise(extra, f"{data.words['upstream']} contribution") if extra else "Nothing"
        return f"{_met(lines)}.{nothing} {contributions} came unplanned."

    def figure(self, data: ReviewData) -> "Figure | None":
        lines = self.tables(data).get("lines", pd.DataFrame())
        if not len(lines):
            return None
        table = lines.assign(goal=_work(lines), target=lines["planned"])
        return figures.goal_figure(table, "contributions", _met(lines), stroke="plan")

    def numbers(self, data: ReviewData) -> dict[str, Any]:
        return {"planned": {name: records(_counted(table)) for name, table in self.tables(data).items()} or None}

    def html(self, data: ReviewData) -> Markup:
        return Markup("") if self.saved is None else super().html(data)

    def body(self, data: ReviewData) -> Iterable[Markup]:
        tables, notes = self.tables(data), self.saved.notes if self.saved else []
        names = {} if data.without_names else {member.login: member.word for member in data.team.members}
        yield _table(tables["lines"], names)
        if len(tables["lines"]):
            yield page.paragraph(
                "A contribution counts whoever led it. The plan is the team's: somebody else may have done what a "
                "person was asked to do.", quiet=True,
            )  # fmt: skip
        kinds = pluralise(len(tables["unplanned"]), "kind")
        yield page.details(f"what came unplanned: {kinds} of work", _table(tables["unplanned"], names))
        if data.without_names and notes:  # a broken line may hold anybody's name
            notes = [f"could not be read: {pluralise(len(notes), 'line')} of the plan"]
        for note in notes:
            yield page.paragraph(without_paths(note, data.organisation.root), quiet=True)


def planned_section(review: Review, saved: SavedPlan | None) -> ReviewSection:
    """Return what came of a plan from `read_planned`; a review from `contribkit.open_review` has it as `planned`."""
    return ReviewSection(Planned(saved), review.data)


def _met(lines: pd.DataFrame) -> str:
    met = int((lines["done"] >= lines["planned"]).sum())
    return f"{met} of {pluralise(len(lines), 'planned piece')} of work got as far as planned"


def _work(table: pd.DataFrame) -> list[str]:
    return [f"{Activity(row['activity']).word} in {row['upstream']}" for row in rows_of(table)]


def _counted(table: pd.DataFrame) -> pd.DataFrame:
    who = table.columns.intersection(["planned_for", "done_by"])
    return table.assign(**{name: [len(c) if isinstance(c, list) else c for c in table[name]] for name in who})


def _table(table: pd.DataFrame, names: dict[str, str]) -> Markup:
    columns: dict[str, Iterable[Any]] = {"work": _work(table)}
    columns |= {name: page.numbers(table[name]) for name in ("planned", "done") if name in table}
    for name, nobody in (("planned_for", "nobody yet"), ("done_by", MISSING)):
        if names and name in table:
            people = [", ".join(names[login] for login in cell) for cell in table[name]]
            columns[name.replace("_", " ")] = [cell or nobody for cell in people]
    return page.table(columns)
