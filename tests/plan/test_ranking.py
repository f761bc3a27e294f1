"""Needs in order of impact: points worked by hand, and what is left out or comes last."""

import re
import tomllib
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from contribkit import Organisation
from contribkit.config.models import NeedWeights
from contribkit.init import TEMPLATES
from contribkit.plan.ranking import Need, first_of_each_kind, rank, reasons
from contribkit.tables import NEEDS, conform, empty
from tests.helpers.builders import HEAD, TEAM, UPSTREAM, organisation

AS_OF = datetime.fromisoformat("2026-10-01T00:00:00Z")
PULL = {"kind": "pull_request", "ref": "o/r#7", "repo": "o/r", "author": "nora"}
GOAL = '[[goals]]\nname = "Newcomers"\nupstream = ["Up"]\nactivities = ["onboarding"]\nfrom = 2026-01-01\n'


def needs(*rows: dict[str, Any]) -> pd.DataFrame:
    return conform(pd.DataFrame([PULL | row for row in rows]), NEEDS)


@pytest.fixture
def org(tmp_path: Path) -> Organisation:
    return organisation(tmp_path, HEAD + TEAM + UPSTREAM + "key = true\n" + GOAL)


def points(org: Organisation, row: dict[str, Any]) -> dict[str, float]:
    (reasons,) = rank(needs(row), org, AS_OF)["reasons"]
    return {reason["reason"]: reason["points"] for reason in reasons}


def test_a_newcomers_small_green_pull_request_by_hand(org: Organisation) -> None:
    row = {
        "author_association": "FIRST_TIME_CONTRIBUTOR", "comments": 0, "checks": "success", "additions": 60,
        "deletions": 40, "opened_at": "2026-09-01T00:00:00Z", "updated_at": "2026-09-21T00:00:00Z",
    }  # fmt: skip
    ranked = rank(needs(row), org, AS_OF)
    assert points(org, row) == {
        "newcomer": 3, "unanswered": 2, "goal": 2, "key": 2, "checks": 1, "small": 1, "recent": 1,
    }  # fmt: skip
    assert ranked["score"].tolist() == [3 + 2 + 2 + 2 + 1 + 1 + 1]
    assert [reason["because"] for reason in ranked["reasons"][0]] == [
        "opened by a newcomer to the project",
        "no answer for 30 days",
        'fits the goal "Newcomers"',
        "Up is a key community",
        "checks pass",
        "small: 100 changed lines",
        "updated 10 days ago",
    ]


@pytest.mark.parametrize(
    ("row", "reason", "is_there"),
    [
        ({"additions": 60, "deletions": 41}, "small", False),
        ({"additions": 60}, "small", False),  # what is not known is not small
        ({"updated_at": "2026-09-01T00:00:00Z"}, "recent", True),  # 30 days
        ({"updated_at": "2026-08-31T00:00:00Z"}, "recent", False),
        ({"updated_at": "2026-10-02T00:00:00Z"}, "recent", False),  # after the look
        ({"updated_at": "2025-10-01T00:00:00Z"}, "stale", False),  # 365 days
        ({"updated_at": "2025-09-30T00:00:00Z"}, "stale", True),
        ({"mergeable": False}, "conflict", True),
        ({}, "conflict", False),
        ({"comments": 0, "review_state": "approved"}, "unanswered", False),
        ({"review_state": "changes_requested"}, "changes_requested", True),
        ({"author": "BOB"}, "own", True),
        ({"author": "bobby", "author_association": "NONE"}, "newcomer", False),  # an alias of one of us
        ({"author": "x[bot]", "author_association": "NONE"}, "newcomer", False),
        ({"author_association": "CONTRIBUTOR"}, "goal", False),  # the goal is onboarding
        ({"kind": "issue", "author_association": "NONE"}, "goal", True),
        ({"kind": "issue", "checks": "success"}, "checks", False),
    ],
)
def test_a_reason_is_there_or_not(org: Organisation, row: dict[str, Any], reason: str, is_there: bool) -> None:
    assert (reason in points(org, row)) is is_there


