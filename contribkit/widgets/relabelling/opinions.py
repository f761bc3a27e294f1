"""What people said of the contributions of a session, kept up with every new event."""

from collections.abc import Iterable
from itertools import pairwise
from statistics import median

from contribkit.ids import casefold_id
from contribkit.labels import Label, Labels
from contribkit.labels.events import DECISION_OPS, Event, event_time, sort_key
from contribkit.labels.replay import current_opinions, decisions, opinion, settle
from contribkit.widgets.relabelling.gestures import Gestures

_BREAK = 300.0  # seconds after which a person was away rather than thinking
_ENOUGH = 5  # pauses from which on a pace is told


class Opinions:
    """The events of each contribution, and what follows from them; only what an event touches is worked out anew.

    Parameters
    ----------
    labels
        The label logs, in the names of the table; see `Labels.spelled_as`.
    person
        Whose own opinions are told apart.
    known
        Ids of the contributions of the session: the person's gestures elsewhere are not taken back here.

    Attributes
    ----------
    ids
        Of all events.
    own
        The person's events, in the order of time.
    """

    def __init__(self, labels: Labels, person: str, known: Iterable[str]) -> None:
        self._labels, self._person = labels, casefold_id(person)
        self._known = {casefold_id(item) for item in known}
        self._events = {item: list(events) for item, events in labels.by_item.items()}
        self._held: dict[str, Label | None] = dict(labels.effective)
        self._added: list[Event] = []
        self._periods = dict(labels.periods)
        self.ids = {event["id"] for event in labels.events}
        self.own = [event for event in labels.events if casefold_id(event["by"]) == self._person]
        self.gestures = self._gestures_made()

    def add(self, event: Event, period: str) -> None:
        """Take in the person's next event; one that was sent late goes where it belongs in time."""
        item = casefold_id(event["item"])
        events = self._events.setdefault(item, [])
        is_late = bool(self.own) and sort_key(event) < sort_key(self.own[-1])
        self.ids.add(event["id"])
        self._added.append(event)
        self._periods[event["id"]] = period
        for said in (events, self.own):
            said.append(event)
            if is_late:
                said.sort(key=sort_key)
        self._held[item] = settle(events)
        if is_late:
            self.gestures = self._gestures_made()
        else:
            self.gestures.add(event)

    def _gestures_made(self) -> Gestures:
        return Gestures([event for event in self.own if casefold_id(event["item"]) in self._known])

    def events(self, item: str) -> list[Event]:
        """Return every event of a contribution, in the order of time."""
        return self._events.get(casefold_id(item), [])

    def label(self, item: str) -> Label | None:
        """Return what holds."""
        return self._held.get(casefold_id(item))

    def mine(self, item: str) -> Event | None:
        """Return the person's last decision that stands, be it a skip; None where there is none, or it was cleared."""
        stack = self._stack(item)
        return stack[-1] if stack and stack[-1]["op"] != "clear" else None

    def my_opinion(self, item: str, further: Iterable[Event] = ()) -> Event | None:
        """Return the event by which the person gives a lead, None where they give none.

        Parameters
        ----------
        item
            The contribution.
        further
            The person's next events on it, which are not taken in yet.
        """
        return opinion(self._stack(item, further))

    def standing(self, item: str) -> list[Event]:
        """Return the event by which each person gives a lead."""
        return current_opinions(self.events(item))

    def is_carried_over(self, item: str, period: str) -> bool:
        """Say whether everything that holds was said for other periods."""
        return all(self._periods.get(event["id"]) != period for event in self.standing(item))

    def pace(self) -> float | None:
        """Return the median of the person's seconds for one answer, None where too few are known."""
        return pace(self.own)

    def labels(self) -> Labels:
        """Return the label logs with what was added."""
        events = sorted([*self._labels.events, *self._added], key=sort_key)
        return Labels(events, self._labels.folder, periods=self._periods)

    def _stack(self, item: str, further: Iterable[Event] = ()) -> list[Event]:
        events = self._events.get(casefold_id(item), [])
        return decisions([*events, *further]).get(self._person, []) if events or further else []


def pace(events: Iterable[Event]) -> float | None:
    """Return the median of a person's seconds from one answer to the next, None where too few are known.

    A gesture over many contributions is one answer; pauses of more than five minutes were no thinking.

    Examples
    --------
    >>> events = [{"op": "label", "at": f"2026-10-01T10:00:{second:02}Z"} for second in (0, 3, 6, 10, 14, 18)]
    >>> pace(events)
    4.0
    """
    times = sorted({event_time(event) for event in events if event["op"] in DECISION_OPS})
    pauses = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    thinking = [pause for pause in pauses if pause <= _BREAK]
    return median(thinking) if len(thinking) >= _ENOUGH else None
