"""How far each goal got."""

from collections.abc import Iterable

import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure

from contribkit.config.models import Goal
from contribkit.period import Period
from contribkit.review import figures, page
from contribkit.review.page import verb
from contribkit.review.question import Filter, Question, array, each, line_details, of
from contribkit.review.review_data import ReviewData, once
from contribkit.text import pluralise
from contribkit.vocabulary import Activity, Lead

_DAYS_A_QUARTER = 91.3125  # a quarter of a mean Gregorian year


class Goals(Question):
    """How far each goal got."""

    name = "goals"
    title = "How far did each goal get?"
    schema = {
        "goals": array(
            "Targets are scaled to the length of the period; null where a goal has none.",
            goal={"type": "string"}, done=of("count"), target={"type": ["number", "null"]}, people=of("count"),
        )
    }  # fmt: skip

    def sentence(self, data: ReviewData) -> str:
        table = goals(data)
        if not len(table):
            return "No goal holds in this period; add [[goals]] to contribkit.toml to plan upstream work."
        reached, wanted = goals_reached(data)
        done, word = int(table["done"].sum()), data.words["upstream"]
        rest = int((data.named_rows["lead"] == Lead.UPSTREAM).sum()) - done
        targets = (
            f"{reached} of {pluralise(wanted, 'goal')} with a target reached it" if wanted else "No goal has a target"
        )
        return (
            f"{targets}; {pluralise(done, f'{word} contribution')} {verb(done, 'counts', 'count')} for a goal, {rest} "
            f"{verb(rest, 'counts', 'count')} for none."
        )

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        return {"goals": goals(data)}

    def figure(self, data: ReviewData) -> Figure | None:
        reached, wanted = goals_reached(data)
        title = f"{reached} of {pluralise(wanted, 'goal')} with a target reached"
        return figures.goal_figure(goals(data), "contributions", title) if len(goals(data)) else None

    def filters(self, data: ReviewData) -> dict[str, Filter]:
        named = [{"goal": name} for name in goals(data)["goal"]]
        return {
            **each("goals", "done", named),
            **each("goals", "people", [one | {"of": "people"} for one in named]),
        }

    def body(self, data: ReviewData) -> Iterable[Markup]:
        table = goals(data)
        known = {goal.name: goal for goal in data.goals}
        yield page.table({
            "goal": table["goal"], "done": page.numbers(table["done"]), "target": page.numbers(table["target"]),
            "people": page.numbers(table["people"]),
            f"what counts, where it is {data.words['upstream']}": [_what_counts(known[name]) for name in table["goal"]],
        })  # fmt: skip
        for name, done in zip(table["goal"], table["done"], strict=True):
            caption = f"{name}: the {pluralise(done, 'contribution')}"
            yield line_details(data, data.rows[data.rows["goal"] == name], caption)


def goals_reached(data: ReviewData) -> tuple[int, int]:
    """Return how many goals reached their target, and how many have one."""
    targets = goals(data)[goals(data)["target"].notna()]
    return int((targets["done"] >= targets["target"]).sum()), len(targets)


@once
def goals(data: ReviewData) -> pd.DataFrame:
    """Return how far each goal got that holds in the period: a target for a quarter is scaled to its length.

    Returns
    -------
    pandas.DataFrame
        One row a goal, in the order of the file: `goal` (str), `done` (int), `target` (float, missing where it has
        none), `people` (int: how many took part).
    """
    rows, period = data.named_rows, data.period
    table = []
    for goal in data.goals:
        if goal.holds_between(period.first_day, period.last_day):
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


def _what_counts(goal: Goal) -> str:
    """Return in words what counts for a goal: the way in which `classify` finds it."""
    sorts = " or ".join(Activity(name).word for name in goal.activities)
    inside = " or ".join(goal.upstream)
    alike = " ".join(filter(None, (f"{sorts} work" if sorts else "", f"in {inside}" if inside and sorts else "")))
    planned = f"what is planned in {', '.join(goal.refs)}" if goal.refs else ""
    return "; ".join(filter(None, (alike, planned))) or "nothing: it names neither activities nor refs"
