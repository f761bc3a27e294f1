"""A folder of label logs, and the labels that they add up to."""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from contribkit.ids import casefold_id
from contribkit.labels.aliases import FILE, Aliases
from contribkit.labels.event import Event, time_of, when
from contribkit.labels.reading import logs_below, read_log, united
from contribkit.labels.replay import Label, settle, standing


@dataclass(frozen=True)
class Labels:
    """All events of a folder of label logs, and the labels they add up to.

    Attributes
    ----------
    events
        In the order of time.
    folder
        Where they were read, and where new ones go; None for events that were made.
    aliases
        What is called otherwise now.
    periods
        The period in whose folder an event lies, by the event's id.

    Examples
    --------
    >>> event = {"v": 1, "id": "01", "at": "2026-10-01T10:00:00Z", "by": "ada", "op": "label",
    ...          "item": "o/r#1@ada:review", "lead": "upstream"}
    >>> Labels([event]).of("O/R#1@ada:review").lead
    'upstream'
    """

    events: list[Event] = field(default_factory=list)
    folder: Path | None = None
    aliases: Aliases = field(default_factory=Aliases)
    periods: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: str | Path) -> "Labels":
        """Read all label logs below a folder, and its alias file; a folder that is not there holds none.

        Raises
        ------
        ContribkitError
            For a line that is no event, or one of an unknown version; with file and line.
        """
        place = Path(folder)
        aliases = Aliases.read(place / FILE)
        found = united((path, event) for path in logs_below(place) for event in read_log(path))
        periods = {name: path.relative_to(place).parts[0] for name, (path, _) in found.items()}
        return cls(sorted((event for _, event in found.values()), key=when), place, aliases, periods)

    def name(self, item: str) -> str:
        """Return what a contribution is compared by, whichever of its names is given."""
        return casefold_id(self.aliases.newest(item))

    def person(self, login: str) -> str:
        """Return what a person is compared by, whichever of their logins is given."""
        return casefold_id(self.aliases.login(login))

    def of(self, item: str) -> Label | None:
        """Return what holds for a contribution, None where nobody said anything."""
        return self.effective.get(self.name(item))

    def until(self, moment: datetime) -> "Labels":
        """Return the labels as they stood at a moment."""
        return replace(self, events=[event for event in self.events if time_of(event) <= moment])

    def standing(self, item: str) -> list[Event]:
        """Return the event by which each person gives a lead to a contribution."""
        return standing(self.by_item.get(self.name(item), []), self.person)

    @property
    def opinions(self) -> list[Event]:
        """The event by which each person gives a lead, of every contribution."""
        return [said for item in self.by_item for said in self.standing(item)]

    @cached_property
    def by_item(self) -> dict[str, list[Event]]:
        """The events of each contribution, in the order of time, by `name`."""
        found: dict[str, list[Event]] = {}
        for event in self.events:
            found.setdefault(self.name(event["item"]), []).append(event)
        return found

    @cached_property
    def effective(self) -> dict[str, Label]:
        """What holds, by `name`: adjudicated, then unanimous, then majority, else disputed."""
        settled = {item: settle(events, self.person) for item, events in self.by_item.items()}
        return {item: label for item, label in settled.items() if label}

    def spelled_as(self, ids: Iterable[str]) -> "Labels":
        """Return the same labels under the ids that a table uses, older or newer than those in the logs.

        What the table does not hold gets the names of today.

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
        here = {self.name(item): item for item in ids}
        spelled = [
            event
            | {
                "item": here.get(self.name(event["item"]), self.aliases.newest(event["item"])),
                "by": self.aliases.login(event["by"]),
            }
            for event in self.events
        ]
        return replace(self, events=spelled, aliases=Aliases())

    def missing(self, ids: Iterable[str]) -> list[Label]:
        """Return the labels of contributions that are not among some: those of another period, or that vanished."""
        here = {self.name(item) for item in ids}
        return [label for item, label in self.effective.items() if item not in here]


def read_and_warn(folder: Path) -> tuple[Labels, list[str]]:
    """Return the labels of a folder, and as sentences what reading them warned of, such as a torn last line."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        labels = Labels.read(folder)
    return labels, [str(warning.message) for warning in caught]
