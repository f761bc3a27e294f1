"""What to do next: at most five actions, each with its size and the section that shows it."""

from collections.abc import Iterator
from typing import NamedTuple

from contribkit.review.page import verb
from contribkit.review.questions.goals import goals
from contribkit.review.questions.limits import review_queue
from contribkit.review.questions.sharing import activities
from contribkit.review.questions.stakeholders import covers_own_side, cross_links
from contribkit.review.review_data import ReviewData
from contribkit.text import pluralise
from contribkit.vocabulary import Activity

_SECONDS = 20  # to read one contribution with its reasons and to press a key: assumed
_MOST_NAMED = 3


class NextStep(NamedTuple):
    """An action, and the name of the question whose section shows what it is about."""

    action: str
    section: str


def next_steps(data: ReviewData) -> list[NextStep]:
    """Return what the team can do about what the review shows, what is quickest to do first."""
    return [] if data.project or not len(data.named_rows) else list(_steps(data))


def _steps(data: ReviewData) -> Iterator[NextStep]:
    if waiting := len(review_queue(data.rows)):
        minutes = pluralise(max(1, round(waiting * _SECONDS / 60)), "minute")
        need = verb(waiting, "needs", "need")
        yield NextStep(f"{pluralise(waiting, 'contribution')} {need} review: about {minutes}", "needs_review")
    links = cross_links(data)
    if missing := int((links["paste_upstream"].notna() | links["paste_own"].notna()).sum()):
        lack = verb(missing, "lacks", "lack")
        yield NextStep(f"{pluralise(missing, 'thread')} {lack} a cross-link: copy the sentence", "stakeholders")
    table = activities(data)
    alone = table.index[((table > 0).sum(axis=1) == 1) & (table.sum(axis=1) > 1)]
    if len(alone) and table.shape[1] > 1:
        words = ", ".join(Activity(name).word for name in alone[:_MOST_NAMED])
        rest = f" and {len(alone) - _MOST_NAMED} more" if len(alone) > _MOST_NAMED else ""
        yield NextStep(f"One person did all of the work in {words}{rest}: see who could pair", "sharing")
    short = goals(data)
    short = short[(short["done"] < short["target"]).fillna(value=False)]
    if len(short):
        goal = short.iloc[int((short["done"] / short["target"]).to_numpy(dtype=float).argmin())]
        more = f"; {len(short) - 1} more below target" if len(short) > 1 else ""
        yield NextStep(f'Goal "{goal["goal"]}" is at {goal["done"]} of {goal["target"]:g}{more}', "goals")
    if not covers_own_side(data):
        yield NextStep("No source of our own side covers the period: add one to contribkit.toml", "not_seen")
