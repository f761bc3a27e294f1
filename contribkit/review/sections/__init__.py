"""The sections of the page, a module a question: one sentence, a plot that shows it, a table that proves it."""

from contribkit.review.sections import (
    changes,
    community,
    drivers,
    goals,
    leads,
    not_seen,
    outside,
    sharing,
    stakeholders,
    waiting,
)

__all__ = [
    "changes",
    "community",
    "drivers",
    "goals",
    "leads",
    "not_seen",
    "outside",
    "sharing",
    "stakeholders",
    "waiting",
]
