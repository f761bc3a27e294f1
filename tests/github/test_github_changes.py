"""What changes in the world while nobody looks: names, ids, mergers, authors, references."""

from typing import Any

import pytest

from tests.github.client import ask
from tests.github.emulator import Emulator
from tests.github.model import Thread
from tests.github.names import node_id
from tests.github.workload import Workload
from tests.github.world.people import QUEUE

pytestmark = pytest.mark.usefixtures("github_schema")

COUNT = "query($q: String!) { search(query: $q, type: ISSUE, first: 100) { issueCount } }"
EVENTS = """query($i: ID!) { node(id: $i) { ... on PullRequest { mergedBy { __typename login } updatedAt
    timelineItems(first: 100, itemTypes: [ADDED_TO_MERGE_QUEUE_EVENT, AUTO_MERGE_ENABLED_EVENT]) {
        nodes { __typename ... on AddedToMergeQueueEvent { enqueuer { login } actor { login } createdAt }
            ... on AutoMergeEnabledEvent { enabler { login } createdAt } } } } } }"""


@pytest.fixture
def fresh() -> Workload:
    return Workload.small()


def node(github: Emulator, thread: Thread) -> Any:
    return ask(github, EVENTS, {"i": node_id(thread)}).value["data"]["node"]


def counted(github: Emulator, query: str) -> int:
    return int(ask(github, COUNT, {"q": query}).value["data"]["search"]["issueCount"])


def test_a_renamed_repository_answers_by_its_old_name_and_search_does_not(fresh: Workload, tmp_path: Any) -> None:
    with Emulator(fresh, {"renamed": "brand-new"}) as github:
        repository = next(one for one in fresh.world.upstream if one.name == "brand-new")
        former = f"{repository.owner.login}/{repository.former_name}"
        assert former in fresh.organisation(tmp_path, github.url).path.read_text(encoding="utf-8")
        query = "query($o: String!, $n: String!) { repository(owner: $o, name: $n) { nameWithOwner } }"
        told = ask(github, query, {"o": repository.owner.login, "n": repository.former_name}).value
        assert told["data"]["repository"]["nameWithOwner"] == repository.ref
        assert counted(github, f"repo:{former}") == 0 < counted(github, f"repo:{repository.ref}")


def test_a_merge_queue_merges_and_an_event_says_who_queued_it(fresh: Workload) -> None:
    mergers = {one: one.merged_by for one in fresh.threads if one.merged_by}
    truth = {row for row in fresh.truth() if row.act == "merged"}
    with Emulator(fresh, {"merge_queue": 1}) as github:
        thread = next(one for one in fresh.pairs if one.merged_by is QUEUE)
        told = node(github, thread)
        assert told["mergedBy"] == {"__typename": "Bot", "login": "github-merge-queue"}
        who = {"login": mergers[thread].login}
        (event,) = [one for one in told["timelineItems"]["nodes"] if one and "enqueuer" in one]
        assert (event["enqueuer"], event["actor"]) == (who, who)
    assert {row for row in fresh.truth() if row.act == "merged"} == truth


def test_an_automatic_merge_is_by_whom_allowed_it(fresh: Workload) -> None:
    with Emulator(fresh, {"auto_merge": 1}) as github:
        thread = next(one for one in fresh.pairs if one.merged_by)
        told = node(github, thread)
        (event,) = [one for one in told["timelineItems"]["nodes"] if one and "enabler" in one]
        assert event["enabler"]["login"] == told["mergedBy"]["login"]


def test_authors_are_of_every_kind(fresh: Workload) -> None:
    query = "query($i: [ID!]!) { nodes(ids: $i) { ... on Comment { author { __typename login url } } } }"
    with Emulator(fresh, {"odd_authors": 1}) as github:
        comments = [node_id(comment) for thread in fresh.pairs for comment in thread.comments[:3]][:100]
        found = ask(github, query, {"i": comments}).value
        assert "errors" not in found
        kinds = {one["author"]["__typename"] for one in found["data"]["nodes"] if one["author"]}
        assert kinds >= {"Mannequin", "EnterpriseUserAccount", "Bot", "User"}
        assert any("_" in one["author"]["login"] for one in found["data"]["nodes"] if one["author"])


