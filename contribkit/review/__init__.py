"""The review of a team, or of an upstream project, and a period.

`review` is an ordered list of ``questions/`` over one `ReviewData`, what may be looked at. A question has its numbers,
sentence, plot and part of the page in one module; `summary` writes what all found, `page` and ``templates/`` are HTML.
"""

from contribkit.review.question import Question
from contribkit.review.review import Review
from contribkit.review.summary import read_summaries

__all__ = ["Question", "Review", "read_summaries"]
