"""How far each goal got."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from contribkit.config.models import Goal
from contribkit.period import Period
from contribkit.review import figures, page
from contribkit.review.question import PEOPLE, Filter, Question, array, each, frame, line_details, of
from contribkit.review.review_data import ReviewData, once
from contribkit.review.shares import lead_counts
from contribkit.text import pluralise
from contribkit.vocabulary import ACTS_OF, Activity, Kind

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DAYS_A_QUARTER = 91.3125  # a quarter of a mean Gregorian year
_GOALS = array(
    "Targets are scaled to the length of the period; null where a goal has none.",
    goal="text", done=of("perhaps", "Null where no source tells of such work."), target="number", people="perhaps",
)  # fmt: skip


class Goals(Question):
    name, title = "goals", "How far did each goal get?"
    schema = {"goals": _GOALS}

    def sentence(self, data: ReviewData) -> str:
        if not len(goals(data)):
            return "No goal holds in this period; add [[goals]] to contribkit.toml to plan upstream work."
        reached, wanted = goals_reached(data)
        done, word = int(goals(data)["done"].sum()), data.words["upstream"]
        rest = lead_counts(data.named_rows["lead"])["upstream"] - done
        unseen = ", ".join(goals(data).loc[goals(data)["done"].isna(), "goal"])
        nothing = "No goal that can be measured has a target" if unseen else "No goal has a target"
        got = f"{reached} of {pluralise(wanted, 'goal')} with a target reached it" if wanted else nothing
        for_one, for_none = (page.verb(count, "counts", "count") for count in (done, rest))
        return page.told({
            f"{got}; {pluralise(done, f'{word} contribution')} {for_one} for a goal, {rest} {for_none} for none.": True,
            f"No source tells of the work that these goals want: {unseen}.": unseen,
        })  # fmt: skip

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        return {"goals": goals(data)}

    def figure(self, data: ReviewData) -> "Figure | None":
        reached, wanted = goals_reached(data)
        title = f"{reached} of {pluralise(wanted, 'goal')} with a target reached"
        return figures.goal_figure(goals(data), "contributions", title) if len(goals(data)) else None

    def filters(self, data: ReviewData) -> dict[str, Filter]:
        return each("goals", [{"goal": name} for name in goals(data)["goal"]], done={}, people=PEOPLE)

    def body(self, data: ReviewData) -> Iterable[Markup]:
        table, words = goals(data), {goal.name: _what_counts(goal) for goal in data.goals}
        what_counts = f"what counts, where it is {data.words['upstream']}"
        yield page.table(table[["goal", "done", "target", "people"]].assign(**{what_counts: table["goal"].map(words)}))
        for name, done in zip(table["goal"], table["done"].fillna(0), strict=True):
            chosen = data.rows["goal"] == name
            yield line_details(data, chosen, f"{name}: the {pluralise(done, 'contribution')}", {"goal": name})


def goals_reached(data: ReviewData) -> tuple[int, int]:
    """Return how many goals reached their target, and how many have one, of those that a source tells of."""
    table = goals(data).dropna(subset="done")
    return int((table["done"] >= table["target"]).sum()), int(table["target"].count())


@once
def goals(data: ReviewData) -> pd.DataFrame:
    """Return how far each goal got that holds in the period, in the order of the file, and how many took part."""
    period, people = data.period, data.named_rows.groupby("goal")["actor"]
    done, taking_part = people.size(), people.nunique()
    held = [goal for goal in data.goals if goal.holds_between(period.first_day, period.last_day)]
    told, rows = set(data.acts["act"].unique()), list[Any]()
    for goal in held:
        none = None if told and _is_unseen(goal, told) else 0
        rows.append((goal.name, done.get(goal.name, none), target_in(goal, period), taking_part.get(goal.name, none)))
    return frame(_GOALS, rows)


def _is_unseen(goal: Goal, told: set[str]) -> bool:
    """Say whether all that counts for a goal is of kinds of which no source tells, such as triage in clones alone."""
    acts = [ACTS_OF.get(Kind(name)) if name in list(Kind) else None for name in goal.activities]
    return bool(acts) and not goal.refs and all(known and told.isdisjoint(known) for known in acts)


def target_in(goal: Goal, period: Period) -> float | None:
    """Return a goal's target scaled from a quarter to a period, None where it has none."""
    return round(float(goal.target * quarters_in(period)), 1) if goal.target else None


def quarters_in(period: Period) -> float:
    """Return how many quarters a period is: whole ones, where it is not much shorter than one."""
    days = (period.last_day - period.first_day).days + 1
    return max(1, round(days / _DAYS_A_QUARTER)) if days > 80 else days / _DAYS_A_QUARTER


def _what_counts(goal: Goal) -> str:
    """Return in words what counts for a goal: the way in which `classify` finds it."""
    inside = f" in {' or '.join(goal.upstream)}" if goal.upstream else ""
    alike = [f"{' or '.join(Activity(name).word for name in goal.activities)} work{inside}"] if goal.activities else []
    planned = [f"what is planned in {', '.join(goal.refs)}"] if goal.refs else []
    return "; ".join(alike + planned) or "nothing: it names neither activities nor refs"
