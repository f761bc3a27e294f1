"""What waits upstream, asked of the emulator, held against the workload."""

from pathlib import Path

import pandas as pd
import pytest

from contribkit.loaders.needs import load_needs
from tests.github.emulator import Emulator
from tests.github.model import Thread
from tests.github.workload import Workload

pytestmark = pytest.mark.usefixtures("github_schema")


@pytest.fixture(scope="module")
def workload() -> Workload:
    return Workload.small()


@pytest.fixture
def table(workload: Workload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    monkeypatch.setenv("GITHUB_TOKEN", Emulator.token)
    with Emulator(workload) as github:
        found = load_needs(workload.organisation(tmp_path, github.url)).table
        assert len(github.requests) <= 3
        assert github.points <= 10
    return found


def upstream(workload: Workload) -> list[Thread]:
    places = {*workload.world.upstream, *workload.world.new}
    return [thread for thread in workload.threads if thread.repository in places]


def test_every_open_pull_request_waits(workload: Workload, table: pd.DataFrame) -> None:
    waiting = {thread.ref: thread for thread in upstream(workload) if thread.is_pull_request and thread.state == "OPEN"}
    pulls = table[table["kind"] == "pull_request"].set_index("ref")
    assert set(pulls.index) == set(waiting)
    for ref, thread in waiting.items():
        row = pulls.loc[ref]
        assert (row["additions"], row["draft"], row["labels"]) == (thread.additions, thread.draft, thread.labels)
        assert (None if pd.isna(row["checks"]) else row["checks"]) == (thread.checks and thread.checks.lower())
    assert pulls["author"].isin([member.login for member in workload.members]).any()


def test_issues_wait_that_nobody_labelled_took_or_answered_as_a_maintainer(
    workload: Workload, table: pd.DataFrame
) -> None:
    maintainers = {"OWNER", "MEMBER", "COLLABORATOR"}
    open_issues = [one for one in upstream(workload) if not one.is_pull_request and one.state == "OPEN"]
    waiting = {
        issue.ref
        for issue in open_issues
        if not issue.labels
        and not issue.assignees
        and maintainers.isdisjoint(comment.author_association for comment in issue.comments)
    }
    assert waiting
    assert set(table[table["kind"] == "issue"]["ref"]) == waiting


def test_releases_are_due_and_branches_are_red(workload: Workload, table: pd.DataFrame) -> None:
    places = [*workload.world.upstream, *workload.world.new]
    red = {f"{one.ref}@main" for one in places if one.commits and one.commits[0].checks == "FAILURE"}
    assert red
    assert set(table[table["kind"] == "branch"]["ref"]) == red
    due = table[table["kind"] == "release"].set_index("ref")
    for repository in places:
        out = [release for release in repository.releases if release.published_at]
        if out:
            last = max(out, key=lambda release: release.created_at)
            later = sum(commit.committed_at >= last.published_at for commit in repository.commits)
            assert due["commits"].get(last.ref, 0) == later
