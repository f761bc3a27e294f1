"""Review periods: whole days in the organisation's time zone."""

import calendar
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from contribkit.errors import ContribkitError

MONTHS = {"quarter": 3, "half": 6, "month": 1, "year": 12}
YEARS = range(1900, 9001)  # a period needs a few before it, and time zones need days beside it
FORMS = '2026-Q3, 2026-H1, 2026-07, 2026, 2026-07-01..2026-09-30 or "last quarter"'


@dataclass(frozen=True, init=False)
class Period:
    """A span of whole days in a time zone: both days belong to it.

    Parameters
    ----------
    text
        ``2026-Q3``, ``2026-H1``, ``2026-07``, ``2026``, ``2026-07-01..2026-09-30``, or ``last`` or ``this`` with
        ``quarter``, ``half``, ``month`` or ``year``.
    timezone
        An IANA name: it decides on which side of the edge an act falls.
    today
        The day from which ``last`` counts; by default the current day in that time zone.

    Examples
    --------
    >>> period = Period("2026-Q3", "Europe/Berlin")
    >>> period.start.isoformat(), period.end.isoformat()
    ('2026-06-30T22:00:00+00:00', '2026-09-30T22:00:00+00:00')
    >>> str(Period("last quarter", today=date(2026, 11, 22)))
    '2026-Q3'
    """

    name: str = field(compare=False)
    timezone: str
    first_day: date
    last_day: date

    def __init__(self, text: str, timezone: str = "UTC", today: date | None = None) -> None:
        try:
            first, last = _days(text.strip(), today or datetime.now(ZoneInfo(timezone)).date())
        except ValueError as error:  # a 13th month, a fifth quarter, 31 June
            raise ContribkitError(f'invalid period "{text}"; write {FORMS}') from error
        if last < first:
            raise ContribkitError(f'invalid period "{text}": it ends before it begins')
        if first.year not in YEARS or last.year not in YEARS:
            raise ContribkitError(f'invalid period "{text}": years go from {YEARS[0]} to {YEARS[-1]}')
        name = f"{first}..{last}" if ".." in text else _name(first, last)
        for key, value in (("name", name), ("timezone", timezone), ("first_day", first), ("last_day", last)):
            object.__setattr__(self, key, value)

    def __str__(self) -> str:
        return self.name

    @property
    def start(self) -> datetime:
        """The first moment of the period, in UTC."""
        return start_of(self.first_day, self.timezone)

    @property
    def end(self) -> datetime:
        """The first moment after the period, in UTC."""
        return start_of(self.last_day + timedelta(days=1), self.timezone)

    def previous(self) -> "Period":
        """Return the period of the same length that ends the day before this one begins."""
        months = _whole_months(self.first_day, self.last_day)
        last = self.first_day - timedelta(days=1)
        first = _months_later(self.first_day, -months) if months else last - (self.last_day - self.first_day)
        return Period(_name(first, last), self.timezone)

    def last(self, count: int) -> list["Period"]:
        """Return this period and those before it, oldest first, ``count`` in all."""
        periods = [self]
        while len(periods) < count:
            periods.insert(0, periods[0].previous())
        return periods


def start_of(day: date, timezone: str) -> datetime:
    """Return the first moment of a day in a time zone, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(timezone)).astimezone(UTC)


def _days(text: str, today: date) -> tuple[date, date]:
    if match := re.fullmatch(r"(\d{4}-\d\d-\d\d)\s*\.\.\s*(\d{4}-\d\d-\d\d)", text):
        return date.fromisoformat(match[1]), date.fromisoformat(match[2])
    if match := re.fullmatch(r"(\d{4})(?:-?([QH])(\d)|-(\d\d))?", text, re.IGNORECASE):
        year, letter, part, month = match.groups()
        months = {"Q": 3, "H": 6}[letter.upper()] if letter else 1 if month else 12
        first = date(int(year), (int(part or month or 1) - 1) * months + 1, 1)
    elif match := re.fullmatch(r"(last|this)[ -](quarter|half|month|year)", text, re.IGNORECASE):
        months = MONTHS[match[2].lower()]
        current = date(today.year, (today.month - 1) // months * months + 1, 1)
        first = current if match[1].lower() == "this" else _months_later(current, -months)
    else:
        raise ValueError(text)
    return first, _months_later(first, months) - timedelta(days=1)


def _months_later(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)


def _whole_months(first: date, last: date) -> int:
    """Return how many whole months the span is, 0 where it does not begin and end with a month."""
    if first.day != 1 or last.day != calendar.monthrange(last.year, last.month)[1]:
        return 0
    return (last.year - first.year) * 12 + last.month - first.month + 1


def _name(first: date, last: date) -> str:
    months = _whole_months(first, last)
    if months not in MONTHS.values() or (first.month - 1) % months:
        return f"{first}..{last}"
    part = (first.month - 1) // months + 1
    return {1: f"{first:%Y-%m}", 3: f"{first.year}-Q{part}", 6: f"{first.year}-H{part}", 12: f"{first.year}"}[months]
