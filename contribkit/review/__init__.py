"""The review of a team and a period: metrics, tables and figures, as pure functions of the tables."""

from contribkit.review.changes import read_summary
from contribkit.review.review import Review

__all__ = ["Review", "read_summary"]
