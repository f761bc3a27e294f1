"""What a person did, one gesture after the other, so that the last can be taken back and done again."""

from contribkit.ids import casefold_id
from contribkit.labels.events import DECISION_OPS, Event

_SAID = ("op", "lead", "stakeholder", "activity", "note")

Gesture = dict[str, Event]
"""Events of one moment by contribution: one, or many where many contributions were labelled at once."""


class Gestures:
    """The gestures of one person that stand, and those that were taken back and can be done again.

    All of it is read off the log, so that it survives a restart. Doing again is no op of its own: a decision that
    repeats one that was just taken back does it again, and any other forgets what was taken back.

    Parameters
    ----------
    events
        The person's events, in the order of time.
    """

    def __init__(self, events: list[Event]) -> None:
        self._standing: list[Gesture] = []
        self._taken_back: list[Gesture] = []
        self._made_at = self._taken_at = ""
        for event in events:
            self.add(event)

    @property
    def last(self) -> list[Event]:
        """The events of the last gesture that stands, none where there is none."""
        return list(self._standing[-1].values()) if self._standing else []

    @property
    def last_taken_back(self) -> list[Event]:
        """The events of the last gesture that was taken back and can be done again, none where there is none."""
        return list(reversed(self._taken_back[-1].values())) if self._taken_back else []

    def add(self, event: Event) -> None:
        """Take in the person's next event."""
        if event["op"] in DECISION_OPS:
            self._decide(casefold_id(event["item"]), event)
        else:
            self._undo(casefold_id(event["item"]), event["at"])

    def _decide(self, item: str, event: Event) -> None:
        again = self._taken_back[-1].get(item) if self._taken_back else None
        if again and all(again.get(name) == event.get(name) for name in _SAID):
            _take(self._taken_back, len(self._taken_back) - 1, item)
        else:
            self._taken_back.clear()
        if not self._standing or self._made_at != event["at"] or item in self._standing[-1]:
            self._standing.append({})
        self._standing[-1][item] = event
        self._made_at = event["at"]

    def _undo(self, item: str, at: str) -> None:
        """Take back the last decision on a contribution."""
        places = range(len(self._standing) - 1, -1, -1)
        place = next((place for place in places if item in self._standing[place]), None)
        if place is None:
            return
        taken = _take(self._standing, place, item)
        if not self._taken_back or self._taken_at != at or item in self._taken_back[-1]:
            self._taken_back.append({})
        self._taken_back[-1][item] = taken
        self._taken_at = at


def _take(gestures: list[Gesture], place: int, item: str) -> Event:
    """Take an event out of a gesture, and the gesture where nothing is left of it."""
    taken = gestures[place].pop(item)
    if not gestures[place]:
        del gestures[place]
    return taken
