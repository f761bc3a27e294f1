"""What fell outside the system: valued, and apart."""

from typing import TYPE_CHECKING

from contribkit.review import page
from contribkit.review.page import Section
from contribkit.review.sections.parts import many, unfolding
from contribkit.vocabulary import Lead

if TYPE_CHECKING:
    from contribkit.review.review import Review


_LOOK_ALIKES = {"feature": "feature", "new-project": "new project", "comment": "comment"}


def section(review: "Review") -> Section:
    """Return what fell outside the system: valued, and apart."""
    rows = review.rows[review.rows["lead"] == Lead.INDIVIDUAL]
    counts = {word: int((rows["activity"] == name).sum()) for name, word in _LOOK_ALIKES.items()}
    among = ", ".join(many(count, word) for word, count in counts.items() if count)
    sentence = (
        f"{many(len(rows), 'contribution')} {'was' if len(rows) == 1 else 'were'} {review.words['individual']}"
        + (f", among them {among}" if among else "")
        + ". Thank you: they count against nobody."
        if len(rows)
        else "Nothing fell outside the system in this period."
    )
    title = "What fell outside the system?"
    body = page.html(
        "rows.html", title=f"4 {title}", sentence=sentence, settles=False, **unfolding(review, Lead.INDIVIDUAL)
    )
    return Section(title, sentence, body)
