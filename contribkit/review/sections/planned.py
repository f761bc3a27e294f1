"""Planned against done: what came of the plan that was saved for the period."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.privacy import without_paths
from contribkit.review import figures, page
from contribkit.review.page import Section
from contribkit.review.planned import planned_against_done, unplanned
from contribkit.review.sections.parts import dicts, picture
from contribkit.tables import records
from contribkit.text import pluralise
from contribkit.vocabulary import Activity

if TYPE_CHECKING:
    from contribkit.review.review import Review

_TITLE = "What came of the plan?"


def section(review: "Review", planned: pd.DataFrame | None) -> Section:
    """Return planned against done; empty where no plan was saved for the period.

    Parameters
    ----------
    review
        The review of a team.
    planned
        What `contribkit.review.planned.read_planned` returns.
    """
    if planned is None:
        return Section("", "", "", {"planned": None})
    asked = planned, review.named_rows, review.organisation, review.team
    lines, beside = planned_against_done(*asked), unplanned(*asked)
    sentence = _sentence(lines, beside, review.words["upstream"])
    figure = _figure(lines) if len(lines) else None
    body = page.html(
        "planned.html", title=_TITLE, sentence=sentence, picture=picture(figure, sentence),
        lines=_shown(lines, review), unplanned=_shown(beside, review), names=not review.without_names,
        notes=_notes(planned, review),
    )  # fmt: skip
    return Section(_TITLE, sentence, body, {"planned": {"lines": _numbers(lines), "unplanned": _numbers(beside)}})


def _notes(planned: pd.DataFrame, review: "Review") -> list[str]:
    """Return what could not be read of the plan, as it may be shown: a broken line may hold anybody's name."""
    broken = planned.attrs.get("notes", [])
    if review.without_names and broken:
        return [f"could not be read: {pluralise(len(broken), 'line')} of the plan"]
    return [without_paths(sentence, review.organisation.root) for sentence in broken]


def _sentence(lines: pd.DataFrame, beside: pd.DataFrame, word: str) -> str:
    if not len(lines):
        return "The plan of this period has no line for this team."
    met = int((lines["done"] >= lines["planned"]).sum())
    silent = lines[lines["done"] == 0]
    named = ", ".join(_work(row) for row in dicts(silent))
    nothing = f" Nothing came of: {named}." if len(silent) else ""
    further = int(beside["done"].sum())
    came = f" {pluralise(further, f'{word} contribution')} came unplanned." if further else " Nothing came unplanned."
    return f"{met} of {pluralise(len(lines), 'planned piece')} of work got as far as planned.{nothing}{came}"


def _work(row: dict[str, Any]) -> str:
    return f"{Activity(row['activity']).word} in {row['upstream']}"


def _figure(lines: pd.DataFrame) -> Any:
    table = pd.DataFrame({
        "goal": [_work(row) for row in dicts(lines)], "done": lines["done"], "target": lines["planned"],
    })  # fmt: skip
    met = int((lines["done"] >= lines["planned"]).sum())
    title = f"{met} of {pluralise(len(lines), 'planned piece')} of work got as far as planned"
    return figures.goal_figure(table, "contributions", title, stroke="plan")


def _shown(table: pd.DataFrame, review: "Review") -> list[dict[str, Any]]:
    names = {member.login: member.word for member in review.team.members}
    people = [name for name in ("planned_for", "done_by") if name in table]
    return [
        row | {"work": _work(row)} | {name: ", ".join(names[login] for login in row[name]) for name in people}
        for row in dicts(table)
    ]


def _numbers(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table for the summary: how many people, not who."""
    counted = [name for name in ("planned_for", "done_by") if name in table]
    return records(table.assign(**{name: table[name].map(len) for name in counted}))
