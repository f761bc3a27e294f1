"""Fold: threads and acts become what one person did in one thread in a period."""

from datetime import date
from itertools import combinations, pairwise

import pandas as pd
import pytest

from contribkit.config.models import Member, Team
from contribkit.fold import fold
from contribkit.period import Period
from contribkit.tables import ACTS, CONTRIBUTIONS, THREADS, conform, empty, plain
from tests.helpers.builders import PULL, acts, threads

Q1, Q2, Q3 = (Period(f"2026-Q{number}") for number in (1, 2, 3))
TEAM = Team(name="One", members=[Member(login="ada"), Member(login="Bob", aliases=["bobby"])])
NOON = "2026-07-08T12:00:00Z"


def ids(frame: pd.DataFrame) -> list[str]:
    return [identifier.removeprefix("o/r#1@") for identifier in frame["id"]]


def did(*what: str, by: str = "Bob", **thread: object) -> list[str]:
    """Return the ids of what a person did at noon, one act an hour, in ada's pull request."""
    rows = [("o/r#1", by, act, f"2026-07-08T{12 + hour}:00:00Z") for hour, act in enumerate(what)]
    return ids(fold(threads(PULL | thread), acts(*rows), Q3, TEAM))


# Kinds.

FIRST_THAT_APPLIES = [
    ("reviewed", "review"), ("commented", "comment"), ("labelled", "triage"), ("released", "release"),
    ("created", "repository"), ("attended", "meeting"), ("mentored", "mentoring"), ("contributed", "other"),
]  # fmt: skip


@pytest.mark.parametrize("kind", ["pull_request", "issue", "discussion"])
def test_who_opened_a_thread_has_its_kind_whatever_else_they_did(kind: str) -> None:
    assert did("labelled", "commented", "reviewed", "merged", "closed", by="ada", kind=kind) == [f"ada:{kind}"]


@pytest.mark.parametrize(("act", "kind"), FIRST_THAT_APPLIES)
def test_an_act_in_another_persons_thread_has_its_kind(act: str, kind: str) -> None:
    assert did(act) == [f"Bob:{kind}"]


@pytest.mark.parametrize(("first", "second"), list(combinations(FIRST_THAT_APPLIES, 2)))
def test_the_first_kind_that_applies_wins_in_whatever_order_things_happened(
    first: tuple[str, str], second: tuple[str, str]
) -> None:
    assert did(second[0], first[0]) == did(first[0], second[0]) == [f"Bob:{first[1]}"]


@pytest.mark.parametrize(
    "act",
    ["labelled", "unlabelled", "assigned", "unassigned", "closed", "reopened", "transferred", "milestoned", "triaged"],
)
def test_tending_a_thread_is_triage(act: str) -> None:
    assert did(act) == ["Bob:triage"]


def test_merging_another_persons_pull_request_is_a_review_and_its_authors_act_too() -> None:
    assert did("merged") == ["Bob:review", "ada:pull_request"]


def test_merging_a_bots_pull_request_is_triage() -> None:
    assert did("merged", author="dependabot[bot]", author_is_bot=True) == ["Bob:triage"]
    assert did("labelled", "merged", author="dependabot[bot]", author_is_bot=True) == ["Bob:triage"]


def test_reviewing_or_talking_in_a_bots_pull_request_is_more_than_merging_it() -> None:
    assert did("merged", "reviewed", author="renovate[bot]", author_is_bot=True) == ["Bob:review"]
    assert did("merged", "commented", author="renovate[bot]", author_is_bot=True) == ["Bob:comment"]


def test_merging_the_pull_request_of_a_deleted_account_is_a_review() -> None:
    assert did("merged", author=None) == ["Bob:review"]
    assert did("merged", author="carl-who-is-no-member") == ["Bob:review"]


def test_merging_ones_own_is_one_act_of_ones_own() -> None:
    frame = fold(threads(PULL), acts(("o/r#1", "ada", "merged", NOON)), Q3, TEAM)
    assert ids(frame) == ["ada:pull_request"]
    assert frame["acts"].tolist() == [1]


def test_a_release_is_its_taggers_and_keeps_its_at_signs() -> None:
    release = {"ref": "o/r@pkg@1.0", "kind": "release", "repo": "o/r", "author": "ada"}
    row = fold(threads(release), acts(("o/r@pkg@1.0", "ada", "released", NOON)), Q3, TEAM).iloc[0]
    assert (row["id"], row["url"]) == ("o/r@pkg@1.0@ada:release", "https://github.com/o/r/releases/tag/pkg@1.0")
    assert row["number"] is pd.NA


