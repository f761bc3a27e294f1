"""The review of a team, or of an upstream project, and a period.

- `review_data`: what may be looked at: visible contributions, acts, reasons and earlier periods.
- `questions/`: a module each, in the order of the page; a number, a column, a sentence or a plot is in one module, a
  new question is a module and its line in ``questions/__init__.py``.
- `review`: an ordered list of questions over one `ReviewData`; `summary` writes what it found.
- `page` and ``templates/``: HTML; `figures`: plots; `shares`: intervals.
"""

from contribkit.review.question import Question
from contribkit.review.review import Review
from contribkit.review.summary import read_summaries

__all__ = ["Question", "Review", "read_summaries"]
