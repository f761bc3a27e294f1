"""Relabelling: one person's session in plain Python, and the widget around it in `relabel`."""

from contribkit.widgets.relabelling.session import Recorded, Session

__all__ = ["Recorded", "Session"]
