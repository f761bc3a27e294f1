"""What a person says in a session, written into its log and taken in."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from contribkit.errors import ContribkitError
from contribkit.labels import LabelLog
from contribkit.labels.events import Event, event_time, new_event
from contribkit.widgets.relabelling.intake import completed
from contribkit.widgets.relabelling.opinions import Opinions
from contribkit.widgets.relabelling.worklist import Worklist

Said = tuple[str, str, dict[str, Any]]
"""Op, contribution, and what else an event says."""


class Answer(NamedTuple):
    """What became of events.

    Attributes
    ----------
    saved
        Ids of events that are on the disk.
    failed
        By id, why an event is not.
    """

    saved: list[str]
    failed: dict[str, str]


class Pen:
    """Writes for one person and period.

    Parameters
    ----------
    folder
        The folder of label logs.
    person
        Who says everything that it writes.
    period
        For which period.
    """

    def __init__(self, folder: Path, person: str, period: str) -> None:
        self._person, self._period = person, period
        self.log = LabelLog(folder, person, period)

    def say(self, gesture: list[Said], worklist: Worklist, opinions: Opinions) -> None:
        """Save what is said at one moment: all of it, or nothing.

        Raises
        ------
        ContribkitError
            For what cannot be said, or cannot be saved.
        """
        at = _now(opinions)
        known = [(op, worklist.ids[worklist.place(item)], spoken) for op, item, spoken in gesture]
        events = [new_event(self._person, op, item, at, **spoken) for op, item, spoken in known]
        answer = self.record(events, worklist, opinions)
        if answer.failed:
            raise ContribkitError(next(iter(answer.failed.values())))

    def record(self, events: Iterable[dict[str, Any]], worklist: Worklist, opinions: Opinions) -> Answer:
        """Save events as the page sends them, and take in those that are on the disk; see `Session.record`."""
        saved: list[str] = []
        failed: dict[str, str] = {}
        fresh: dict[str, Event] = {}
        staged: dict[str, list[Event]] = {}
        for sent in events:
            name = str(sent.get("id"))
            try:
                if name in opinions.ids:
                    saved.append(name)
                elif name not in fresh:
                    fresh[name] = completed(sent, self._person, worklist, opinions, staged)
            except ContribkitError as error:
                failed[name] = str(error)
        try:
            self.log.append(fresh.values())
        except ContribkitError as error:
            return Answer(saved, failed | dict.fromkeys(fresh, str(error)))
        for event in fresh.values():
            opinions.add(event, self._period)
        return Answer([*saved, *fresh], failed)


def _now(opinions: Opinions) -> datetime:
    """Return the time, later than whatever the person did: clocks are put back, and an undo must come after."""
    return max([datetime.now(UTC), *(event_time(event) + timedelta(microseconds=1) for event in opinions.own[-1:])])
