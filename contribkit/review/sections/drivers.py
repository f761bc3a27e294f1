"""For maintainers of a project: who drove the work, and what stands behind it."""

from typing import TYPE_CHECKING

from contribkit.review import page
from contribkit.review.page import Section
from contribkit.review.sections.parts import dicts, unfolding, verb
from contribkit.review.stakeholders import NOT_NAMED
from contribkit.text import pluralise
from contribkit.vocabulary import Activity, Lead

if TYPE_CHECKING:
    from contribkit.review.project import ProjectReview


def section(review: "ProjectReview") -> Section:
    """Return who drove the work, and what stands behind it."""
    title, sentence = "Who drove it, and why?", _sentence(review)
    activities = [row | {"word": Activity(row["activity"]).word} for row in dicts(review.spread) if row["rows"]]
    body = page.html(
        "drivers.html", title=title, sentence=sentence, driven=dicts(review.driven), threads=dicts(review.cross_links),
        activities=activities, many=pluralise, not_named=NOT_NAMED,
        unfolding=[unfolding(review, lead) | {"lead": review.words[lead]} for lead in Lead], words=review.words,
    )  # fmt: skip
    return Section(title, sentence, body)


def _sentence(review: "ProjectReview") -> str:
    if not len(review.named_rows):
        return "There is nothing to tell of."
    threads = review.cross_links
    shown = int(threads["ours"].notna().sum())
    word, reviewed = review.words["stakeholder"], review.community["reviewed"]
    served = (
        f"For {shown} of {pluralise(len(threads), f'{word} thread')} our own side can be read. "
        if len(threads)
        else f"Nothing was {word}. "
    )
    released = review.releases["rows"]
    return f"{served}{pluralise(released, 'release')} {verb(released)} made by us." + (
        f" {pluralise(reviewed, 'review')} went to pull requests of people who are not maintainers." if reviewed else ""
    )
