"""Who changed what between two dates, and what held before and after."""

from typing import NamedTuple

from contribkit.labels.event import Event, time_of
from contribkit.labels.folder import Labels
from contribkit.labels.replay import Label, settle
from contribkit.period import Period


class Change(NamedTuple):
    """One event, with what held for the contribution right before and right after it.

    Attributes
    ----------
    event
        Who did what, and when.
    before, after
        None where nobody said anything.
    """

    event: Event
    before: Label | None
    after: Label | None


def changes(labels: Labels, period: Period) -> list[Change]:
    """Return what happened to labels on the days of a period, in the order of time.

    Examples
    --------
    >>> event = {"id": "1", "at": "2026-10-01T10:00:00Z", "by": "ada", "op": "label", "item": "o/r#1@ada:review",
    ...          "lead": "upstream"}
    >>> (change,) = changes(Labels([event]), Period("2026-10"))
    >>> change.before, change.after.lead
    (None, 'upstream')
    """
    found = []
    for event in labels.events:
        if period.start <= time_of(event) < period.end:
            events = labels.by_item[labels.name(event["item"])]
            place = events.index(event)
            sides = (settle(events[:end], labels.person) for end in (place, place + 1))
            found.append(Change(event, *sides))
    return found
