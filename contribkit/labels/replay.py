"""Replay label events: what each person decided, and the label that results for each contribution."""

import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id
from contribkit.labels.aliases import FILE, Aliases
from contribkit.labels.events import DECISION_OPS, LEAD_OPS, Event, event_time, log_files, read_logs, sort_key
from contribkit.period import Period


@dataclass(frozen=True)
class Label:
    """The label of one contribution."""

    item: str
    """Id of the contribution."""
    lead: str | None
    """The lead people agree on; None where it is disputed."""
    status: str
    """``adjudicated``, ``unanimous``, ``majority`` or ``disputed``."""
    opinions: dict[str, str]
    """Each person's current lead."""
    stakeholder: str | None = None
    """As given by the people who agree, where they gave one; `activity` too."""
    activity: str | None = None


def decisions(events: Iterable[Event], person: Callable[[str], str] = casefold_id) -> dict[str, list[Event]]:
    """Return each person's decisions on one contribution that were not undone, oldest first.

    `events` are all of the contribution's, ordered by time; `person` maps a login to what people are compared by.
    """
    stacks: dict[str, list[Event]] = {}
    for event in events:
        stack = stacks.setdefault(person(event["by"]), [])
        if event["op"] in DECISION_OPS:
            stack.append(event)
        elif stack:
            stack.pop()
    return stacks


def opinion(stack: list[Event]) -> Event | None:
    """Return the event that gives a person's current lead, None where they have none.

    A skip decides nothing, so that an earlier label stays; a clear removes it.
    """
    last = next((event for event in reversed(stack) if event["op"] != "skip"), None)
    return last if last and last["op"] in LEAD_OPS else None


def current_opinions(events: Iterable[Event], person: Callable[[str], str] = casefold_id) -> list[Event]:
    """Return the event that gives each person's current lead, from all events of one contribution."""
    return [said for stack in decisions(events, person).values() if (said := opinion(stack))]


def settle(events: Iterable[Event], person: Callable[[str], str] = casefold_id) -> Label | None:
    """Return the label of one contribution: adjudicated, else unanimous, else majority, else disputed.

    Examples
    --------
    >>> said = {"id": "1", "at": "2026-10-01", "op": "label", "item": "o/r#1@ada:review", "lead": "upstream"}
    >>> settle([said | {"by": "ada"}, said | {"by": "bob", "lead": "individual"}]).status
    'disputed'
    """
    current = current_opinions(events, person)
    if not current:
        return None
    (lead, votes), *_ = Counter(str(event["lead"]) for event in current).most_common(1)
    verdict = max((event for event in current if event["op"] == "adjudicate"), key=sort_key, default=None)
    if verdict:
        lead, status, agreeing = str(verdict["lead"]), "adjudicated", [verdict]
    elif votes * 2 > len(current):
        status = "unanimous" if votes == len(current) else "majority"
        agreeing = [event for event in current if event["lead"] == lead]
    else:
        status, agreeing = "disputed", []
    return Label(
        item=current[0]["item"],
        lead=lead if agreeing else None,
        status=status,
        opinions={event["by"]: str(event["lead"]) for event in current},
        stakeholder=next((event["stakeholder"] for event in agreeing if event.get("stakeholder")), None),
        activity=next((event["activity"] for event in agreeing if event.get("activity")), None),
    )


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

    events: list[Event] = field(default_factory=list)
    """Ordered by time."""
    folder: Path | None = None
    """Where they were read from and new ones are written to; None for events that were made in memory."""
    aliases: Aliases = field(default_factory=Aliases)
    periods: dict[str, str] = field(default_factory=dict)
    """By event id, the period in whose folder the event is."""

    @classmethod
    def read(cls, folder: str | Path, organisation: Organisation | None = None) -> "Labels":
        """Read all label logs below a folder, and its alias file; a missing folder has none.

        With an organisation, its members' aliases apply too; see `with_members`.

        Raises
        ------
        ContribkitError
            For a folder or file that cannot be read, and an invalid line; with file and line.
        """
        place = Path(folder)
        aliases = Aliases.read(place / FILE)
        found = read_logs(log_files(place))
        periods = {name: path.relative_to(place).parts[0] for name, (path, _) in found.items()}
        labels = cls(sorted((event for _, event in found.values()), key=sort_key), place, aliases, periods)
        return labels.with_members(organisation) if organisation else labels

    def with_members(self, organisation: Organisation) -> "Labels":
        """Return the same labels, in which a member's aliases in contribkit.toml count as their login."""
        logins = {
            casefold_id(alias): organisation.member(alias) or alias
            for _, member in organisation.memberships
            for alias in member.aliases
        }
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

    def standing(self, item: str) -> list[Event]:
        """Return the event that gives each person's current lead of a contribution."""
        return current_opinions(self.by_item.get(self.name(item), []), self.person)

    @property
    def opinions(self) -> list[Event]:
        """The event that gives each person's current lead, for every contribution."""
        return [said for item in self.by_item for said in self.standing(item)]

    @cached_property
    def by_item(self) -> dict[str, list[Event]]:
        """The events of each contribution ordered by time, by `name`."""
        found: dict[str, list[Event]] = {}
        for event in self.events:
            found.setdefault(self.name(event["item"]), []).append(event)
        return found

    @cached_property
    def effective(self) -> dict[str, Label]:
        """The label of each contribution, by `name`: adjudicated, else unanimous, else majority, else disputed."""
        settled = {item: settle(events, self.person) for item, events in self.by_item.items()}
        return {item: label for item, label in settled.items() if label}

    def spelled_as(self, ids: Iterable[str]) -> "Labels":
        """Return the same labels under the ids that a table uses, older or newer than those in the logs.

        Contributions that the table does not have get their newest id.

        Examples
        --------
        >>> event = {"id": "1", "at": "2026-10-01", "by": "ada", "op": "label", "item": "old/r#1@ada:review",
        ...          "lead": "upstream"}
        >>> labels = Labels([event], aliases=Aliases({"old/r": "new/r"}))
        >>> list(labels.spelled_as(["New/R#1@ada:review"]).effective)
        ['new/r#1@ada:review']
        """
        if not self.aliases:
            return self
        spelled = {self.name(item): item for item in ids}
        events = [
            event
            | {
                "item": spelled.get(self.name(event["item"]), self.aliases.newest(event["item"])),
                "by": self.aliases.login(event["by"]),
            }
            for event in self.events
        ]
        return replace(self, events=events, aliases=Aliases())

    def missing(self, ids: Iterable[str]) -> list[Label]:
        """Return the labels of contributions that are not among `ids`: of another period, or no longer found."""
        here = {self.name(item) for item in ids}
        return [label for item, label in self.effective.items() if item not in here]

    def changes(self, period: Period) -> Iterator[tuple[Event, Label | None, Label | None]]:
        """Yield each event within a period, with the contribution's label right before and right after it."""
        for event in self.events:
            if period.start <= event_time(event) < period.end:
                events = self.by_item[self.name(event["item"])]
                place = events.index(event)
                yield event, settle(events[:place], self.person), settle(events[: place + 1], self.person)


def read_and_warn(folder: Path, organisation: Organisation | None = None) -> tuple[Labels, list[str]]:
    """Return the labels of a folder, and the warnings from reading them as sentences."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        labels = Labels.read(folder, organisation)
    return labels, [str(warning.message) for warning in caught]
