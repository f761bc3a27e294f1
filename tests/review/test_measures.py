"""The measures of sharing, community and coordination, against numbers worked by hand."""

from math import log

import pandas as pd
import pytest
from markupsafe import escape

import contribkit as ck
from contribkit.review import shares
from contribkit.review.questions import community, leads, limits, sharing, stakeholders
from contribkit.tables import ACTS, THREADS, conform
from tests.helpers.builders import HEAD, TEAM, UPSTREAM, acts, organisation, threads
from tests.review.test_review import data_of, judged

PERIOD = ck.Period("2026-Q3")
PULL = "2026-08-01T00:00:00Z"


@pytest.fixture
def org(tmp_path):
    return organisation(tmp_path, HEAD + TEAM + UPSTREAM + '[[upstream]]\nname = "Other"\nrepos = ["p/q"]\n')


def test_evenness_is_the_entropy_over_that_of_all_alike():
    # 3 of 4 by one, 1 by another, two people without any: H = -(.75 ln .75 + .25 ln .25), S = 4.
    entropy = -(0.75 * log(0.75) + 0.25 * log(0.25))
    assert shares.evenness([3, 1, 0, 0]) == round(entropy / log(4), 3) == 0.406


def test_evenness_says_nothing_of_few_people_or_of_one_contribution():
    assert shares.evenness([2, 2, 2]) is None
    assert shares.evenness([1, 0, 0, 0]) is None
    assert shares.evenness([]) is None


@pytest.mark.parametrize(
    ("counts", "people"), [([2, 1, 1], 1), ([1, 1, 1], 2), ([1] * 10, 5), ([0, 0], None), ([], None)]
)
def test_half_of_an_activity_was_made_by_so_few(counts, people):
    assert shares.absence_factor(counts) == people


def test_coverage_counts_members_of_today_over_the_periods():
    def did(*pairs):
        return judged(*({"activity": activity, "actor": actor} for activity, actor in pairs))

    periods = [
        did(("release", "gone"), ("docs", "ada")),
        did(("release", "ada")),
        did(("release", "ada"), ("release", "bob")),
    ]
    known = {"members": {"ada": "Ada", "bob": "Bob", "cy": "Cy"}, "without_names": False}
    table = sharing.distribution(data_of(periods[-1], periods=periods, **known)).set_index("activity")
    assert table.loc["release", ["rows", "people", "periods", "ever", "repeats"]].to_list() == [2, 2, 3, 2, 1]
    assert table.loc["docs", ["rows", "people", "periods", "ever", "repeats"]].to_list() == [0, 0, 3, 1, 0]
    assert table.loc["release", "members"] == {"ada": 1, "bob": 1, "cy": 0}
    alone = sharing.distribution(data_of(periods[-1], periods=periods[-1:], **known))
    assert alone["repeats"].isna().all()


def test_reviews_count_where_the_author_is_outside_and_no_maintainer(org):
    review = {"kind": "review", "author": "nora", "author_association": "CONTRIBUTOR"}
    rows = judged(
        review,
        review | {"author_association": "MEMBER"},
        review | {"author_association": None},  # not known is not counted
        review | {"author": "BOBBY"},  # a member, by an alias
        review | {"author": "renovate[bot]"},
        review | {"author_is_bot": True},
        review | {"kind": "comment"},
    )
    assert list(community.reviewed_of_others(rows, org)) == [True, *[False] * 6]


def test_a_thread_is_closed_by_the_team_through_a_merge_or_an_act_in_the_period():
    late = "2026-10-01T00:00:00Z"
    rows = judged({"merged_by": "ada", "merged_at": PULL}, {"merged_by": "ada", "merged_at": late}, {}, {}, {})
    done = acts(
        ("O/R#3", "bob", "closed", PULL),
        ("o/r#4", "nora", "closed", PULL),
        ("o/r#5", "bob", "commented", PULL),
    )
    assert list(community.closed_by_team(rows, done, {"ada", "bob"}, PERIOD)) == [True, False, True, False, False]


def test_newcomers_are_back_who_opened_another_thread_later():
    new = {"kind": "review", "author_association": "FIRST_TIME_CONTRIBUTOR", "opened_at": "2026-07-01"}
    reviewed = judged(
        new | {"author": "Nora"},
        new | {"author": "nora"},  # once
        new | {"author": "kai"},
        new | {"author": "old", "author_association": "CONTRIBUTOR"},
        new | {"author": "undated", "opened_at": None},
    )
    known = threads(
        {"ref": "o/r#1", "author": "nora", "opened_at": "2026-07-01"},
        {"ref": "p/q#9", "author": "NORA", "opened_at": "2026-09-01"},
        {"ref": "o/r#3", "author": "kai", "opened_at": "2026-07-01"},
        {"ref": "o/r#0", "author": "kai", "opened_at": "2026-01-01"},  # earlier is no way back
    )
    assert community.newcomers_back(reviewed, known)[:3] == (1, 2, 0.5)
    assert community.newcomers_back(reviewed[:0], known).share is None


