"""Which leads changed since the review was last rendered."""

from typing import TYPE_CHECKING

from contribkit.review import page
from contribkit.review.page import Section
from contribkit.review.sections.parts import dicts, many

if TYPE_CHECKING:
    from contribkit.review.review import Review


def section(review: "Review") -> Section:
    """Return which leads changed since the review was last rendered."""
    table, title = review.lead_changes, "What changed since this review was last rendered?"
    sentence = f"{many(len(table), 'lead')} changed, through new evidence, labels or rules." if len(table) else ""
    body = page.html("changes.html", title=title, sentence=sentence, changes=dicts(table), words=review.words)
    return Section(title if sentence else "", sentence, body)