def test_a_release_is_overdue_after_a_quarter_with_commits_and_a_branch_counts_where_it_is_red(
    org: Organisation,
) -> None:
    release = {"kind": "release", "ref": "o/r@1", "author": None, "commits": 1}
    branch = {"kind": "branch", "ref": "o/r@main", "author": None}
    ranked = rank(
        needs(
            release | {"released_at": "2026-07-03T00:00:00Z"},  # 90 days
            release | {"released_at": "2026-07-04T00:00:00Z"},  # 89
            release | {"released_at": "2026-01-01T00:00:00Z", "commits": 0},
            release | {"released_at": None},
            branch | {"checks": "failure"},
            branch | {"checks": "success"},
        ),
        org,
        AS_OF,
    )
    assert ranked[["kind", "activity", "score"]].to_numpy().tolist() == [["branch", "ci", 7], ["release", "release", 6]]
    assert ranked["reasons"][1][0]["because"] == "the last release was 90 days ago, 1 commit since"


def test_drafts_are_last_equal_ones_go_by_age_and_private_ones_are_left_out(org: Organisation) -> None:
    rows = needs(
        {"ref": "o/r#1", "draft": True, "author_association": "NONE"},
        {"ref": "o/r#2", "opened_at": "2026-09-02T00:00:00Z"},
        {"ref": "o/r#3", "opened_at": "2026-09-01T00:00:00Z"},
        {"ref": "o/r#4", "private": True},
        {"ref": "o/r#5", "author": "deps[bot]"},
    )
    assert rank(rows, org, AS_OF)["ref"].tolist() == ["o/r#3", "o/r#2", "o/r#5", "o/r#1"]
    assert rank(rows, org, AS_OF)["by_bot"].tolist() == [False, False, True, False]
    assert len(rank(rows, org, AS_OF, include_private=True)) == 5


def test_every_score_is_the_sum_of_its_reasons_and_weights_come_from_the_file(tmp_path: Path) -> None:
    org = Organisation.read_sample()
    table = rank(pd.concat([needs({}), needs({"author": "ada-example"})]), org, AS_OF)
    sample = rank(conform(pd.DataFrame([PULL]), NEEDS), org, AS_OF)
    for row in [*table.itertuples(), *sample.itertuples()]:
        assert row.score == sum(reason["points"] for reason in row.reasons)
    assert org.needs.newcomer == 4  # the sample's own
    nothing = replace(org, needs=NeedWeights(**dict.fromkeys(NeedWeights.model_fields, 0.0)))
    assert rank(needs({"author_association": "NONE"}), nothing, AS_OF)["reasons"].tolist() == [[]]


def test_every_weight_has_a_reason_and_every_reason_a_weight(org: Organisation) -> None:
    need = Need(dict.fromkeys(NEEDS) | {"kind": "branch"}, org, AS_OF)
    assert sorted(name for name, _, _ in reasons(need)) == sorted(NeedWeights.model_fields)


def test_the_starter_file_shows_the_defaults() -> None:
    text = (TEMPLATES / "contribkit.toml").read_text(encoding="utf-8")
    table = text[text.index("#[needs]") :].split("\n\n")[0]
    assert NeedWeights(**tomllib.loads(re.sub("^#", "", table, flags=re.MULTILINE))["needs"]) == NeedWeights()
    assert len(table.splitlines()) == 1 + len(NeedWeights.model_fields)


def test_no_need_gives_an_empty_ranking(org: Organisation) -> None:
    ranked = rank(empty(NEEDS), org, AS_OF)
    assert (len(ranked), "score" in ranked) == (0, True)
    assert len(first_of_each_kind(ranked, 5)) == 0


def test_the_first_needs_are_of_every_kind_and_none_is_a_bots_a_draft_or_pointless(org: Organisation) -> None:
    pulls = [{"ref": f"o/r#{n}", "author_association": "NONE"} for n in range(1, 9)]
    others = [
        {"ref": "o/r@main", "kind": "branch", "checks": "failure", "author": None},
        {"ref": "o/r#20", "kind": "issue"},
        {"ref": "o/r#21", "draft": True},
        {"ref": "o/r#22", "author": "deps[bot]"},
        {"ref": "o/r#23", "kind": "issue", "author": "ada", "repo": "other/r"},
    ]
    chosen = first_of_each_kind(rank(needs(*pulls, *others), org, AS_OF), 4)
    assert chosen["ref"].tolist() == ["o/r#1", "o/r#2", "o/r@main", "o/r#20"]