def test_who_opened_a_thread_has_its_kind_even_where_the_thread_does_not_name_them() -> None:
    assert did("opened", author=None) == ["Bob:pull_request"]


# Periods.

ACROSS = acts(
    ("o/r#1", "ada", "opened", "2026-02-10T09:00:00Z"),
    ("o/r#1", "Bob", "merged", "2026-04-26T15:00:00Z"),
)


def test_a_pull_request_is_in_the_quarter_it_was_opened_and_in_that_it_was_merged_under_one_id() -> None:
    merged = threads(
        PULL | {"opened_at": "2026-02-10T09:00:00Z", "merged_at": "2026-04-26T15:00:00Z", "state": "merged"}
    )
    one, two, three = (fold(merged, ACROSS, period, TEAM) for period in (Q1, Q2, Q3))
    assert ids(one) == ["ada:pull_request"]
    assert ids(two) == ["Bob:review", "ada:pull_request"]
    assert len(three) == 0
    assert plain(one["happened_at"][0]) == plain(one["last_at"][0]) == "2026-02-10T09:00:00Z"
    assert plain(two["happened_at"][1]) == plain(two["last_at"][1]) == "2026-04-26T15:00:00Z"
    assert one["merged_at"].equals(two["merged_at"][1:].reset_index(drop=True))  # so that Q1 can say: not merged yet


def test_without_a_period_everything_is_one_row() -> None:
    frame = fold(threads(PULL), ACROSS, None, TEAM)
    assert ids(frame) == ["ada:pull_request", "Bob:review"]
    assert (plain(frame["happened_at"][0]), plain(frame["last_at"][0])) == (
        "2026-02-10T09:00:00Z",
        "2026-04-26T15:00:00Z",
    )
    assert frame["acts"].tolist() == [2, 1]


def test_an_act_without_a_date_is_in_no_period() -> None:
    undated = acts(("o/r#1", "ada", "opened", None))
    assert ids(fold(threads(PULL), undated, None, TEAM)) == ["ada:pull_request"]
    assert len(fold(threads(PULL), undated, Q3, TEAM)) == 0


@pytest.mark.parametrize(
    ("timezone", "first", "last"),
    [
        ("Europe/Berlin", "2025-12-31T23:00:00Z", "2026-03-31T21:59:59Z"),
        ("America/Los_Angeles", "2026-01-01T08:00:00Z", "2026-04-01T06:59:59Z"),
    ],
)
def test_the_first_and_the_last_second_belong_to_the_period_and_their_neighbours_do_not(
    timezone: str, first: str, last: str
) -> None:
    second = pd.Timedelta(seconds=1)
    edges = [pd.Timestamp(first) - second, pd.Timestamp(first), pd.Timestamp(last), pd.Timestamp(last) + second]
    rows = [(f"o/r#{number}", "ada", "commented", plain(at)) for number, at in enumerate(edges)]
    found = {
        period: fold(empty(THREADS), acts(*rows), Period(period, timezone), TEAM)["id"].str[:5].tolist()
        for period in ("2025-Q4", "2026-Q1", "2026-Q2")
    }
    assert found == {"2025-Q4": ["o/r#0"], "2026-Q1": ["o/r#1", "o/r#2"], "2026-Q2": ["o/r#3"]}


def test_no_act_is_lost_or_counted_twice_between_periods() -> None:
    hours = pd.date_range("2025-12-25", "2026-07-05", freq="7h", tz="UTC")
    every = acts(*[("o/r#1", "Bob", "commented", plain(at)) for at in hours])
    for timezone in ("Europe/Berlin", "America/Los_Angeles", "Asia/Kathmandu"):
        quarters = Period("2026-Q3", timezone).last(4)
        counts = [int(fold(threads(PULL), every, quarter, TEAM)["acts"].sum()) for quarter in quarters]
        assert sum(counts) == len(hours)
        assert all(one.end == other.start for one, other in pairwise(quarters))


# Membership.


def since(login: str, day: date, **more: object) -> Member:
    """Make a member from a day on: `from` is no word that Python takes as a name."""
    return Member.model_validate({"login": login, "from": day, **more})


def fold_days(members: list[Member], *days: str, period: Period | None = Q3, timezone: str = "UTC") -> list[str]:
    """Return at which times a comment of ada's counted."""
    rows = [(f"o/r#{number}", "ADA", "commented", day) for number, day in enumerate(days)]
    return [plain(at) for at in fold(empty(THREADS), acts(*rows), period, members, timezone)["happened_at"]]


