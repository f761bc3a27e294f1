"""What waits upstream, asked of the emulator, held against the workload."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from contribkit.loaders import load_needs
from contribkit.loaders.github.client import Answer, Client
from contribkit.loaders.github.queries import Request
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
        assert len(github.requests) <= 5
        assert github.points <= 10
    return found


def upstream(workload: Workload) -> list[Thread]:
    places = {*workload.world.upstream, *workload.world.new}
    return [thread for thread in workload.threads if thread.repository in places]


def known(cell: Any) -> Any:
    return None if pd.isna(cell) else cell


def decision(thread: Thread) -> str:
    """Return what a pull request waits for: changes that were asked for, a merge, or a review."""
    states = {review.state for review in thread.reviews}
    return next((state.lower() for state in ("CHANGES_REQUESTED", "APPROVED") if state in states), "review_required")


def test_every_open_pull_request_waits(workload: Workload, table: pd.DataFrame) -> None:
    waiting = {thread.ref: thread for thread in upstream(workload) if thread.is_pull_request and thread.state == "OPEN"}
    pulls = table[table["kind"] == "pull_request"].set_index("ref")
    assert set(pulls.index) == set(waiting)
    for ref, thread in waiting.items():
        row = pulls.loc[ref]
        assert (row["additions"], row["deletions"], row["draft"]) == (thread.additions, thread.deletions, thread.draft)
        assert (row["title"], row["labels"]) == (thread.title, thread.labels)
        assert (row["opened_at"], row["updated_at"]) == (thread.created_at, thread.updated_at)
        assert row["author_association"] == thread.author_association
        assert row["comments"] == len(thread.comments) + sum(len(review.comments) for review in thread.reviews)
        assert known(row["checks"]) == (thread.checks and thread.checks.lower())
        assert known(row["mergeable"]) == {"MERGEABLE": True, "CONFLICTING": False}.get(thread.mergeable)
        assert row["review_state"] == decision(thread)
    assert len(set(pulls["author_association"])) > 1
    assert len(set(pulls["review_state"])) > 1
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


def test_a_search_that_fails_for_a_moment_is_asked_again_and_one_that_fails_for_good_is_noted(
    workload: Workload, table: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Client.ask

    def failing(times: int) -> Callable[[Client, Request], Answer]:
        left = times

        def answer(client: Client, request: Request) -> Answer:
            nonlocal left
            told = ask(client, request)
            alias = next((str(path[0]) for query, path in request.paths if query.kind == "open_pulls"), None)
            if alias is None or not left:
                return told
            left -= 1
            wrong = {"type": "SERVICE_UNAVAILABLE", "path": (alias,), "message": "Something went wrong"}
            return told._replace(data=told.data | {alias: None}, errors=[wrong])

        return answer

    with Emulator(workload) as github:
        org = workload.organisation(tmp_path, github.url)
        monkeypatch.setattr("time.sleep", lambda seconds: None)
        monkeypatch.setattr(Client, "ask", failing(1))
        once = load_needs(org)
        monkeypatch.setattr(Client, "ask", failing(100))
        never = load_needs(org, keep_going=True)
    assert set(once.table["ref"]) == set(table["ref"])
    assert "pull_request" not in set(never.table["kind"])
    assert any(
        "GitHub gives no search for is:pr is:open" in note and "went wrong" in note for note in never.notes["github"]
    )