def test_the_first_response_is_a_median_over_what_is_known(org):
    new = {"author": "nora", "author_association": "NONE", "opened_at": "2026-08-01T00:00:00Z"}
    known = threads(
        new | {"ref": "o/r#1", "first_response_at": "2026-08-02T00:00:00Z"},
        new | {"ref": "o/r#2", "first_response_at": "2026-08-04T12:00:00Z"},
        new | {"ref": "o/r#3", "first_response_at": "2026-08-11T00:00:00Z"},
        new | {"ref": "o/r#4"},
        new | {"ref": "o/r#5", "author": "ada", "first_response_at": "2026-08-01T00:00:00Z"},
        new | {"ref": "o/r#6", "opened_at": "2026-06-01", "first_response_at": "2026-08-01T00:00:00Z"},
        new | {"ref": "o/r#7", "author_association": "MEMBER", "first_response_at": "2026-08-01T00:00:00Z"},
    )
    assert community.first_response(known, org, PERIOD) == {"days": 3.5, "known": 3, "threads": 4}
    assert community.first_response(known[3:4], org, PERIOD) == {"days": None, "known": 0, "threads": 1}


def test_self_merges_are_of_pull_requests_whose_merger_is_known(org):
    mine = {"author": "ada", "merged_at": PULL}
    rows = judged(
        mine | {"merged_by": "Ada"},
        mine | {"merged_by": "bob"},
        mine,
        mine | {"merged_by": "ada", "merged_at": "2026-10-01T00:00:00Z"},
        mine | {"merged_by": "ada", "kind": "review"},
    )
    quiet = data_of(rows, acts=conform(pd.DataFrame(), ACTS), members={}, period=PERIOD, organisation=org)
    counted = community.Community().rows(quiet)
    assert list(counted["own merged"]) == [True, True, False, False, False]
    assert list(counted["self-merged"]) == [True, False, False, False, False]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"merged_at": PULL}, "no source tells who merged the team's pull requests"),
        ({"state": "merged"}, "no source tells who merged the team's pull requests"),
        ({"kind": "review"}, "none of the team's was merged in the period"),
    ],
)
def test_why_self_merges_are_not_known_fits_what_was_merged(org, row, why):
    tables = {"acts": conform(pd.DataFrame(), ACTS), "threads": conform(pd.DataFrame(), THREADS)}
    rows = judged({"author": "ada"} | row)
    data = data_of(
        rows, **tables, members={}, period=PERIOD, organisation=org, earlier=[], periods=[rows], project=None
    )
    (body, *_) = community.Community().body(data)
    assert f"own pull requests that their author merged ({escape(why)})" in body


@pytest.mark.parametrize(
    ("mergers", "sentence"),
    [
        (["bob"], "0 of 1 own pull request whose merger is known was merged by its author."),
        (["ada", "bob"], "1 of 2 own pull requests whose merger is known was merged by its author."),
        (["bob", "bob"], "0 of 2 own pull requests whose merger is known were merged by their author."),
    ],
)
def test_the_verb_fits_how_many_pull_requests_their_author_merged(org, mergers, sentence):
    rows = judged(*({"author": "ada", "merged_at": PULL, "merged_by": name} for name in mergers))
    tables = {"acts": conform(pd.DataFrame(), ACTS), "threads": conform(pd.DataFrame(), THREADS)}
    data = data_of(rows, **tables, members={}, period=PERIOD, organisation=org, periods=[rows], project=None)
    assert sentence in community.Community().sentence(data)


