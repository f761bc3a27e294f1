"""Calendars (iCalendar): how long meetings were, what they are called, and which members accepted to come."""

import os
import re
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import Any, Self
from zoneinfo import ZoneInfo

from pydantic import SecretStr, model_validator

from contribkit.config.models import Name, Table
from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.tables import grouped

LARGEST = 10_000_000  # bytes of a file
_TIMEOUT = 30  # seconds to wait for a part of an answer
_LONGEST = 20  # seconds for all rules of a calendar: those that never come true are looked for until the year 9999
_MOST = 1_000  # occurrences of one event
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")  # no meeting is each hour
_HIDDEN = ("PRIVATE", "CONFIDENTIAL")
# What the libraries raise for an event that they cannot read.
_BROKEN = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)


class Calendar(Table):
    """One of ``[[sources.meetings.calendars]]``: a file or an https address, and whose meetings are in it."""

    file: Name = ""
    url: SecretStr = SecretStr("")  # or $NAME, a variable of the environment that holds it
    upstream: Name
    private: bool = True  # whether its titles and people are in no output unless private ones are asked for

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if bool(self.file) == self.is_remote:
            raise ValueError('needs a file or an address: file = "meetings.ics" or url = "https://..."')
        return self

    @property
    def is_remote(self) -> bool:
        """Whether it has an address."""
        return bool(self.url.get_secret_value())

    @property
    def address(self) -> str:
        """Where it is, with what makes it secret."""
        url = self.url.get_secret_value()
        address = os.environ.get(url[1:], "") if url.startswith("$") else url
        if not address:
            raise ContribkitError(f"[sources.meetings]: the environment has no {url[1:]}; set it to the address")
        if not re.match(r"https://\w|http://(?:localhost|127\.0\.0\.1)[:/]", address):
            raise ContribkitError(
                f"[sources.meetings]: {self} has no https address; write one that begins with https://"
            )
        return address

    def __str__(self) -> str:
        """Return a name for messages: the file, or no more than the host of an address, which may hold a secret."""
        url = self.url.get_secret_value()
        host = re.match(r"https?://(?:[^/@]*@)?([\w.-]+)", url)
        return self.file or (url if url.startswith("$") else f"the calendar at {host[1] if host else 'an address'}")


@dataclass
class Occurrence:
    """One meeting in a calendar."""

    key: str
    day: date
    at: datetime | None  # None where it is for the whole day
    title: str
    hours: float | None
    calendar: Calendar
    members: list[str] = field(default_factory=list)  # who accepted


def find_libraries() -> tuple[Any, Any]:
    """Return the packages that read calendars, which are an extra: one of them is under the LGPL."""
    try:
        return import_module("icalendar"), import_module("recurring_ical_events")
    except ImportError as error:
        fix = "run: pip install contribkit[calendars]"
        raise ContribkitError(f"[sources.meetings]: calendars need packages that are not installed; {fix}") from error


def read_calendar(
    calendar: Calendar, organisation: Organisation, span: tuple[datetime, datetime], broken: list[str]
) -> Iterator[Occurrence]:
    """Yield the meetings of a calendar that began within a span; what cannot be read is noted."""
    icalendar, recurring = find_libraries()
    try:
        content = _download(calendar) if calendar.is_remote else read_file(organisation.root / calendar.file)
        parts = icalendar.Calendar.from_ical(content, multiple=True)
        if not parts or any(part.name != "VCALENDAR" for part in parts):
            raise ValueError
    except ContribkitError as error:
        broken.append(str(error))
        return
    except _BROKEN:
        broken.append(f"{calendar}: is no calendar (iCalendar), or cut off; export it again")
        return
    until = monotonic() + _LONGEST
    for series in (series for part in parts for series in _series(part)):
        if monotonic() > until:
            broken.append(f"{calendar}: has more than can be read in {_LONGEST} seconds; remove old events from it")
            return
        events = series.walk("VEVENT")
        try:
            _check_rules(events)
            found = recurring.of(series).between(*span) if _may_be_within(events, *span) else []
            held = (event for event in found[:_MOST] if str(event.get("STATUS", "")).upper() != "CANCELLED")
            yield from [_occurrence(event, calendar, organisation) for event in held]
        except _BROKEN as error:
            title = "one of its events" if calendar.private else f'"{events[0].get("SUMMARY", "")}"'
            reason = str(error) if isinstance(error, _BadRule) else "its start, end or rule is wrong"
            broken.append(f"{calendar}: {title} cannot be read: {reason}; correct it there")


