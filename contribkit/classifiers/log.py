"""The rule for what people wrote down themselves, in the activity log."""

from collections.abc import Iterator

from contribkit.classifiers.case import Case
from contribkit.classifiers.reason import Reason
from contribkit.vocabulary import LEADS


def said_in_the_log(case: Case) -> Iterator[Reason]:
    """The person who kept the activity log named a lead."""
    said = case.text("stated_lead")
    if said in LEADS:
        yield Reason(
            "activity log", said, 3.0, "the activity log says so", case.text("title"), case.text("url") or None
        )
