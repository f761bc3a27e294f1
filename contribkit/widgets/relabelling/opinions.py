"""What people decided on the contributions of a session, kept up to date with every new event."""

from collections.abc import Iterable
from itertools import pairwise
from statistics import median
from typing import Any

from contribkit.ids import casefold_id
from contribkit.labels import Label, Labels
from contribkit.labels.events import DECISION_OPS, Event, event_time, sort_key
from contribkit.labels.replay import current_opinions, decisions, opinion, settle

_BREAK = 300.0  # seconds; a longer pause between two answers is not thinking time
_FEWEST_PAUSES = 5
_SHOWN = ("id", "at", "by", "op", "lead", "stakeholder", "activity", "note")
_NOTHING: dict[str, Any] = {"label": None, "mine": None, "opinions": [], "history": []}


class Opinions:
    """The events of each contribution and what follows from them; a new event updates its contribution only.

    Parameters
    ----------
    labels
        The label logs, under the ids of the table; see `Labels.spelled_as`.
    person
        Whose decisions are told apart.
    period
        The period that new events are for.

    Attributes
    ----------
    event_ids
        Ids of all events.
    own
        The person's events, ordered by time.
    """

    def __init__(self, labels: Labels, person: str, period: str) -> None:
        self._person, self._period = casefold_id(person), period
        self._labels, self._added = labels, list[Event]()
        self._events = {item: list(events) for item, events in labels.by_item.items()}
        self._effective: dict[str, Label | None] = dict(labels.effective)
        self._periods = dict(labels.periods)
        self.event_ids = {event["id"] for event in labels.events}
        self.own = [event for event in labels.events if casefold_id(event["by"]) == self._person]

    def add(self, event: Event) -> None:
        """Add the person's next event; one that arrives late is put where its time belongs."""
        item = casefold_id(event["item"])
        self.event_ids.add(event["id"])
        self._added.append(event)
        self._periods[event["id"]] = self._period
        for events in (self._events.setdefault(item, []), self.own):
            is_late = bool(events) and sort_key(event) < sort_key(events[-1])
            events.append(event)
            if is_late:
                events.sort(key=sort_key)
        self._effective[item] = settle(self._events[item])

    def label(self, item: str) -> Label | None:
        """Return the label of a contribution."""
        return self._effective.get(casefold_id(item))

    def decision(self, item: str) -> Event | None:
        """Return the person's last decision, also a skip; None where there is none, or it was cleared."""
        stack = self._stack(item)
        return stack[-1] if stack and stack[-1]["op"] != "clear" else None

    def opinion(self, item: str, pending: Iterable[Event] = ()) -> Event | None:
        """Return the event that gives the person's current lead; `pending` are events of theirs not added yet."""
        return opinion(self._stack(item, pending))

    def last_step(self, known: Iterable[str]) -> list[str]:
        """Return what the person's last step was about, among known contributions: those decided at the same time."""
        here = {casefold_id(item) for item in known}
        decided = {casefold_id(event["item"]) for event in self.own} & here
        last = [stack[-1] for item in decided if (stack := self._stack(item))]
        latest = max(map(event_time, last), default=None)
        return [event["item"] for event in sorted(last, key=sort_key) if event_time(event) == latest]

    def shown(self, item: str) -> dict[str, Any]:
        """Return what the page shows of people's decisions, as JSON; see `Session.rows`."""
        events = self._events.get(casefold_id(item))
        if not events:
            return _NOTHING
        label, last, own = self.label(item), self.decision(item), self.opinion(item)
        current = current_opinions(events)
        carried_over = all(self._periods.get(event["id"]) != self._period for event in current)
        words = {name: own.get(name) if own else None for name in ("lead", "stakeholder", "activity")}
        return {
            "label": label and {"lead": label.lead, "status": label.status, "carried_over": carried_over},
            "mine": last and words | {"note": last.get("note"), "skipped": last["op"] == "skip"},
            "opinions": [{name: event.get(name) for name in _SHOWN} for event in current],
            "history": [{name: event.get(name) for name in _SHOWN} for event in events],
        }

    def labels(self) -> Labels:
        """Return the label logs with the events that were added."""
        events = sorted([*self._labels.events, *self._added], key=sort_key)
        return Labels(events, self._labels.folder, periods=self._periods)

    def _stack(self, item: str, pending: Iterable[Event] = ()) -> list[Event]:
        events = [*self._events.get(casefold_id(item), []), *pending]
        return decisions(events).get(self._person, []) if events else []


def pace(events: Iterable[Event]) -> float | None:
    """Return the median of a person's seconds from one answer to the next, None for too few.

    A step over many contributions is one answer, and pauses of more than five minutes are left out.

    Examples
    --------
    >>> events = [{"op": "label", "at": f"2026-10-01T10:00:{second:02}Z"} for second in (0, 3, 6, 10, 14, 18)]
    >>> pace(events)
    4.0
    """
    times = sorted({event_time(event) for event in events if event["op"] in DECISION_OPS})
    pauses = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    thinking = [pause for pause in pauses if pause <= _BREAK]
    return median(thinking) if len(thinking) >= _FEWEST_PAUSES else None