def _series(calendar: Any) -> Iterator[Any]:
    """Yield a calendar for each event, with its changes, and without private ones."""
    zones = [component for component in calendar.subcomponents if component.name == "VTIMEZONE"]
    events = calendar.walk("VEVENT")
    for same in grouped((str(event.get("UID")) for event in events), events).values():
        if not any(str(event.get("CLASS", "")).upper() in _HIDDEN for event in same):
            series = copy(calendar)
            series.subcomponents = [*zones, *same]
            yield series


def read_file(path: Path) -> bytes:
    """Return what is in a file, if that is not too large."""
    try:
        if path.stat().st_size > LARGEST:
            raise ContribkitError(f"{path}: is larger than {LARGEST // 1_000_000} MB; name another file")
        return path.read_bytes()
    except OSError as error:
        raise ContribkitError(f"{path}: cannot be read ({error.strerror}); name a file that is there") from error


def _download(calendar: Calendar) -> bytes:
    """Return what is at an address, of which no message says more than the host."""
    import httpx2  # slow to import

    try:
        with httpx2.stream("GET", calendar.address, timeout=_TIMEOUT, follow_redirects=False) as response:
            if response.status_code != 200:
                fix = (
                    "write the address to which it leads"
                    if response.is_redirect
                    else "look whether the address is right"
                )
                raise ContribkitError(f"{calendar}: answers {response.status_code}; {fix}")
            content, until = b"", monotonic() + _TIMEOUT
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > LARGEST or monotonic() > until:
                    limit = f"{LARGEST // 1_000_000} MB, or takes more than {_TIMEOUT} seconds"
                    raise ContribkitError(f"{calendar}: is larger than {limit}; name a smaller one")
            return content
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        reason = "does not answer in time" if isinstance(error, httpx2.TimeoutException) else "cannot be reached"
        raise ContribkitError(f"{calendar}: {reason}; try again later") from None


class _BadRule(ValueError):
    """A rule of repetition that would never end, or that no meeting has."""


def _check_rules(events: list[Any]) -> None:
    for event in events:
        rules = event.get("RRULE", [])
        for rule in rules if isinstance(rules, list) else [rules]:
            frequency, interval = str(rule.get("FREQ", [""])[0]).upper(), rule.get("INTERVAL", [1])[0]
            several = any(len(rule.get(name, [])) > 1 for name in ("BYHOUR", "BYMINUTE", "BYSECOND"))
            if frequency not in _FREQUENCIES or not isinstance(interval, int) or interval < 1 or several:
                raise _BadRule("it repeats more than once a day, or by a rule that is not known")


def _may_be_within(events: list[Any], start: datetime, end: datetime) -> bool:
    """Return whether to look further: whether an event repeats, or begins within a day of a span."""
    if any(event.get("RRULE") or event.get("RDATE") for event in events):
        return True
    days = [_day(event.start) for event in events]
    return any(start.date() - timedelta(days=1) <= day <= end.date() + timedelta(days=1) for day in days)


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _occurrence(event: Any, calendar: Calendar, organisation: Organisation) -> Occurrence:
    start, length = event.start, event.end - event.start
    at = None
    if isinstance(start, datetime):
        at = (start if start.tzinfo else start.replace(tzinfo=ZoneInfo(organisation.timezone))).astimezone(UTC)
    hours = round(length / timedelta(hours=1), 2)
    attendees = event.get("ATTENDEE", [])
    addresses = [
        re.sub(r"^mailto:", "", str(one), flags=re.IGNORECASE)
        for one in (attendees if isinstance(attendees, list) else [attendees])
        if str(one.params.get("PARTSTAT", "")).upper() == "ACCEPTED"
    ]
    known = [organisation.member_named("email", address) or organisation.member(address) for address in addresses]
    key, title = (
        sha256(str(event.get("UID")).encode()).hexdigest()[:12],
        " ".join(str(event.get("SUMMARY", "")).split()),
    )
    members = [*dict.fromkeys(filter(None, known))]
    return Occurrence(key, _day(start), at, title, hours if at and 0 < hours <= 24 else None, calendar, members)
