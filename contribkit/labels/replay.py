"""Replay label events: what each person decided, and the label that results for each contribution."""

import warnings
from bisect import insort
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id
from contribkit.labels.aliases import FILE, Aliases
from contribkit.labels.events import LEAD_OPS, Event, event_time, log_files, read_logs, sort_key
from contribkit.period import Period
from contribkit.tables import grouped


@dataclass(frozen=True)
class Label:
    """The label of one contribution."""

    item: str  # id of the contribution
    lead: str | None  # the lead people agree on; None where it is disputed
    status: str  # adjudicated, unanimous, majority or disputed
    opinions: dict[str, str]  # each person's current lead
    stakeholder: str | None = None  # as given by the people who agree, where they gave one; the activity too
    activity: str | None = None


def decisions(events: Iterable[Event]) -> dict[str, list[Event]]:
    """Return each person's decisions on one contribution that were not undone, oldest first, by case-folded login."""
    stacks: dict[str, list[Event]] = {}
    for event in events:
        stack = stacks.setdefault(casefold_id(event["by"]), [])
        if event["op"] != "undo":
            stack.append(event)
        elif stack:
            stack.pop()
    return stacks


def opinion(stack: list[Event]) -> Event | None:
    """Return the event that gives a person's current lead: a skip leaves an earlier one, a clear removes it."""
    last = next((event for event in reversed(stack) if event["op"] != "skip"), None)
    return last if last and last["op"] in LEAD_OPS else None


def _current(events: Iterable[Event]) -> list[Event]:
    return [said for stack in decisions(events).values() if (said := opinion(stack))]


def settle(events: Iterable[Event]) -> Label | None:
    """Return the label of one contribution: adjudicated, else unanimous, else majority, else disputed."""
    current = _current(events)
    if not current:
        return None
    (lead, votes), *_ = Counter(str(event["lead"]) for event in current).most_common(1)
    agreeing, status = [event for event in current if event["lead"] == lead], "majority"
    if verdict := max((event for event in current if event["op"] == "adjudicate"), key=sort_key, default=None):
        agreeing, status = [verdict], "adjudicated"
    elif votes == len(current):
        status = "unanimous"
    elif votes * 2 <= len(current):
        agreeing, status = [], "disputed"
    opinions = {event["by"]: str(event["lead"]) for event in current}
    given = [next((event[name] for event in agreeing if event.get(name)), None) for name in ("stakeholder", "activity")]
    return Label(current[0]["item"], str(agreeing[0]["lead"]) if agreeing else None, status, opinions, *given)


