"""The review of a team and a period: metrics, tables and figures, as pure functions of the tables."""

from contribkit.review.changes import read_summaries
from contribkit.review.plan import Plan
from contribkit.review.project import ProjectReview
from contribkit.review.review import Review

__all__ = ["Plan", "ProjectReview", "Review", "read_summaries"]
