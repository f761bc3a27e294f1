"""How far each goal got."""

from typing import TYPE_CHECKING

from contribkit.review import figures, page
from contribkit.review.page import Section
from contribkit.review.sections.parts import dicts, lines, picture, verb
from contribkit.text import pluralise
from contribkit.vocabulary import Activity, Lead

if TYPE_CHECKING:
    from contribkit.config.models import Goal
    from contribkit.review.measures import Measures


def section(review: "Measures") -> Section:
    """Return how far each goal got."""
    table, title = review.goals, "How far did each goal get?"
    known = {goal.name: goal for goal in review.organisation.goals}
    sentence = _sentence(review)
    reached, wanted = _reached(review)
    finding = f"{reached} of {pluralise(wanted, 'goal')} with a target reached"
    figure = figures.goal_figure(table, "contributions", finding) if len(table) else None
    goals = dicts(table)
    for row in goals:
        row["counts"] = _what_counts(known[row["goal"]])
        row["contributions"] = lines(review, review.rows["goal"] == row["goal"])
    body = page.html(
        "goals.html", title=title, sentence=sentence, picture=picture(figure, f"{finding}. {sentence}"), goals=goals,
        word=review.words["upstream"], names=not review.without_names, many=pluralise,
    )  # fmt: skip
    return Section(title, sentence, body)


def _reached(review: "Measures") -> tuple[int, int]:
    targets = review.goals[review.goals["target"].notna()]
    return int((targets["done"] >= targets["target"]).sum()), len(targets)


def _sentence(review: "Measures") -> str:
    if not len(review.goals):
        return "No goal holds in this period; add [[goals]] to contribkit.toml to plan upstream work."
    reached, wanted = _reached(review)
    done, word = int(review.goals["done"].sum()), review.words["upstream"]
    rest = int((review.named_rows["lead"] == Lead.UPSTREAM).sum()) - done
    targets = f"{reached} of {pluralise(wanted, 'goal')} with a target reached it" if wanted else "No goal has a target"
    return (
        f"{targets}; {pluralise(done, f'{word} contribution')} {verb(done, 'counts', 'count')} for a goal, {rest} "
        f"{verb(rest, 'counts', 'count')} for none."
    )


def _what_counts(goal: "Goal") -> str:
    """Return in words what counts for a goal: the way in which `classify` finds it."""
    sorts = " or ".join(Activity(name).word for name in goal.activities)
    inside = " or ".join(goal.upstream)
    parts = [f"{sorts} work" if sorts else "", f"in {inside}" if inside and sorts else ""]
    alike = " ".join(part for part in parts if part)
    planned = f"what is planned in {', '.join(goal.refs)}" if goal.refs else ""
    return "; ".join(part for part in (alike, planned) if part) or "nothing: it names neither activities nor refs"
