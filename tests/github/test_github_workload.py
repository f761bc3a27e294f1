"""The reference workload holds what it says, and every trap; the truth table is what contribkit's tables can hold."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from contribkit import Period
from contribkit.fold import fold
from contribkit.ids import parse_contribution_id
from contribkit.tables import ACTS, THREADS, conform
from tests.github.completeness import completeness
from tests.github.model import Discussion, Thread
from tests.github.workload import Workload
from tests.github.world import words
from tests.github.world.figures import W
from tests.github.world.involvement import roles
from tests.github.world.people import TIMEZONE, USER_BOT


@pytest.fixture(params=["reference_workload", "workload"])
def either(request: pytest.FixtureRequest) -> Workload:
    workload: Workload = request.getfixturevalue(request.param)
    return workload


def counted(workload: Workload) -> pd.DataFrame:
    """Return the truth of the period, told by members."""
    truth = pd.DataFrame(workload.truth())
    members = [member.login for member in workload.members]
    return truth[truth["counted"] & truth["actor"].isin(members)]


def test_the_reference_workload_is_the_one_that_was_agreed_on(reference_workload: Workload) -> None:
    assert (len(reference_workload.members), len(reference_workload.world.upstream), W.threads) == (10, 60, 1500)
    assert (reference_workload.period.end - reference_workload.period.start).days == 92
    truth = counted(reference_workload)
    discussions = {one.ref for one in reference_workload.discussions}
    elsewhere = truth["ref"].isin(discussions)
    acts = Counter(truth["act"][~elsewhere])
    threads = truth["ref"][truth["ref"].str.contains("#") & ~elsewhere]
    pulls = {thread.ref for thread in reference_workload.threads if thread.is_pull_request}
    assert threads.nunique() == 1500
    assert threads[threads.isin(pulls)].nunique() == 888
    assert len(truth.loc[threads.index, ["ref", "actor"]].drop_duplicates()) == 2006
    opened = truth[(truth["act"] == "opened") & ~elsewhere]["ref"]
    assert (opened.isin(pulls).sum(), (~opened.isin(pulls)).sum()) == (360, 160)
    assert [acts[act] for act in ("reviewed", "commented", "released", "created")] == [620, 2100, 24, 3]
    triage = ("labelled", "unlabelled", "assigned", "closed", "reopened", "milestoned", "transferred")
    assert sum(acts[act] for act in triage) == 240
    assert elsewhere.sum() == 40
    assert len(reference_workload.others) == 375 + 6000


def test_inline_comments_belong_to_the_members_reviews(reference_workload: Workload) -> None:
    accounts = {member.account for member in reference_workload.members}
    reviews = [
        review for thread in reference_workload.threads for review in thread.reviews if review.author in accounts
    ]
    assert sum(len(review.comments) for review in reviews) == 950


def test_fourteen_threads_have_over_a_hundred_comments_and_a_member_speaks_last(reference_workload: Workload) -> None:
    long = [thread for thread in reference_workload.pairs if len(thread.comments) > 100]
    assert len(long) == 14
    accounts = {member.account for member in reference_workload.members}
    assert any(comment.author in accounts for thread in long for comment in thread.comments[100:])
    assert max(len(thread.reviews) for thread in long) > 100
    assert max(len(thread.events) for thread in long) > 100


def test_forty_threads_know_only_triage_and_no_qualifier_finds_them(either: Workload) -> None:
    logins = {member.account.login for member in either.members}
    assert len(either.triage_only) == either.figures.triage_only
    for thread in either.triage_only:
        assert not logins & set().union(*roles(thread).values())


def test_activity_falls_off_with_the_rank(reference_workload: Workload) -> None:
    acts = counted(reference_workload)["actor"].value_counts()
    lasting = [member.login for member in reference_workload.members if not (member.first_day or member.last_day)]
    assert 2 < acts[lasting[0]] / acts[lasting[-1]] < 5


def test_a_third_of_the_threads_were_touched_after_the_period(either: Workload) -> None:
    threads = [*either.pairs, *either.others]
    after = sum(thread.updated_at >= either.period.end for thread in threads)
    assert after / len(threads) == pytest.approx(0.35, abs=0.02)
    assert all(thread.updated_at >= either.period.start for thread in threads)


def test_every_trap_of_identity_is_there(either: Workload) -> None:
    first, renamed, left = either.members[:3]
    assert first.login != first.account.login == first.login.lower()
    assert len(first.teams) == 2
    assert renamed.account.login in renamed.aliases
    assert renamed.first_day
    assert left.last_day
    assert either.period.first_day < renamed.first_day < either.period.last_day
    assert either.period.first_day < left.last_day < either.period.last_day
    outside = [act for act in either.acts if act.actor is renamed.account and act.at < renamed.since]
    assert [act for act in outside if act.at >= either.period.start]
    assert [act for act in either.acts if act.actor is left.account and left.until <= act.at < either.period.end]
    assert [thread for thread in either.pairs if thread.author is None]
    assert [thread for thread in either.others if thread.author is USER_BOT]
    assert USER_BOT.kind == "User"


def test_every_trap_of_the_data_is_there(either: Workload) -> None:
    threads = list(either.pairs)
    assert [thread for thread in threads if thread.transferred_from]
    assert any(repository.former_name for repository in either.repositories)
    assert [repository for repository in either.repositories if repository.sealed]
    assert [review for thread in threads for review in thread.reviews if review.submitted_at is None]
    assert [thread for thread in threads if not thread.body]
    assert max(len(thread.body.encode()) for thread in threads) >= 0.99 * words.LONG
    titles = {thread.title for thread in threads}
    assert len(titles.intersection(words.HOSTILE)) >= min(len(words.HOSTILE), 7)
    sources = [event.detail for thread in threads for event in thread.events if event.kind == "CrossReferencedEvent"]
    assert None in sources
    assert [source for source in sources if source and source.repository.private]


def test_acts_lie_on_the_first_and_last_second_and_just_outside(either: Workload) -> None:
    period, second = Period("2026-Q3", TIMEZONE), timedelta(seconds=1)
    edges = [period.start - second, period.start, period.end - second, period.end]
    found = {row.at: row.counted for row in either.truth() if row.at in edges}
    assert [found[at] for at in edges] == [False, True, True, False]


def test_the_truth_comes_back_whole_from_itself(either: Workload) -> None:
    acts = conform(pd.DataFrame(either.truth()), ACTS)
    answer = completeness(acts, either)
    assert answer.share == 1
    assert answer.invented.empty


def test_what_is_missing_and_what_is_invented_is_seen(workload: Workload) -> None:
    rows = pd.DataFrame(workload.truth())
    wanted = rows[rows["counted"]]
    late = wanted.iloc[[0]].assign(at=wanted["at"].iloc[0] + timedelta(seconds=1), actor=workload.members[0].login)
    acts = conform(pd.concat([wanted.iloc[1:], late]), ACTS)
    answer = completeness(acts, workload)
    assert answer.share == pytest.approx(1 - 1 / len(wanted))
    assert len(answer.missing) == 1
    assert answer.invented["at"].tolist() == late["at"].tolist()


def test_every_pair_of_the_truth_folds_into_one_contribution(reference_workload: Workload, tmp_path: Path) -> None:
    org = reference_workload.organisation(tmp_path, "http://127.0.0.1:1")
    threads = [
        {"ref": thread.ref, "author": thread.author.login} for thread in reference_workload.threads if thread.author
    ]
    team = org.everybody
    acts = conform(pd.DataFrame(reference_workload.truth()), ACTS)
    rows = fold(conform(pd.DataFrame(threads), THREADS), acts, reference_workload.period, team)
    folded = [parse_contribution_id(identifier)[:2] for identifier in rows["id"]]
    assert len(set(folded)) == len(folded)
    assert set(folded) >= set(counted(reference_workload)[["ref", "actor"]].itertuples(index=False, name=None))


def test_acts_lie_on_whole_seconds_as_github_tells_them(either: Workload) -> None:
    assert [row for row in either.truth() if row.at.microsecond or row.at.utcoffset()] == []


def test_numbers_are_unique_in_a_repository(either: Workload) -> None:
    refs = [one.ref for one in either.items]
    assert len(set(refs)) == len(refs)
    assert all(isinstance(one, Thread | Discussion) for one in either.thread_by_ref.values())
