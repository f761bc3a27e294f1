"""What the emulator serves is the truth: a plain walk through everything finds every act, and no other."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from contribkit.config.organisation import Organisation
from contribkit.tables import ACTS, conform
from tests.github.client import ask
from tests.github.completeness import completeness
from tests.github.emulator import Emulator
from tests.github.model import Thread
from tests.github.names import node_id
from tests.github.world.dress import EVENTS

ACT_OF = {kind: act for act, kind in EVENTS.items()}
PAGE = "pageInfo { hasNextPage endCursor }"
WHO = "author { login } createdAt"
THREAD = f"__typename id number title body url state updatedAt {WHO} authorAssociation repository {{ nameWithOwner }}"
TIMES = " ".join(f"... on {kind} {{ __typename createdAt actor {{ login }} }}" for kind in EVENTS.values())
OF_ISSUES = TIMES.replace("... on MergedEvent", "... on LockedEvent")
OF_PULLS = TIMES.replace("... on TransferredEvent", "... on LockedEvent")

Act = dict[str, Any]


def pages(github: Emulator, identifier: str, kind: str, connection: str, fields: str) -> Iterator[Any]:
    """Yield what a connection of one thing holds, page by page."""
    field = connection.partition("(")[0]
    asked = connection if "(" in connection else f"{connection}("
    query = f"""query($id: ID!, $after: String) {{ node(id: $id) {{ ... on {kind} {{
        {asked.rstrip(")")} first: 20, after: $after) {{ {PAGE} nodes {{ {fields} }} }} }} }} }}"""
    after = None
    while True:
        answer = ask(github, query, {"id": identifier, "after": after}).value
        assert {error["type"] for error in answer.get("errors", [])} <= {"NOT_FOUND"}, answer["errors"]
        page = answer["data"]["node"][field]
        yield from page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return


def acts_of_thread(github: Emulator, thread: dict[str, Any]) -> Iterator[Act]:
    """Yield what people did in a pull request or an issue."""
    ref, kind = f"{thread['repository']['nameWithOwner']}#{thread['number']}", thread["__typename"]
    yield {"ref": ref, "who": thread["author"], "act": "opened", "at": thread["createdAt"]}
    for comment in pages(github, thread["id"], kind, "comments", WHO):
        yield {"ref": ref, "who": comment["author"], "act": "commented", "at": comment["createdAt"]}
    if kind == "PullRequest":
        for review in pages(github, thread["id"], kind, "reviews", "author { login } submittedAt state"):
            if review["submittedAt"]:
                yield {"ref": ref, "who": review["author"], "act": "reviewed", "at": review["submittedAt"]}
    fields = OF_PULLS if kind == "PullRequest" else OF_ISSUES
    for event in pages(github, thread["id"], kind, "timelineItems", fields):
        # A merge closes its pull request: that is one act. A null event comes from a private repository.
        if event and event.get("__typename") in ACT_OF:
            act = ACT_OF[event["__typename"]]
            if not (act == "closed" and thread["state"] == "MERGED"):
                yield {"ref": ref, "who": event["actor"], "act": act, "at": event["createdAt"]}


def acts_of_repository(github: Emulator, owner: str, name: str) -> Iterator[Act]:
    answer = ask(
        github,
        """query($owner: String!, $name: String!) { repository(owner: $owner, name: $name) {
            id nameWithOwner createdAt defaultBranchRef { target { ... on Commit {
                history(first: 100) { nodes { author { user { login } } } } } } } } }""",
        {"owner": owner, "name": name},
    ).value
    repository = answer["data"]["repository"]
    ref, identifier = repository["nameWithOwner"], repository["id"]
    for connection in ("pullRequests", "issues"):
        for thread in pages(github, identifier, "Repository", connection, THREAD):
            yield from acts_of_thread(github, thread)
    released = "author { login } publishedAt tagName"
    for release in pages(github, identifier, "Repository", "releases", released):
        yield {
            "ref": f"{ref}@{release['tagName']}", "who": release["author"], "act": "released",
            "at": release["publishedAt"],
        }  # fmt: skip
    for discussion in pages(github, identifier, "Repository", "discussions", f"id number {WHO}"):
        yield from acts_of_discussion(github, f"{ref}#{discussion['number']}", discussion)
    if repository["createdAt"] >= "2026-07" and (branch := repository["defaultBranchRef"]):
        first = branch["target"]["history"]["nodes"][-1]
        yield {"ref": ref, "who": first["author"]["user"], "act": "created", "at": repository["createdAt"]}


def acts_of_discussion(github: Emulator, ref: str, discussion: dict[str, Any]) -> Iterator[Act]:
    yield {"ref": ref, "who": discussion["author"], "act": "opened", "at": discussion["createdAt"]}
    fields = f"{WHO} replies(first: 100) {{ nodes {{ {WHO} }} }}"
    for comment in pages(github, discussion["id"], "Discussion", "comments", fields):
        for one in (comment, *comment["replies"]["nodes"]):
            yield {"ref": ref, "who": one["author"], "act": "commented", "at": one["createdAt"]}


def table(org: Organisation, acts: list[Act]) -> pd.DataFrame:
    rows = [act | {"actor": org.canonical(act["who"]["login"])} for act in acts if act["who"]]
    return conform(pd.DataFrame(rows), ACTS)


def test_everything_that_is_served_is_the_truth_and_all_of_it(github: Emulator, tmp_path: Path) -> None:
    upstream = [*github.workload.world.upstream, *github.workload.world.new]
    acts = [act for one in upstream for act in acts_of_repository(github, one.owner.login, one.name)]
    answer = completeness(table(github.workload.organisation(tmp_path, github.url), acts), github.workload)
    assert answer.missing.empty
    assert answer.invented.empty
    assert answer.share == 1


def test_an_organisation_lists_its_repositories_newest_first_without_private_ones_of_others(github: Emulator) -> None:
    owner = github.workload.world.new[0].owner.login
    query = """query($login: String!) { organization(login: $login) { repositories(first: 100, privacy: PUBLIC,
        orderBy: {field: CREATED_AT, direction: DESC}) { nodes { nameWithOwner createdAt isFork isPrivate } } } }"""
    found = ask(github, query, {"login": owner}).value["data"]["organization"]["repositories"]["nodes"]
    assert found[0]["createdAt"] == max(one["createdAt"] for one in found)
    expected = {one.ref for one in github.workload.repositories if one.owner.login == owner}
    assert {one["nameWithOwner"] for one in found} == expected


def test_what_waits_upstream_is_served(github: Emulator) -> None:
    first = github.workload.world.upstream[0]
    query = """query($o: String!, $n: String!) { repository(owner: $o, name: $n) {
        latestRelease { tagName publishedAt createdAt }
        defaultBranchRef { name target { ... on Commit { oid statusCheckRollup { state }
            history(first: 1, since: "2026-09-01T00:00:00Z") { totalCount } } } }
        issues(first: 100, states: [OPEN], orderBy: {field: UPDATED_AT, direction: DESC}) { totalCount nodes {
            number updatedAt labels(first: 5) { nodes { name } } assignees(first: 5) { nodes { login } } } }
        pullRequests(first: 100, states: [OPEN], orderBy: {field: UPDATED_AT, direction: DESC}) { totalCount nodes {
            number isDraft mergeable reviewDecision additions deletions changedFiles authorAssociation updatedAt
            comments { totalCount } statusCheckRollup { state } author { __typename login }
            commits(last: 1) { nodes { commit { oid statusCheckRollup { state } } } } } } } }"""
    answer = ask(github, query, {"o": first.owner.login, "n": first.name}).value
    assert "errors" not in answer
    told = answer["data"]["repository"]
    waiting = [thread for thread in first.threads if thread.is_pull_request and thread.state == "OPEN"]
    assert told["pullRequests"]["totalCount"] == len(waiting)
    times = [one["updatedAt"] for one in told["pullRequests"]["nodes"]]
    assert times == sorted(times, reverse=True)
    since = [commit for commit in first.commits if commit.committed_at.isoformat() >= "2026-09-01"]
    assert told["defaultBranchRef"]["target"]["history"]["totalCount"] == len(since)


def test_threads_that_point_at_one_are_served_by_id(github: Emulator) -> None:
    threads = [one for one in github.workload.pairs for event in one.events if isinstance(event.detail, Thread)]
    kind = "PullRequest" if threads[0].is_pull_request else "Issue"
    source = "source { ... on Issue { id } ... on PullRequest { id } } willCloseTarget isCrossRepository referencedAt"
    items = "timelineItems(itemTypes: [CROSS_REFERENCED_EVENT],"
    found = pages(github, node_id(threads[0]), kind, items, f"... on CrossReferencedEvent {{ {source} }}")
    ids = [event["source"]["id"] for event in found if event]
    fields = f"{THREAD.replace('state', '')} labels(first: 9) {{ nodes {{ name }} }}"
    query = f"""query($ids: [ID!]!) {{ nodes(ids: $ids) {{
        ... on Issue {{ {fields} }} ... on PullRequest {{ {fields} }} }} }}"""
    told = ask(github, query, {"ids": ids}).value
    assert "errors" not in told
    assert [one["id"] for one in told["data"]["nodes"]] == ids != []
