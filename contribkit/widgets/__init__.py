"""Widgets: what people do in a notebook's output, each around a session in plain Python."""

from contribkit.widgets.pen import Answer
from contribkit.widgets.session import Session

__all__ = ["Answer", "Session"]
