"""What a token may not read, nulls at random, and a server whose schema lacks some of GitHub's."""

from typing import Any

import pytest

from tests.github.client import Response, ask, get
from tests.github.emulator import Emulator
from tests.github.model import Thread
from tests.github.names import node_id
from tests.github.workload import Workload

pytestmark = pytest.mark.usefixtures("github_schema")

ORGANISATION = "wicketlamp-example"
SSO = f"https://github.com/orgs/{ORGANISATION}/sso?authorization_request=EMULATED"
SAID = (
    "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this "
    f"organization: {SSO}"
)


def theirs(workload: Workload, place: int = 0) -> list[Thread]:
    """Return pull requests that members worked in, of the upstream organisation at a place in the list."""
    owner = workload.world.upstream[place].owner
    return [one for one in workload.pairs if one.is_pull_request and one.repository.owner is owner]


def errors(told: Response) -> list[dict[str, Any]]:
    return [{name: value for name, value in one.items() if name != "locations"} for one in told.value["errors"]]


def test_single_sign_on_forbids_an_organisation_and_says_where_to_sign_on(workload: Workload) -> None:
    thread = theirs(workload)[0]
    query = f"""query($i: [ID!]!) {{ nodes(ids: $i) {{ id }} organization(login: "{ORGANISATION}") {{ id }}
        search(query: "org:{ORGANISATION}", type: ISSUE, first: 9) {{ issueCount }} viewer {{ login }} }}"""
    with Emulator(workload, ["saml"]) as github:
        told = ask(github, query, {"i": [node_id(thread)]})
        assert told.value["data"] == {
            "nodes": [None], "organization": None, "search": {"issueCount": 0}, "viewer": {"login": "ada-example"},
        }  # fmt: skip
        forbidden = {"type": "FORBIDDEN", "extensions": {"saml_failure": True}, "message": SAID}
        assert sorted(errors(told), key=lambda one: len(one["path"])) == [
            forbidden | {"path": ["organization"]}, forbidden | {"path": ["nodes", 0]},
        ]  # fmt: skip
        assert told.headers["X-GitHub-SSO"] == f"required; url={SSO}"
        assert (refused := get(github, f"/repos/{thread.repository.ref}")).status == 403
        assert refused.value["message"] == SAID


def test_a_policy_forbids_an_organisation_without_saml_failure(workload: Workload) -> None:
    with Emulator(workload, {"policy": ORGANISATION}) as github:
        told = ask(github, f'{{ repositoryOwner(login: "{ORGANISATION}") {{ id }} }}')
        (error,) = errors(told)
        assert (error["type"], error["path"]) == ("FORBIDDEN", ["repositoryOwner"])
        assert f"the `{ORGANISATION}` organization has enabled OAuth App access restrictions" in error["message"]
        assert "extensions" not in error


def test_a_cross_reference_from_behind_single_sign_on_is_forbidden_deep_inside(workload: Workload) -> None:
    pairs = [
        (event.detail, thread)
        for thread in workload.pairs
        for event in thread.events
        if isinstance(event.detail, Thread)
    ]
    source, thread = next(one for one in pairs if one[0].repository.owner is not one[1].repository.owner)
    kind = "PullRequest" if thread.is_pull_request else "Issue"
    query = f"""query($i: [ID!]!) {{ nodes(ids: $i) {{ ... on {kind} {{
        timelineItems(first: 100, itemTypes: [CROSS_REFERENCED_EVENT]) {{ nodes {{
            ... on CrossReferencedEvent {{ source {{ __typename }} }} }} }} }} }} }}"""
    with Emulator(workload, {"saml": source.repository.owner.login}) as github:
        told = ask(github, query, {"i": [node_id(thread)]})
        failed = [one for one in errors(told) if one.get("extensions")]
        assert failed[0]["path"][:4] == ["nodes", 0, "timelineItems", "nodes"]
        place = failed[0]["path"][4]
        assert told.value["data"]["nodes"][0]["timelineItems"]["nodes"][place] is None


