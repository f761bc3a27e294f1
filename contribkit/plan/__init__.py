"""The plan of the next period: which upstream needs come first, who could take what, and what came of the last plan."""

from contribkit.plan.lines import SavedPlan, read_planned
from contribkit.plan.outcome import Planned, planned_section
from contribkit.plan.proposal import Plan, PlanOptions

__all__ = ["Plan", "PlanOptions", "Planned", "SavedPlan", "planned_section", "read_planned"]