def test_from_and_to_are_days_that_belong_in_the_organisations_time_zone() -> None:
    member = since("ada", date(2026, 7, 8), to=date(2026, 7, 9))
    edges = ["2026-07-07T21:59:59Z", "2026-07-07T22:00:00Z", "2026-07-09T21:59:59Z", "2026-07-09T22:00:00Z"]
    berlin = Period("2026-Q3", "Europe/Berlin")
    assert fold_days([member], *edges, period=berlin) == edges[1:3]
    assert fold_days([member], *edges, period=None, timezone="Europe/Berlin") == edges[1:3]
    assert fold_days([member], *edges) == edges[2:]


def test_a_person_who_left_and_came_back_is_looked_at_on_the_days_of_both() -> None:
    left = Member(login="ada", to=date(2026, 7, 10))
    back = since("Ada", date(2026, 8, 1))
    days = ["2026-07-10T23:59:59Z", "2026-07-11T00:00:00Z", "2026-07-31T23:59:59Z", "2026-08-01T00:00:00Z"]
    assert fold_days([left, back], *days) == [days[0], days[3]]
    assert fold_days([back, left], *days) == [days[0], days[3]]


def test_memberships_that_overlap_count_an_act_once() -> None:
    frame = fold(threads(PULL), acts(("o/r#1", "ada", "opened", NOON)), Q3, [Member(login="ada"), Member(login="ada")])
    assert frame["acts"].tolist() == [1]


def test_a_person_in_two_teams_is_in_each_on_its_own_days_under_one_id() -> None:
    early, late = (
        Member(login="ada", to=date(2026, 7, 10)),
        since("ada", date(2026, 7, 1)),
    )
    opened = acts(("o/r#1", "ada", "opened", NOON), ("o/r#2", "ada", "commented", "2026-08-08T12:00:00Z"))
    one, two = (fold(threads(PULL), opened, Q3, Team(name="T", members=[who])) for who in (early, late))
    assert ids(one) == ["ada:pull_request"]
    assert ids(two) == ["ada:pull_request", "o/r#2@ada:comment"]


def test_a_membership_without_end_takes_an_act_without_date() -> None:
    undated = acts(("o/r#1", "ada", "opened", None))
    assert ids(fold(threads(PULL), undated, None, [Member(login="ada", to=date(2020, 1, 1))])) == ["ada:pull_request"]


def test_people_outside_the_team_have_no_rows() -> None:
    others = acts(
        ("o/r#1", "carl", "reviewed", NOON), ("o/r#1", None, "commented", NOON), ("o/r#1", "ada", "opened", NOON)
    )
    assert ids(fold(threads(PULL), others, Q3, TEAM)) == ["ada:pull_request"]


def test_a_merge_by_somebody_outside_the_team_is_still_its_authors_act() -> None:
    assert did("merged", by="carl") == ["ada:pull_request"]


# Names.


def test_upper_and_lower_case_and_aliases_are_one_person_spelled_as_configured() -> None:
    rows = [("o/r#1", login, "commented", f"2026-07-0{day}") for day, login in enumerate(("BOB", "bob", "Bobby"), 1)]
    frame = fold(threads(PULL), acts(*rows), Q3, TEAM)
    assert ids(frame) == ["Bob:comment"]
    assert frame["acts"].tolist() == [3]


def test_a_thread_written_in_two_cases_is_one_spelled_as_the_thread() -> None:
    frame = fold(
        threads(PULL), acts(("O/R#1", "ada", "opened", "2026-07-01"), ("o/R#1", "ADA", "closed", NOON)), Q3, TEAM
    )
    assert list(frame["id"]) == ["o/r#1@ada:pull_request"]
    assert frame["acts"].tolist() == [2]


def test_an_authors_name_in_another_case_is_the_authors() -> None:
    assert did("reviewed", by="ADA", author="Ada") == ["ada:pull_request"]


def test_merging_ones_own_in_another_case_is_one_act() -> None:
    frame = fold(threads(PULL), acts(("o/r#1", "ADA", "merged", NOON)), Q3, TEAM)
    assert frame["acts"].tolist() == [1]


# Columns.


