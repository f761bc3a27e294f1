"""The review of a team and a period: metrics, tables and figures, as pure functions of the tables.

Where things go, from below:

- a metric or a table is a pure function in a module of its own (`shares`, `spread`, `links`, `community` …);
- `measures/` calls it with the team's rows, as an attribute, in the module of the question that it answers;
- `summary` and ``summary.schema.json`` hold its number, `counted` says which rows the number counts;
- a plot is a function of a table in `figures/`, in the style of ``figures/style.py``;
- a section is a module in `sections/` (sentence, plot, tables) and a template in ``templates/``; `Review` has it as an
  attribute, and a cell of ``notebooks/review.ipynb`` shows it.

`needs/`, `rotation/` and `Plan` are the plan of the next period; `planned/` compares it with what happened.
"""

from contribkit.review.changes import read_summaries
from contribkit.review.plan import Plan
from contribkit.review.planned import read_planned
from contribkit.review.project import ProjectReview
from contribkit.review.review import Review
from contribkit.review.sections.planned import section as planned_section

__all__ = ["Plan", "ProjectReview", "Review", "planned_section", "read_planned", "read_summaries"]
