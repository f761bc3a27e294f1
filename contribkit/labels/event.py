"""One event of a label log: how it is made, checked, ordered and written."""

import json
from datetime import UTC, datetime
from typing import Any

from ulid import ULID

from contribkit.errors import ContribkitError
from contribkit.vocabulary import Activity, Lead

VERSION = 1
LEADING = ("label", "adjudicate")
"""The ops that give a lead."""
DECISIONS = (*LEADING, "clear", "skip")
"""The ops that an undo can take back."""
OPS = (*DECISIONS, "undo")

Event = dict[str, Any]
"""`v`, `id` (ULID), `at` (ISO time), `by`, `op`, `item`, and where given `lead`, `stakeholder`, `activity`, `was` (the
person's lead before), `seen` (what the machine showed: `lead`, `confidence`, `decided_by`, `blind`) and `note`.
Events of one gesture, such as of a bulk label, have the same `at`: an undo takes them back together."""


def make(by: str, op: str, item: str, at: datetime, **more: Any) -> Event:
    """Return a new event with an id of its own; ids of one process ascend.

    Examples
    --------
    >>> event = make("ada", "label", "o/r#1@ada:review", datetime(2026, 10, 1, tzinfo=UTC), lead="upstream")
    >>> event["at"], event["lead"], event["note"], len(event["id"])
    ('2026-10-01T00:00:00.000000Z', 'upstream', None, 26)
    """
    fields = dict.fromkeys(("lead", "stakeholder", "activity", "was", "seen", "note"))
    head = {"v": VERSION, "id": str(ULID()), "at": _iso(at), "by": by, "op": op, "item": item}
    return head | fields | more


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def line(event: Event) -> bytes:
    """Return an event as its line in a log."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def time_of(event: Event) -> datetime:
    """Return when an event happened; a time without a zone is UTC."""
    at = datetime.fromisoformat(event["at"])
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def when(event: Event) -> tuple[datetime, str]:
    """Return what events are ordered by."""
    return time_of(event), event["id"]


def checked(event: Any, place: str) -> Event:
    """Return an event that is one.

    Parameters
    ----------
    event
        What was read.
    place
        Where, as errors name it.

    Raises
    ------
    ContribkitError
        For an unknown version, and for what is missing or cannot be.
    """
    if not isinstance(event, dict) or event.get("v") != VERSION:
        version = event.get("v") if isinstance(event, dict) else event
        raise ContribkitError(f"{place}: label events of version {version!r} are not known; update contribkit")
    problem = _problem(event)
    if problem:
        raise ContribkitError(f"{place}: {problem}")
    return event


def _problem(event: Event) -> str | None:
    """Return what is wrong with an event and how to mend it, None where all is well."""
    missing = [name for name in ("id", "at", "by", "op", "item") if not _is_text(event.get(name))]
    if missing:
        return f'the event lacks "{missing[0]}"; restore the line from git'
    if not _is_time(event["at"]):
        return f'"{event["at"]}" is no time; restore the line from git'
    if event["op"] not in OPS:
        return f'"{event["op"]}" is no op; use one of {", ".join(OPS)}'
    if event["op"] in LEADING and event.get("lead") not in list(Lead):
        return f'"{event.get("lead")}" is no lead; use one of {", ".join(Lead)}'
    if event.get("activity") not in (None, *Activity):
        return f'"{event["activity"]}" is no activity; use one of {", ".join(Activity)}'
    wrong = [name for name in ("stakeholder", "was", "note") if not isinstance(event.get(name), str | None)]
    if wrong:
        return f'"{wrong[0]}" is no text; restore the line from git'
    return None if isinstance(event.get("seen"), dict | None) else '"seen" is no object; restore the line from git'


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
