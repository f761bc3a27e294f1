"""The review of a team and a period: metrics, tables and figures, as pure functions of the tables."""

from contribkit.review.changes import read_summaries
from contribkit.review.plan import Plan
from contribkit.review.planned import read_planned
from contribkit.review.project import ProjectReview
from contribkit.review.review import Review
from contribkit.review.sections.planned import section as planned_section

__all__ = ["Plan", "ProjectReview", "Review", "planned_section", "read_planned", "read_summaries"]
