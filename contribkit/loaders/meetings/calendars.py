"""Calendars (iCalendar): how long meetings were, what they are called, and which members accepted to come."""

import os
import re
from collections.abc import Iterator
from copy import copy
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from http.client import HTTPException
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple, Self
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, build_opener
from zoneinfo import ZoneInfo

from pydantic import SecretStr, model_validator

from contribkit.config.models import Name, Table
from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.tables import grouped

LARGEST = 10_000_000  # bytes of a file
_TIMEOUT = 30  # seconds for an answer
_LONGEST = 20  # seconds for all rules of a calendar: those that never come true are looked for until the year 9999
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
            raise ContribkitError(f"[sources.meetings]: {self} has no https address; write one with https:// in front")
        return address

    def __str__(self) -> str:
        """Return a name for messages: the file, or no more than the host of an address, which may hold a secret."""
        url = self.url.get_secret_value()
        host = re.match(r"https?://(?:[^/@]*@)?([\w.-]+)", url)
        return self.file or (url if url.startswith("$") else f"the calendar at {host[1] if host else 'an address'}")


class Occurrence(NamedTuple):
    """One meeting in a calendar."""

    key: str
    day: date
    at: datetime | None  # None where it is for the whole day
    title: str
    hours: float | None
    calendar: Calendar
    members: list[str]  # who accepted


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
            held = (event for event in found if str(event.get("STATUS", "")).upper() != "CANCELLED")
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


class _NoRedirect(HTTPRedirectHandler):
    """Leads nowhere else: an address may hold a secret."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none."""


def _download(calendar: Calendar) -> bytes:
    """Return what is at an address, of which no message says more than the host; urllib writes no log either."""
    content, until = b"", monotonic() + _TIMEOUT
    try:
        with build_opener(_NoRedirect).open(calendar.address, timeout=_TIMEOUT) as answer:
            while chunk := answer.read1(LARGEST):
                content += chunk
                if len(content) > LARGEST or monotonic() > until:
                    limit = f"{LARGEST // 1_000_000} MB, or takes more than {_TIMEOUT} seconds"
                    raise ContribkitError(f"{calendar}: is larger than {limit}; name a smaller one")
    except HTTPError as error:
        error.close()
        fix = "write the address to which it leads" if 300 <= error.code < 400 else "look whether the address is right"
        raise ContribkitError(f"{calendar}: answers {error.code}; {fix}") from None
    except (OSError, ValueError, HTTPException):
        raise ContribkitError(f"{calendar}: cannot be reached; try again later") from None
    return content


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
    """Return whether to look further: whether an event repeats, or begins about the days of a span."""
    around = start.date() - timedelta(days=1), end.date() + timedelta(days=1)
    repeats = any(event.get("RRULE") or event.get("RDATE") for event in events)
    return repeats or any(around[0] <= _day(event.start) <= around[1] for event in events)


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _occurrence(event: Any, calendar: Calendar, organisation: Organisation) -> Occurrence:
    start, at, attendees = event.start, None, event.get("ATTENDEE", [])
    if isinstance(start, datetime):
        at = (start if start.tzinfo else start.replace(tzinfo=ZoneInfo(organisation.timezone))).astimezone(UTC)
    hours = round((event.end - start) / timedelta(hours=1), 2)
    members = dict[str, None]()
    for one in attendees if isinstance(attendees, list) else [attendees]:
        address = re.sub(r"^mailto:", "", str(one), flags=re.IGNORECASE)
        # An alias may be an address; a login is none, whoever has the same one.
        member = organisation.member_named("email", address) or ("@" in address and organisation.member(address))
        if member and str(one.params.get("PARTSTAT", "")).upper() == "ACCEPTED":
            members[member] = None
    key, title = sha256(str(event.get("UID")).encode()).hexdigest()[:12], str(event.get("SUMMARY", ""))
    known = hours if at and 0 < hours <= 24 else None
    return Occurrence(key, _day(start), at, " ".join(title.split()), known, calendar, [*members])
