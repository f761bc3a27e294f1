"""Relabelling: a session in plain Python, and the widget around it in `contribkit.widgets.relabelling.relabel`."""

from contribkit.widgets.relabelling.pen import Answer
from contribkit.widgets.relabelling.session import Session

__all__ = ["Answer", "Session"]
