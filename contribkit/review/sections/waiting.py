"""What waits for a person, most useful first."""

from typing import TYPE_CHECKING

from contribkit.review import page
from contribkit.review.page import Section
from contribkit.review.sections.parts import unfolding
from contribkit.text import pluralise
from contribkit.vocabulary import Lead

if TYPE_CHECKING:
    from contribkit.review.measures import Measures


def section(review: "Measures") -> Section:
    """Return what waits for a person, most useful first."""
    rows, title = review.waiting, "What waits for a person?"
    disputed = int((rows["decided_by"] == "person").sum())
    sentence = (
        f"{pluralise(len(rows), 'contribution')} {'is' if len(rows) == 1 else 'are'} unclear"
        + (f", {disputed} of them because people disagree or found them so" if disputed else "")
        + "; beside each stands what would settle it."
        if len(rows)
        else "Nothing is unclear in this period."
    )
    body = page.html(
        "rows.html", title=f"6 {title}", sentence=sentence, settles=True, **unfolding(review, Lead.UNCLEAR, rows)
    )
    return Section(title, sentence, body)