def test_a_fine_grained_token_is_refused_deep_inside(workload: Workload) -> None:
    ids = [node_id(theirs(workload, place)[0]) for place in (0, 1)]
    query = """query($i: [ID!]!) { nodes(ids: $i) { ... on PullRequest {
        id author { login } mergedBy { login } reviews(first: 5) { totalCount } comments { totalCount } } } }"""
    with Emulator(workload, ["fine_grained"]) as github:
        told = ask(github, query, {"i": ids})
        free, refused = told.value["data"]["nodes"]
        assert free["reviews"]
        assert [refused[name] for name in ("author", "mergedBy", "reviews")] == [None] * 3
        assert refused["comments"]
        said = "Resource not accessible by personal access token"
        assert errors(told) == [
            {"type": "FORBIDDEN", "path": ["nodes", 1, name], "message": said}
            for name in ("author", "mergedBy", "reviews")
        ]
    # Comments may not be null: the whole pull request goes.
    with Emulator(workload, {"fine_grained": "comments"}) as github:
        told = ask(github, query, {"i": ids})
        assert told.value["data"]["nodes"][1] is None
        assert errors(told)[0]["path"] == ["nodes", 1, "comments"]


def test_a_token_may_read_nothing_but_who_it_is(workload: Workload) -> None:
    query = """query($i: [ID!]!) { nodes(ids: $i) { id } viewer { login }
        search(query: "is:pr", type: ISSUE, first: 9) { issueCount }
        repository(owner: "wicketlamp-example", name: "lamp-0") { id } }"""
    with Emulator(workload, ["reads_nothing"]) as github:
        told = ask(github, query, {"i": [node_id(theirs(workload)[0])]}).value
        nothing = {"nodes": [None], "viewer": {"login": "ada-example"}, "search": {"issueCount": 0}, "repository": None}
        assert told["data"] == nothing
        assert {error["type"] for error in told["errors"]} == {"FORBIDDEN"}


def test_what_a_token_may_read_of_the_truth(workload: Workload) -> None:
    rows = workload.truth()
    for trap, count in (
        ("saml", 1),
        ("policy", 1),
        ("fine_grained", 1),
        ("reads_nothing", len(rows)),
        ("enterprise", 1),
    ):
        unreadable = [row for row in rows if not Emulator(workload, [trap]).readable(row)]
        assert count <= len(unreadable) <= len(rows)
        if trap == "saml":
            assert {row.ref.partition("/")[0] for row in unreadable} == {ORGANISATION}
        if trap == "fine_grained":
            assert {row.act for row in unreadable} <= {"opened", "merged", "reviewed"}
    assert all(Emulator(workload).readable(row) for row in rows)


NULLS = """query($i: [ID!]!) { nodes(ids: $i) { ... on PullRequest { id author { login }
    reviews(first: 50) { nodes { id author { login } } } comments(first: 5) { nodes { id } } } } }"""


@pytest.mark.parametrize(("trap", "says_so"), [("nulls", True), ("silent_nulls", False)])
def test_nulls_are_others_with_each_request_and_climb_by_the_schema(
    workload: Workload, trap: str, says_so: bool
) -> None:
    ids = [node_id(thread) for thread in workload.pairs if thread.is_pull_request]
    with Emulator(workload, {trap: 0.1}) as github:
        answers = [ask(github, NULLS, {"i": ids}).value for _ in range(5)]
    places = [[n for n, one in enumerate(told["data"]["nodes"]) if one is None] for told in answers if told["data"]]
    assert len({tuple(one) for one in places}) > 1
    assert max(map(len, places)) < len(ids)
    assert [bool(told.get("errors")) for told in answers] == [says_so] * 5
    for told in answers:
        assert all("type" not in error for error in told.get("errors", []))
        for one in filter(None, (told["data"] or {}).get("nodes", [])):
            assert one["id"]
            assert one["comments"]


FIELDS = (
    '{ __type(name: "PullRequest") { fields { name } } search: __type(name: "SearchType") { enumValues { name } } }'
)


def test_an_older_server_lacks_fields_and_introspection_says_so(workload: Workload) -> None:
    with Emulator(workload) as github:
        assert "closingIssuesReferences" in str(ask(github, FIELDS).value)
    with Emulator(workload, ["enterprise"]) as github:
        told = ask(github, FIELDS)
        assert "X-RateLimit-Remaining" not in told.headers
        names = {field["name"] for field in told.value["data"]["__type"]["fields"]}
        assert "reviews" in names
        assert "closingIssuesReferences" not in names
        assert {one["name"] for one in told.value["data"]["search"]["enumValues"]} == {"ISSUE", "REPOSITORY", "USER"}
        query = '{ node(id: "x") { ... on PullRequest { closingIssuesReferences(first: 1) { totalCount } } } }'
        refused = ask(github, query).value
        assert refused["errors"][0]["message"].startswith("Cannot query field 'closingIssuesReferences'")
        assert "data" not in refused
    with Emulator(workload, {"enterprise": "Issue.stateReason"}) as github:
        assert "closingIssuesReferences" in str(ask(github, FIELDS).value)