def test_a_row_holds_what_the_thread_says_and_what_the_person_did_in_it() -> None:
    thread = PULL | {
        "title": "Fix", "body": "Why", "labels": ["bug"], "files": ["a.py"],
        "participants": ["ada", "BOB", "carl", "carl"],
        "links_out": ["o/r#2"], "additions": 3, "state": "open", "private": True, "author_association": "MEMBER",
    }  # fmt: skip
    rows = acts(
        ("o/r#1", "Bob", "reviewed", "2026-07-09T12:00:00Z", {"text": "Second", "hours": 0.5, "source": "b"}),
        ("o/r#1", "Bob", "commented", NOON, {"text": "First", "hours": 1.5, "source": "a", "count": 3}),
        ("o/r#1", "Bob", "closed", "2026-07-10T12:00:00Z"),
    )
    row = fold(threads(thread), rows, Q3, TEAM).iloc[0]
    assert row["remarks"] == ["First", "Second"]
    assert (row["acts"], row["hours"], row["source"]) == (5, 2.0, "a")
    assert (plain(row["happened_at"]), plain(row["last_at"])) == (NOON, "2026-07-10T12:00:00Z")
    assert row["participants"] == ["ada", "carl"]
    assert (row["title"], row["body"], row["labels"], row["files"]) == ("Fix", "Why", ["bug"], ["a.py"])
    assert (row["author"], row["author_association"], row["additions"], row["private"]) == ("ada", "MEMBER", 3, True)
    assert row["url"] == "https://github.com/o/r/issues/1"


def test_hours_that_nobody_noted_are_unknown_and_not_nought() -> None:
    assert fold(threads(PULL), acts(("o/r#1", "ada", "opened", NOON)), Q3, TEAM)["hours"][0] is pd.NA


def test_acts_in_a_thread_that_no_source_describes_make_a_row_still() -> None:
    row = fold(empty(THREADS), acts(("o/r#1", "ada", "merged", NOON)), Q3, TEAM).iloc[0]
    assert (row["id"], row["participants"], row["labels"]) == ("o/r#1@ada:review", [], [])
    assert pd.isna(row["title"])


def test_rows_are_in_the_order_in_which_they_happened_then_by_id() -> None:
    rows = [("o/r#3", "ada"), ("o/r#2", "Bob"), ("o/r#2", "ada")]
    frame = fold(
        empty(THREADS),
        acts(*[(*row, "commented", NOON) for row in rows], ("o/r#9", "ada", "closed", "2026-07-01")),
        Q3,
        TEAM,
    )
    assert list(frame["id"]) == ["o/r#9@ada:triage", "o/r#2@Bob:comment", "o/r#2@ada:comment", "o/r#3@ada:comment"]


def test_nothing_folds_into_nothing() -> None:
    for period in (Q3, None):
        frame = fold(empty(THREADS), empty(ACTS), period, TEAM)
        pd.testing.assert_frame_equal(frame, empty(CONTRIBUTIONS))


def test_fold_leaves_its_tables_as_they_were_and_conforms() -> None:
    before = threads(PULL), ACROSS.copy()
    frame = fold(*before, None, TEAM)
    pd.testing.assert_frame_equal(before[0], threads(PULL))
    pd.testing.assert_frame_equal(before[1], ACROSS)
    pd.testing.assert_frame_equal(frame, conform(frame, CONTRIBUTIONS))


# The role of the actor.


def roles(*rows: tuple[str, str, str, str], **thread: object) -> list[object]:
    """Return the role of each row of two pull requests of ada's in one repository."""
    pulls = threads(PULL | {"repo": "o/r"} | thread, PULL | {"ref": "o/r#2", "number": 2, "repo": "o/r"} | thread)
    return [plain(role) for role in fold(pulls, acts(*rows), Q3, TEAM)["actor_role"]]


def test_who_merged_the_work_of_others_in_a_repository_is_a_maintainer_from_then_on() -> None:
    merged, reviewed = ("o/r#1", "bobby", "merged", "2026-03-01"), ("o/r#2", "Bob", "reviewed", NOON)
    assert roles(merged, reviewed) == ["maintainer"]
    assert roles(reviewed) == [None]
    assert set(roles(("o/r#1", "Bob", "merged", NOON), reviewed)) == {None}  # not before that moment


def test_closing_ones_own_thread_makes_nobody_a_maintainer() -> None:
    assert roles(("o/r#1", "ada", "closed", "2026-03-01"), ("o/r#2", "ada", "opened", NOON)) == [None]


def test_what_github_or_a_record_says_of_the_actor_counts() -> None:
    assert roles(("o/r#2", "ada", "opened", NOON), author_association="MEMBER") == ["maintainer"]
    assert roles(("o/r#2", "Bob", "commented", NOON), author_association="MEMBER") == [None]
    told = acts(("o/r#1", "Bob", "commented", NOON)).assign(actor_role="maintainer")
    assert fold(threads(PULL), told, Q3, TEAM)["actor_role"].tolist() == ["maintainer"]
