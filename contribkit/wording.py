"""Numbers as people read them."""

from typing import Any

from contribkit.tables import is_missing

MISSING = "–"


def three(value: Any) -> str:
    """Return a share with three digits; the sign for missing where there is none."""
    return MISSING if is_missing(value) else f"{value:.3f}"


def between(low: Any, high: Any) -> str:
    """Return an interval, empty where there is none."""
    return "" if is_missing(low) or is_missing(high) else f"{three(low)} to {three(high)}"


def many(count: int, word: str, plural: str = "") -> str:
    """Return a count with its word.

    Examples
    --------
    >>> many(1, "thread"), many(2, "thread"), many(2, "reply", "replies")
    ('1 thread', '2 threads', '2 replies')
    """
    return f"{count} {word}" if count == 1 else f"{count} {plural or word + 's'}"
