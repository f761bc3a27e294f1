"""Label events for tests, and folders of them."""

from typing import Any

from contribkit.labels.events import Event

ITEM = "o/r#1@ada:review"


def event(number: int, by: str, op: str, lead: str | None = None, **more: Any) -> Event:
    """Make an event; its number is its place in time, up to an hour."""
    at = f"2026-10-01T10:{number // 60 % 60:02}:{number % 60:02}Z"
    return {"v": 1, "id": f"{number:026}", "at": at, "by": by, "op": op, "item": ITEM, "lead": lead} | more