def test_our_share_of_a_project_asks_only_sources_that_know_others(org):
    git, log = {"source": "git"}, {"source": "log"}
    known = acts(
        ("o/r#1", "ada", "merged", PULL, git | {"count": 2}),
        ("o/r#2", "nora", "merged", PULL, git),
        ("o/r#2", "renovate[bot]", "merged", PULL, git),
        ("o/r#3", "nora", "merged", "2026-10-01T00:00:00Z", git),
        ("p/q#1", "kai", "merged", PULL, git),
        ("o/r#4", "bob", "attended", PULL, log),  # knows members alone
        ("x/y#1", "kai", "merged", PULL, git),  # no project of ours
    )

    def told(done):
        return data_of(judged({}), acts=done, threads=None, organisation=org, period=PERIOD, project=None)

    table = community.projects(told(known))
    assert table[["project", "part", "whole", "share"]].to_numpy().tolist() == [
        ["Up", 2, 3, 0.667],
        ["Other", 0, 1, 0.0],
    ]
    assert len(community.projects(told(known[5:6]))) == 0
    assert len(community.projects(told(conform(pd.DataFrame(), ACTS)))) == 0


def test_pull_requests_that_were_not_merged_are_not_known_from_merges_alone():
    rows = judged({"merged_at": PULL, "state": "merged"})
    for act, not_merged in (("merged", None), ("opened", 0)):
        told = data_of(rows, acts=acts(("o/r#1", "ada", act, PULL)), period=PERIOD)
        assert leads._pulls(told) == {"merged": 1, "merged_unknown_day": 0, "not_merged": not_merged}


def test_coordination_stands_beside_that_of_upstream_led_work():
    led = {"lead": "stakeholder", "merged_at": "2026-08-11T00:00:00Z"}
    rows = judged(
        led | {"opened_at": "2026-08-01T00:00:00Z"},
        led | {"opened_at": "2026-08-09T00:00:00Z"},
        led,
        {"merged_at": "2026-08-02T00:00:00Z", "opened_at": "2026-08-01T00:00:00Z"},
    )
    done = acts(
        ("o/r#1", "ada", "commented", PULL, {"count": 3}),
        ("O/R#1", "bob", "reviewed", PULL),
        ("o/r#2", "nora", "commented", PULL),  # no member
        ("o/r#2", "ada", "commented", "2026-10-01T00:00:00Z"),
        ("o/r#4", "ada", "reviewed", PULL),
    )
    known = {"members": {"ada": "Ada", "bob": "Bob"}, "period": PERIOD}
    ours, theirs = stakeholders.coordination(data_of(rows, acts=done, **known)).to_numpy().tolist()
    silent = stakeholders.coordination(data_of(rows, acts=done[:1], **known))
    assert silent["comments"].to_list() == [3, 0]
    assert silent["reviews"].isna().all()  # no source knows any: missing, not none
    assert ours == ["stakeholder", 3, 3, 1, 3, 6.0, 2]
    assert theirs == ["upstream", 1, 0, 1, 1, 1.0, 1]


def test_reactive_work_serves_no_stakeholder_and_no_goal():
    rows = judged(
        {"activity": "comment"},
        {"activity": "triage", "lead": "individual"},
        {"kind": "comment"},
        {"activity": "comment", "goal": "Answers"},
        {"activity": "comment", "lead": "stakeholder"},
        {"activity": "comment", "lead": "unclear"},
        {},
    )
    assert list(limits.reactive(rows)) == [True] * 3 + [False] * 4


def test_look_alikes_are_what_no_person_and_no_goal_settled():
    rows = judged(
        {"activity": "feature"},
        {"activity": "new-project"},
        {"activity": "feature", "decided_by": "person"},
        {"activity": "feature", "goal": "G"},
        {"activity": "feature", "lead": "individual"},
    )
    assert list(limits.look_alikes(rows)) == [True, True, False, False, False]


def test_empty_tables_have_no_measures(org):
    rows, none = judged({})[:0], conform(pd.DataFrame(), THREADS)
    assert community.first_response(none, org, PERIOD) == {"days": None, "known": 0, "threads": 0}
    assert len(community.reviewed_of_others(rows, org)) == 0
    quiet = data_of(rows, acts=conform(pd.DataFrame(), ACTS), members={}, period=PERIOD)
    assert stakeholders.coordination(quiet)["days"].isna().all()
    assert len(sharing.distribution(data_of(rows, periods=[rows], members={}, without_names=False))) == 0


def test_work_is_driven_by_a_stakeholder_and_what_is_behind_it():
    row = {"id": "o/r#1@a:issue", "ref": "o/r#1", "lead": "stakeholder", "stakeholder": "Q", "initiative": "Quotas"}
    table = leads.driven_by(judged(row, row, {"goal": "Review"}))
    columns = ["lead", "stakeholder", "behind", "rows", "threads"]
    assert table[columns].fillna("").to_numpy().tolist() == [
        ["stakeholder", "Q", "Quotas", 2, 1],
        ["upstream", "", "Review", 1, 1],
    ]
