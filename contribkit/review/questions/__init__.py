"""The questions of the page: one sentence each, a plot that shows it, a table that proves it.

The order of `TEAM` and `PROJECT` is the order of the page; summary, schema, CSV columns and section numbers follow.
"""

from collections.abc import Sequence
from functools import cache
from importlib.metadata import entry_points

from contribkit.errors import ContribkitError
from contribkit.review.question import Question
from contribkit.review.questions.changes import Changes
from contribkit.review.questions.community import Community
from contribkit.review.questions.goals import Goals
from contribkit.review.questions.leads import Drivers, Leads
from contribkit.review.questions.limits import NeedsReview, NotSeen, Outside
from contribkit.review.questions.sharing import Sharing
from contribkit.review.questions.stakeholders import Stakeholders

TEAM: Sequence[Question] = (
    Leads(), Stakeholders(), Goals(), Sharing(), Community(), Outside(), NeedsReview(), Changes(), NotSeen(),
)  # fmt: skip
"""What a team asks, in the order of the page."""

PROJECT: Sequence[Question] = (Leads(), Drivers(), Community(), NotSeen())
"""What the maintainers of a project are told."""


@cache
def plugged_in() -> Sequence[Question]:
    """Return the questions of plug-ins: classes that entry points ``contribkit.questions`` name."""
    taken, found = {question.name for question in (*TEAM, *PROJECT)}, []
    for point in entry_points(group="contribkit.questions"):
        try:
            question = point.load()()
        except Exception as error:  # whatever a plug-in raises
            raise ContribkitError(f'the plug-in question "{point.name}" ({point.value}) fails: {error}') from error
        if not isinstance(question, Question) or not question.name.isidentifier() or question.name in taken:
            raise ContribkitError(
                f'the plug-in question "{point.name}" ({point.value}) is no contribkit.Question with a name of its own'
            )
        taken.add(question.name)
        found.append(question)
    return tuple(found)


def with_plug_ins(questions: Sequence[Question]) -> list[Question]:
    """Return questions with those of plug-ins, before the last."""
    return [*questions[:-1], *plugged_in(), questions[-1]]
