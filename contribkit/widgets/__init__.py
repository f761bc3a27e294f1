"""Relabelling: a session in plain Python, and the widget around it."""

from contribkit.widgets.pen import Answer
from contribkit.widgets.session import Session

__all__ = ["Answer", "Session"]
