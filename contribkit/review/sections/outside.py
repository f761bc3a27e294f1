"""What fell outside the system: valued, and apart."""

from typing import TYPE_CHECKING

from contribkit.review import page
from contribkit.review.page import Section
from contribkit.review.sections.parts import lines, unfolding, verb
from contribkit.text import pluralise
from contribkit.vocabulary import Lead

if TYPE_CHECKING:
    from contribkit.review.measures import Measures


def section(review: "Measures") -> Section:
    """Return what fell outside the system: valued, and apart."""
    title, sentence = "What fell outside the system?", _sentence(review)
    body = page.html(
        "outside.html", title=title, sentence=sentence, reactive=lines(review, review.marks["reactive"]),
        alike=lines(review, review.marks["look-alike"]), many=pluralise, **unfolding(review, Lead.INDIVIDUAL),
    )  # fmt: skip
    return Section(title, sentence, body)


def _sentence(review: "Measures") -> str:
    own = int((review.named_rows["lead"] == Lead.INDIVIDUAL).sum())
    reactive, alike = int(review.marks["reactive"].sum()), int(review.marks["look-alike"].sum())
    word = review.words["individual"]
    valued = (
        f"{pluralise(own, 'contribution')} {verb(own)} {word}. Thank you: they count against nobody."
        if own
        else f"Nothing was {word} in this period."
    )
    return (
        valued
        + (f" {pluralise(reactive, 'answer')} served no goal." if reactive else "")
        + (f" {pluralise(alike, 'feature or new project', 'features or new projects')} {verb(alike)} taken for "
           f"{review.words['upstream']}: worth a second look." if alike else "")
    )  # fmt: skip
