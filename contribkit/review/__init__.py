"""The review of a team and a period: metrics, tables and figures, as pure functions of the tables.

Where things go, from below:

- a metric or a table is a pure function in a module of its own (`shares`, `spread`, `links`, `community` …);
- `measures/` calls it with the team's rows, as an attribute, in the module of the question that it answers;
- `summary` and ``summary.schema.json`` hold its number, `counted` says which rows the number counts;
- a plot is a function of a table in `figures/`, in the style of ``figures/style.py``;
- a section is a module in `sections/` (sentence, plot, tables) and a template in ``templates/``; `Review` has it as an
  attribute, and a cell of ``notebooks/review.ipynb`` shows it.
"""

from contribkit.review.changes import read_summaries
from contribkit.review.project import ProjectReview
from contribkit.review.review import Review

__all__ = ["ProjectReview", "Review", "read_summaries"]