def test_a_search_counts_a_busy_second_and_cannot_show_it(fresh: Workload) -> None:
    login = fresh.members[0].account.login
    with Emulator(fresh, ["busy_second"]) as github:
        second = next(one.created_at for one in fresh.others if one.title == "Imported 0")
        assert counted(github, f"involves:{login} created:{second.isoformat().replace('+00:00', 'Z')}") == 1500
        assert not [row for row in fresh.truth() if row.at == second]


def test_a_transferred_issue_has_a_new_id_and_the_old_one_is_gone(fresh: Workload) -> None:
    issue = next(one for one in fresh.pairs if not one.is_pull_request and not one.transferred_from)
    old, place, number = node_id(issue), issue.repository, issue.number
    query = "query($i: [ID!]!) { nodes(ids: $i) { ... on Issue { repository { nameWithOwner } } } }"
    with Emulator(fresh, {"transferred": 2}) as github:
        assert ask(github, query, {"i": [old]}).value["data"]["nodes"][0]["repository"]["nameWithOwner"] == place.ref
        told = ask(github, query, {"i": [old, node_id(issue)]}).value
        assert told["data"]["nodes"] == [None, None]
        assert [error["type"] for error in told["errors"]] == ["NOT_FOUND"] * 2
        told = ask(github, query, {"i": [node_id(issue)]}).value
        assert told["data"]["nodes"][0]["repository"]["nameWithOwner"] == issue.repository.ref != place.ref
        by_number = """query($o: String!, $n: String!, $k: Int!) { repository(owner: $o, name: $n) {
            issue(number: $k) { id } } }"""
        found = ask(github, by_number, {"o": place.owner.login, "n": place.name, "k": number}).value
        assert found["data"]["repository"]["issue"]["id"] == node_id(issue) != old
    assert len({row.ref for row in fresh.truth()} & {issue.ref}) == 1
    refs = [one.ref for one in fresh.threads]
    assert len(set(refs)) == len(refs)


def test_a_deleted_thread_is_gone_everywhere_and_its_acts_do_not_count(fresh: Workload) -> None:
    with Emulator(fresh, {"deleted": 2}) as github:
        before = counted(github, "is:pr") + counted(github, "is:issue")
        (thread,) = fresh.gone
        told = ask(github, "query($i: ID!) { node(id: $i) { id } }", {"i": node_id(thread)}).value
        assert (told["data"]["node"], told["errors"][0]["type"]) == (None, "NOT_FOUND")
        assert counted(github, "is:pr") + counted(github, "is:issue") >= before - 1
        assert thread.ref not in {one.ref for one in fresh.threads}
    assert not any(row.counted for row in fresh.truth() if row.ref == thread.ref)
    assert thread.ref not in {one.ref for one in fresh.references()}


def test_a_late_reference_does_not_touch_the_thread_at_which_it_points(fresh: Workload) -> None:
    before = {row.source for row in fresh.references()}
    times = {thread.ref: thread.updated_at for thread in fresh.threads}
    with Emulator(fresh, ["late_reference"]) as github:
        counted(github, "is:pr")
        (new,) = [one for one in fresh.references() if one.source not in before]
        thread = fresh.thread_by_ref[new.ref.lower()]
        assert isinstance(thread, Thread)
        assert thread.events[-1].kind == "CrossReferencedEvent"
        assert thread.events[-1].created_at > thread.updated_at == times[thread.ref]
        since = thread.events[-1].created_at
        assert counted(github, f"org:ferncollective-example updated:>={since:%Y-%m-%d}") > 0


def test_the_truth_of_references_knows_what_is_only_named_upstream(workload: Workload) -> None:
    rows = workload.references()
    assert len([row for row in rows if row.direction == "out"]) == workload.figures.cited
    assert any(row.private for row in rows)
    assert not [row for row in rows if row.source.startswith("stranger-example")]
    for row in rows:
        upstream, own = (workload.thread_by_ref[ref.lower()] for ref in (row.ref, row.source))
        assert isinstance(upstream, Thread)
        assert isinstance(own, Thread)
        named, text = (own, upstream) if row.direction == "out" else (upstream, own)
        assert named.ref in " ".join([text.body, *(comment.body for comment in text.comments)])
