"""Relabelling: a session in plain Python, and the widget around it."""

from contribkit.widgets.session import Answer, Session

__all__ = ["Answer", "Session"]
