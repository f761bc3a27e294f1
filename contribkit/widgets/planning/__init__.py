"""Editing a plan: a session in plain Python, and the table around it."""

from contribkit.widgets.planning.edits import Edits
from contribkit.widgets.planning.table import PlanTable

__all__ = ["Edits", "PlanTable"]
