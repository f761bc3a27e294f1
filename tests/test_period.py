"""Periods: how people write them, on which side of the edge a moment falls, and what came before."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from contribkit.errors import ContribkitError
from contribkit.period import Period, start_of

TODAY = date(2026, 11, 22)


def days(text: str, today: date = TODAY) -> tuple[str, str]:
    period = Period(text, today=today)
    return str(period.first_day), str(period.last_day)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-Q1", "2026-01-01", "2026-03-31"),
        ("2026-Q4", "2026-10-01", "2026-12-31"),
        ("2026q3", "2026-07-01", "2026-09-30"),
        ("2026-H1", "2026-01-01", "2026-06-30"),
        ("2026-h2", "2026-07-01", "2026-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),  # a leap year
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-07-01..2026-07-01", "2026-07-01", "2026-07-01"),
        (" 2026-06-15 .. 2026-09-30 ", "2026-06-15", "2026-09-30"),
        ("last quarter", "2026-07-01", "2026-09-30"),
        ("This Quarter", "2026-10-01", "2026-12-31"),
        ("last half", "2026-01-01", "2026-06-30"),
        ("last-month", "2026-10-01", "2026-10-31"),
        ("last year", "2025-01-01", "2025-12-31"),
    ],
)
def test_people_write_periods_in_several_ways(text: str, first: str, last: str) -> None:
    assert days(text) == (first, last)


@pytest.mark.parametrize(
    ("today", "quarter"), [(date(2026, 1, 1), "2025-Q4"), (date(2026, 3, 31), "2025-Q4"), (date(2026, 4, 1), "2026-Q1")]
)
def test_the_last_quarter_in_january_lies_in_the_year_before(today: date, quarter: str) -> None:
    assert str(Period("last quarter", today=today)) == quarter


@pytest.mark.parametrize(
    "text",
    ["", "2026-Q0", "2026-Q5", "2026-H3", "2026-13", "2026-00", "2026-7", "Q3", "26-Q3", "2026-Q33", "next quarter",
     "2026-06-31..2026-07-01", "2026-07-01", "2026-07-01..", "2026-07-01...2026-09-30", "9999", "2026-Q3; rm"],
)  # fmt: skip
def test_what_is_no_period_is_refused_with_the_forms_that_are(text: str) -> None:
    with pytest.raises(ContribkitError, match=r'invalid period ".*"; write 2026-Q3, 2026-H1') as caught:
        Period(text)
    assert f'"{text}"' in str(caught.value)


def test_a_period_that_ends_before_it_begins_says_so() -> None:
    with pytest.raises(ContribkitError, match="ends before it begins"):
        Period("2026-09-30..2026-07-01")


@pytest.mark.parametrize(
    ("timezone", "start", "end"),
    [
        ("UTC", "2026-01-01T00:00", "2026-04-01T00:00"),
        ("Europe/Berlin", "2025-12-31T23:00", "2026-03-31T22:00"),  # winter time at the start, summer time at the end
        ("America/Los_Angeles", "2026-01-01T08:00", "2026-04-01T07:00"),
        ("Asia/Kathmandu", "2025-12-31T18:15", "2026-03-31T18:15"),
    ],
)
def test_the_time_zone_moves_the_edges(timezone: str, start: str, end: str) -> None:
    period = Period("2026-Q1", timezone)
    assert (period.start.isoformat(), period.end.isoformat()) == (f"{start}:00+00:00", f"{end}:00+00:00")


@pytest.mark.parametrize("timezone", ["UTC", "Europe/Berlin", "America/Los_Angeles", "America/Havana"])
def test_periods_meet_without_gap_or_overlap(timezone: str) -> None:
    quarters = Period("2026-Q4", timezone).last(12)
    assert all(one.end == following.start for one, following in pairwise(quarters))


def test_a_day_that_begins_at_one_o_clock_still_begins() -> None:
    # In São Paulo the clocks of 4 November 2018 went from midnight to one.
    assert start_of(date(2018, 11, 4), "America/Sao_Paulo") == datetime(2018, 11, 4, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("2026-Q1", "2025-Q4"),
        ("2026-H1", "2025-H2"),
        ("2026-03", "2026-02"),
        ("2026", "2025"),
        ("2026-07-01..2026-08-31", "2026-05-01..2026-06-30"),  # whole months stay whole months
        ("2026-05-01..2026-07-31", "2026-02-01..2026-04-30"),
        ("2026-07-08..2026-07-14", "2026-07-01..2026-07-07"),
        ("2026-03-01..2026-03-01", "2026-02-28..2026-02-28"),
    ],
)
def test_the_previous_period_is_as_long_and_ends_the_day_before(text: str, before: str) -> None:
    assert str(Period(text, "Europe/Berlin").previous()) == before
    assert Period(text, "Europe/Berlin").previous().timezone == "Europe/Berlin"


def test_the_last_four_come_oldest_first() -> None:
    assert [str(period) for period in Period("2026-Q2").last(4)] == ["2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2"]
    assert Period("2026-Q2").last(1) == [Period("2026-Q2")]


def test_two_ways_to_write_the_same_days_are_one_period() -> None:
    assert Period("2026-Q3") == Period("2026-07-01..2026-09-30")
    assert hash(Period("2026-Q3")) == hash(Period("2026-07-01..2026-09-30"))
    assert Period("2026-Q3") != Period("2026-Q3", "Europe/Berlin")


def test_the_last_day_of_the_calendar_is_refused_clearly() -> None:
    with pytest.raises(ContribkitError):
        _ = Period("9999-01-01..9999-12-31").end


@pytest.mark.parametrize("text", ["0001", "0001-Q1", "0001-01-01..9998-12-31", "9998-12"])
def test_a_year_that_leaves_no_room_for_earlier_periods_is_refused(text: str) -> None:
    with pytest.raises(ContribkitError, match=f'invalid period "{text}": years go from 1900 to 9000'):
        Period(text)