@dataclass(frozen=True)
class Labels:
    """All events of a folder of label logs, and the labels they add up to.

    Examples
    --------
    >>> event = {"v": 1, "id": "01", "at": "2026-10-01T10:00:00Z", "by": "ada", "op": "label",
    ...          "item": "o/r#1@ada:review", "lead": "upstream"}
    >>> Labels([event]).of("O/R#1@ada:review").lead
    'upstream'
    """

    events: list[Event] = field(default_factory=list)  # ordered by time, as they are in the logs
    folder: Path | None = None  # where they were read from and new ones are written to; None where made in memory
    aliases: Aliases = field(default_factory=Aliases)
    periods: dict[str, str] = field(default_factory=dict)  # by event id, the period in whose folder the event is

    @classmethod
    def read(cls, folder: str | Path, organisation: Organisation | None = None) -> "Labels":
        """Read the label logs below a folder and its alias file; an organisation adds the aliases of its members."""
        place = Path(folder)
        found = read_logs(log_files(place))
        periods = {name: path.relative_to(place).parts[0] for name, (path, _) in found.items()}
        events = sorted((event for _, event in found.values()), key=sort_key)
        labels = cls(events, place, Aliases.read(place / FILE), periods)
        return labels.with_members(organisation) if organisation else labels

    def with_members(self, organisation: Organisation) -> "Labels":
        """Return the same labels, in which a member's aliases in contribkit.toml count as their login."""
        logins = {casefold_id(alias): who.login for who in organisation.everybody for alias in who.aliases}
        return replace(self, aliases=replace(self.aliases, members=logins)) if logins else self

    def name(self, item: str) -> str:
        """Return what a contribution is compared by, whichever of its ids is given."""
        return casefold_id(self.aliases.newest(item))

    def person(self, login: str) -> str:
        """Return what a person is compared by, whichever of their logins is given."""
        return casefold_id(self.aliases.login(login))

    def of(self, item: str) -> Label | None:
        """Return the label of a contribution, None where it has none."""
        return self.effective.get(self.name(item))

    def until(self, moment: datetime) -> "Labels":
        """Return the labels as they were at a moment."""
        return replace(self, events=[event for event in self.events if event_time(event) <= moment])

    def decisions(self, item: str, person: str, pending: Iterable[Event] = ()) -> list[Event]:
        """Return a person's decisions on a contribution that were not undone; `pending` are events not added yet."""
        events = [*self.by_item.get(self.name(item), []), *pending]
        return decisions(events).get(self.person(person), []) if events else events

    def standing(self, item: str) -> list[Event]:
        """Return the event that gives each person's current lead of a contribution."""
        return _current(self.by_item.get(self.name(item), []))

    @property
    def opinions(self) -> list[Event]:
        """The event that gives each person's current lead, for every contribution."""
        return [said for events in self.by_item.values() for said in _current(events)]

    @cached_property
    def by_item(self) -> dict[str, list[Event]]:
        """The events of each contribution ordered by time, by `name`, with current ids and logins."""
        events = [*map(self._renamed, self.events)]
        return grouped((casefold_id(event["item"]) for event in events), events)

    def _renamed(self, event: Event) -> Event:
        if not self.aliases:
            return event
        return event | {"item": self.aliases.newest(event["item"]), "by": self.aliases.login(event["by"])}

    @cached_property
    def effective(self) -> dict[str, Label]:
        """The label of each contribution, by `name`: adjudicated, else unanimous, else majority, else disputed."""
        return {item: label for item, events in self.by_item.items() if (label := settle(events))}

    def spelled_as(self, ids: Iterable[str]) -> "Labels":
        """Return a copy under the ids that a table uses, older or newer than those in the logs; else the newest."""
        spelled = {self.name(item): item for item in ids}
        events = map(self._renamed, self.events)
        renamed = [event | {"item": spelled.get(casefold_id(event["item"]), event["item"])} for event in events]
        return Labels(renamed, self.folder, periods=dict(self.periods))

    def add(self, event: Event, period: str) -> None:
        """Add an event, also one that arrives late; only its contribution is settled again."""
        item, effective = self.name(event["item"]), self.effective
        events = self.by_item.setdefault(item, [])
        self.periods[event["id"]] = period
        insort(self.events, event, key=sort_key)
        insort(events, self._renamed(event), key=sort_key)
        if label := settle(events):
            effective[item] = label
        else:
            effective.pop(item, None)

    def missing(self, ids: Iterable[str]) -> list[Label]:
        """Return the labels of contributions that are not among `ids`: of another period, or no longer found."""
        here = {self.name(item) for item in ids}
        return [label for item, label in self.effective.items() if item not in here]

    def changes(self, period: Period) -> Iterator[tuple[Event, Label | None, Label | None]]:
        """Yield each event within a period, with the contribution's label right before and right after it."""
        for event in self.events:
            if period.start <= event_time(event) < period.end:
                events = self.by_item[self.name(event["item"])]
                place = [known["id"] for known in events].index(event["id"])
                yield event, settle(events[:place]), settle(events[: place + 1])


def read_and_warn(folder: Path, organisation: Organisation | None = None) -> tuple[Labels, list[str]]:
    """Return the labels of a folder, and the warnings from reading them as sentences."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        labels = Labels.read(folder, organisation)
    return labels, [str(warning.message) for warning in caught]
