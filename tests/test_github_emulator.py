"""The emulator refuses, charges and fails as GitHub does, and searches as GitHub searches."""

import http.client
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from graphql import parse

from contribkit import Organisation
from tests.github.answer import Call
from tests.github.client import Response, ask, get, send
from tests.github.emulator import Emulator
from tests.github.graphql.connection import position
from tests.github.graphql.cost import cost
from tests.github.graphql.errors import GitHubError
from tests.github.graphql.schema import VERSION, schema
from tests.github.model import Thread
from tests.github.names import node_id, written
from tests.github.search import Search
from tests.github.traps import Traps
from tests.github.workload import Workload
from tests.jupyterlab import from_npm


@pytest.fixture(scope="module", autouse=True)
def _schema() -> None:
    """Without GitHub's schema nothing here can run."""
    from_npm("@octokit/graphql-schema", VERSION, "schema.graphql")


@pytest.fixture(scope="module")
def workload() -> Workload:
    return Workload.small()


@pytest.fixture(scope="module")
def reference() -> Workload:
    return Workload.make()


@pytest.fixture
def github(workload: Workload) -> Iterator[Emulator]:
    with Emulator(workload) as running:
        yield running


def worked(workload: Workload, pull_requests: bool = True) -> list[Thread]:
    return [thread for thread in workload.pairs if thread.is_pull_request is pull_requests]


def points(query: str, **variables: object) -> int:
    return cost(schema(), parse(query), variables).points


HYDRATE = """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on PullRequest {
  labels(first: 20) { nodes { name } } comments(first: 100) { nodes { body } } files(first: 100) { nodes { path } }
  timelineItems(first: 100, itemTypes: [CROSS_REFERENCED_EVENT]) { nodes { ... on CrossReferencedEvent { %s } } }
  reviews(first: 50) { nodes { state %s } } } } }"""
HUNDRED = ["x"] * 100


def test_a_hundred_pull_requests_with_five_connections_cost_five_points() -> None:
    assert points(HYDRATE % ("id", ""), ids=HUNDRED) == 5


def test_comments_of_reviews_cost_fifty_more_and_labels_of_sources_a_hundred_more() -> None:
    assert points(HYDRATE % ("id", "comments(first: 10) { nodes { id } }"), ids=HUNDRED) == 55
    labels = "source { ... on Issue { labels(first: 5) { nodes { name } } } }"
    assert points(HYDRATE % (labels, ""), ids=HUNDRED) == 105


def test_a_count_alone_costs_nothing() -> None:
    assert points(HYDRATE % ("id", "comments { totalCount }"), ids=HUNDRED) == 5


def test_the_example_of_githubs_own_documentation_costs_what_it_says() -> None:
    query = """{ viewer { repositories(first: 100) { edges { node { issues(first: 50) { edges { node {
        labels(first: 60) { edges { node { name } } } } } } } } } } }"""
    assert cost(schema(), parse(query), {}).requests == 5101
    assert points(query) == 51


@pytest.mark.parametrize(
    ("query", "variables", "kind", "said"),
    [
        ("query($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": ["x"] * 101}, "ARGUMENT_LIMIT", "more than 100 node ids"),
        (
            "{ viewer { repositories { nodes { id } } } }", {}, "MISSING_PAGINATION_BOUNDARIES",
            "You must provide a `first` or `last` value to properly paginate the `repositories` connection.",
        ),
        ("{ viewer { repositories(first: 101) { nodes { id } } } }", {}, "EXCESSIVE_PAGINATION", "exceeds the `first`"),
        (
            """query($i: [ID!]!) { nodes(ids: $i) { ... on PullRequest { reviews(first: 100) { nodes {
            comments(first: 100) { nodes { id } } } } } } }""", {"i": HUNDRED}, "MAX_NODE_LIMIT_EXCEEDED",
            "requests up to 1,010,100 possible nodes which exceeds the maximum limit of 500,000",
        ),
    ],
)  # fmt: skip
def test_what_github_refuses_is_refused_and_not_charged(
    github: Emulator, query: str, variables: dict, kind: str, said: str
) -> None:
    answer = ask(github, query, variables).value
    assert "data" not in answer
    assert answer["errors"][0]["type"] == kind
    assert said in answer["errors"][0]["message"]
    assert github.points == 0


def test_a_query_that_the_schema_does_not_know_is_refused(github: Emulator) -> None:
    answer = ask(github, "{ viewer { nickname } }").value
    assert answer["errors"][0]["message"] == "Cannot query field 'nickname' on type 'User'. Did you mean 'name'?"


def test_a_field_that_is_not_served_is_an_error_and_never_a_null(github: Emulator) -> None:
    answer = ask(github, "{ viewer { bio } }").value
    assert answer["errors"][0]["message"] == "the emulator does not serve User.bio"


def test_a_query_of_too_many_nodes_is_a_bad_gateway_and_charged(workload: Workload) -> None:
    with Emulator(workload, most_nodes=99) as github:
        answer = ask(github, "{ viewer { repositories(first: 100) { nodes { id } } } }")
        assert (answer.status, github.points) == (502, 1)


def test_headers_and_query_say_what_is_left(github: Emulator) -> None:
    answer = ask(github, "{ rateLimit { cost limit remaining used } }")
    assert answer.value["data"]["rateLimit"] == {"cost": 1, "limit": 5000, "remaining": 4999, "used": 1}
    assert answer.headers["X-RateLimit-Remaining"] == "4999"
    assert answer.headers["X-RateLimit-Resource"] == "graphql"
    assert 3590 < int(answer.headers["X-RateLimit-Reset"]) - time.time() < 3602
    assert get(github, "/rate_limit").value["resources"]["graphql"]["remaining"] == 4999


def test_who_has_no_points_left_is_told_so_with_status_200(github: Emulator) -> None:
    github.budget.used = github.budget.limit
    answer = ask(github, "{ viewer { login } }")
    assert answer.status == 200
    assert answer.value["errors"][0]["type"] == "RATE_LIMITED"
    assert answer.headers["X-RateLimit-Remaining"] == "0"


def test_only_its_own_tokens_are_accepted(workload: Workload) -> None:
    with Emulator(workload, expires_after=1) as github:
        assert ask(github, "{ viewer { login } }", token="wrong").value["message"] == "Bad credentials"
        assert ask(github, "{ viewer { login } }", token="").status == 401
        statuses = [ask(github, "{ viewer { login } }", token=github.expiring_token).status for _ in range(2)]
        assert statuses == [200, 401]
        assert github.token not in repr(github.requests)


PRIVATE = '{ repository(owner: "ferncollective-example", name: "contracts") { isPrivate } }'


def test_a_private_repository_is_seen_with_the_scope_only(github: Emulator) -> None:
    assert ask(github, PRIVATE).value["data"]["repository"] == {"isPrivate": True}
    without = ask(github, PRIVATE, token=github.scopeless_token)
    assert without.headers["X-OAuth-Scopes"] == ""
    assert without.value["data"] == {"repository": None}
    assert without.value["errors"][0]["type"] == "NOT_FOUND"


def test_nobody_sees_a_sealed_repository(github: Emulator) -> None:
    query = '{ a: repository(owner: "stranger-example", name: "vault") { id } b: viewer { login } }'
    answer = ask(github, query).value
    assert answer["data"] == {"a": None, "b": {"login": "ada-example"}}
    assert answer["errors"][0] | {"locations": None} == {
        "type": "NOT_FOUND", "path": ["a"], "locations": None,
        "message": "Could not resolve to a Repository with the name 'stranger-example/vault'.",
    }  # fmt: skip


def test_a_node_that_is_not_there_is_null_beside_the_others(github: Emulator, workload: Workload) -> None:
    there = node_id(worked(workload)[0])
    answer = ask(github, "query($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": [there, "PR_99999999"]}).value
    assert answer["data"]["nodes"] == [{"id": there}, None]
    assert answer["errors"][0]["path"] == ["nodes", 1]


def test_a_renamed_repository_and_a_transferred_issue_answer_where_they_are_now(
    github: Emulator, workload: Workload
) -> None:
    query = "query($o: String!, $n: String!) { repository(owner: $o, name: $n) { nameWithOwner } }"
    renamed = workload.world.upstream[0]
    answer = ask(github, query, {"o": renamed.owner.login, "n": renamed.former_name}).value
    assert answer["data"]["repository"]["nameWithOwner"] == renamed.ref
    moved = next(thread for thread in workload.threads if thread.transferred_from)
    former, number = moved.transferred_from
    query = """query($o: String!, $n: String!, $k: Int!) {
        repository(owner: $o, name: $n) { issue(number: $k) { number repository { nameWithOwner } } } }"""
    answer = ask(github, query, {"o": former.owner.login, "n": former.name, "k": number}).value
    found = answer["data"]["repository"]["issue"]
    assert f"{found['repository']['nameWithOwner']}#{found['number']}" == moved.ref


def test_a_cross_reference_from_a_private_repository_is_null(github: Emulator, workload: Workload) -> None:
    thread = next(
        t for t in workload.pairs if any(e.kind == "CrossReferencedEvent" and e.detail is None for e in t.events)
    )
    kind = "PullRequest" if thread.is_pull_request else "Issue"
    query = """query($i: [ID!]!) { nodes(ids: $i) { ... on KIND {
        timelineItems(first: 100, itemTypes: [CROSS_REFERENCED_EVENT]) {
            totalCount nodes { ... on CrossReferencedEvent { source { __typename } } } } } } }""".replace("KIND", kind)
    answer = ask(github, query, {"i": [node_id(thread)]}).value
    items = answer["data"]["nodes"][0]["timelineItems"]
    assert None in items["nodes"]
    assert len(items["nodes"]) == items["totalCount"]
    assert answer["errors"][0]["type"] == "NOT_FOUND"


def test_pages_follow_one_another_to_the_end(github: Emulator, workload: Workload) -> None:
    thread = max(workload.threads, key=lambda one: len(one.comments))
    query = """query($i: ID!, $after: String) { node(id: $i) { ... on PullRequest {
        comments(first: 40, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { id } } } } }"""
    seen: list[str] = []
    after = None
    while True:
        page = ask(github, query, {"i": node_id(thread), "after": after}).value["data"]["node"]["comments"]
        seen += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == [node_id(comment) for comment in thread.comments]
    assert page["totalCount"] == len(seen) > 100


def find(workload: Workload, query: str) -> set[str]:
    return {item.ref for item in Search(workload).find(query, False, lambda item: True).hits}


def test_involves_finds_author_assignee_commenter_and_mentioned_but_no_reviewer(workload: Workload) -> None:
    for member in workload.members:
        login = member.account.login
        parts = [find(workload, f"{role}:{login}") for role in ("author", "assignee", "commenter", "mentions")]
        assert find(workload, f"involves:{login.upper()}") == set().union(*parts)
    reviewed = set().union(*(find(workload, f"reviewed-by:{m.account.login}") for m in workload.members))
    involved = set().union(*(find(workload, f"involves:{m.account.login}") for m in workload.members))
    assert reviewed - involved


def test_nobody_is_found_by_a_login_that_is_no_more(workload: Workload) -> None:
    assert find(workload, f"involves:{workload.members[1].login}") == set()


def test_a_thread_touched_after_the_period_is_lost_by_a_search_that_ends_with_it(workload: Workload) -> None:
    start, end = written(workload.period.start), written(workload.period.end)
    late = {thread.ref for thread in workload.pairs if thread.updated_at > workload.period.end}
    assert late
    assert not find(workload, f"updated:{start}..{end}") & late
    assert late <= find(workload, f"updated:>={start} created:<={end}")


def test_times_are_compared_to_the_second_and_days_are_whole(workload: Workload) -> None:
    thread = worked(workload)[0]
    at = thread.created_at
    assert thread.ref in find(workload, f"created:{written(at)}..{written(at)}")
    assert thread.ref in find(workload, f"created:{at:%Y-%m-%d}")
    assert thread.ref in find(workload, f"created:>={(at + timedelta(hours=2)):%Y-%m-%dT%H:%M:%S}+02:00")
    assert thread.ref not in find(workload, f"created:>{written(at)}")
    assert thread.ref not in find(workload, f"created:<{written(at)}")


def test_kinds_and_places_narrow_a_search(workload: Workload) -> None:
    first, second = workload.world.upstream[:2]
    both = find(workload, f"repo:{first.ref} org:{second.owner.login}")
    assert {ref.split("#")[0] for ref in both} >= {first.ref, second.ref}
    assert find(workload, "is:pr is:issue") == set()
    assert find(workload, "is:pr") | find(workload, "is:issue") == {thread.ref for thread in workload.threads}
    assert find(workload, "is:pr -is:merged").isdisjoint(find(workload, "is:merged"))
    with pytest.raises(ValueError, match='does not know the qualifier "colour:"'):
        find(workload, "colour:red")


def test_a_search_shows_a_thousand_hits_and_counts_all(reference: Workload) -> None:
    login = reference.members[0].account.login
    query = """query($q: String!, $a: String) { search(query: $q, type: ISSUE, first: 100, after: $a) {
        issueCount pageInfo { hasNextPage endCursor } nodes { ... on Node { id } } } }"""
    variables = {"q": f"involves:{login} updated:>={written(reference.period.start)}", "a": None}
    seen: set[str] = set()
    with Emulator(reference) as github:
        while True:
            page = ask(github, query, variables).value["data"]["search"]
            seen |= {node["id"] for node in page["nodes"]}
            variables["a"] = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        assert len(github.requests) == 10
    assert len(seen) == 1000 < page["issueCount"]


def test_a_search_sees_what_came_since(workload: Workload) -> None:
    fresh = Workload.small()
    with Emulator(fresh) as github:
        query = "query($q: String!) { search(query: $q, type: ISSUE, first: 1) { issueCount } }"
        variables = {"q": f"commenter:{fresh.members[2].account.login}"}
        before = ask(github, query, variables).value["data"]["search"]["issueCount"]
        thread = next(thread for thread in fresh.others if not thread.events)
        fresh.comment(thread, fresh.members[2], thread.updated_at + timedelta(days=1))
        assert ask(github, query, variables).value["data"]["search"]["issueCount"] == before + 1


def test_a_hundred_threads_are_answered_in_well_under_a_second(reference: Workload) -> None:
    ids = [node_id(thread) for thread in worked(reference)[:100]]
    with Emulator(reference) as github:
        start = time.perf_counter()
        answer = ask(github, HYDRATE % ("createdAt", "submittedAt comments { totalCount }"), {"ids": ids})
        assert time.perf_counter() - start < 0.8
        assert len(answer.value["data"]["nodes"]) == 100
        assert github.requests[0].ids == ids


def test_a_connection_is_kept_open(github: Emulator) -> None:
    connection = http.client.HTTPConnection(github.url.removeprefix("http://"))
    headers = {"Authorization": f"token {github.token}"}
    used = []
    for path in ("/graphql", "/api/graphql"):
        connection.request("POST", path, json.dumps({"query": "{ viewer { login } }"}), headers)
        assert connection.getresponse().read()
        used.append(connection.sock)
    assert used[0] is used[1] is not None
    connection.close()


def test_an_enterprise_server_answers_below_its_own_paths(github: Emulator) -> None:
    assert send(github, "GET", "/api/v3/user", None, github.token).value["login"] == "ada-example"
    answer = send(github, "POST", "/api/graphql", '{"query": "{ viewer { login } }"}', github.token)
    assert answer.value["data"]["viewer"]["login"] == "ada-example"


IDS = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"


def eight(workload: Workload) -> list[dict[str, str]]:
    return [{"id": node_id(thread)} for thread in list(workload.pairs)[:8]]


def ask_for_eight(workload: Workload, github: Emulator) -> Response:
    return ask(github, IDS, {"ids": [one["id"] for one in eight(workload)]})


@pytest.mark.parametrize(
    ("name", "looks"),
    [
        ("secondary_limit", lambda answer: answer.status == 403 and answer.headers["Retry-After"] == "1"),
        ("rate_limited_200", lambda answer: answer.value["errors"][0]["type"] == "RATE_LIMITED"),
        ("unauthorized_midway", lambda answer: answer.status == 401),
        ("invalid_json", lambda answer: answer.status == 200 and is_broken(answer.body)),
        ("partial_errors", lambda answer: answer.value["data"]["nodes"][6:] == [None, None]),
        ("budget_runs_out", lambda answer: answer.headers["X-RateLimit-Remaining"] == "0"),
    ],
)
def test_a_trap_springs_at_its_request_and_once(
    workload: Workload, name: str, looks: Callable[[Response], bool]
) -> None:
    with Emulator(workload, {name: 2}) as github:
        first, second = ask_for_eight(workload, github), ask_for_eight(workload, github)
        assert github.sprung == [name]
        assert first.value["data"]["nodes"] == eight(workload)
        assert looks(second)
        if second.headers.get("X-RateLimit-Remaining") == "0":
            # What the header says is long enough.
            time.sleep(max(int(second.headers["X-RateLimit-Reset"]) - time.time(), 0))
        assert ask_for_eight(workload, github).value["data"]["nodes"] == eight(workload)


def test_a_slow_answer_is_whole(workload: Workload) -> None:
    with Emulator(workload, {"slow": 1}, slowness=0.3) as github:
        begun = time.monotonic()
        assert ask_for_eight(workload, github).value["data"]["nodes"] == eight(workload)
        assert time.monotonic() - begun > 0.3


def is_broken(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return True
    return False


def test_a_page_of_a_hundred_is_a_bad_gateway_and_fifty_are_not(workload: Workload) -> None:
    things = [node_id(thing) for thing in workload.threads[:51]]
    with Emulator(workload, {"bad_gateway_on_100"}) as github:
        statuses = [ask(github, IDS, {"ids": things[:size]}).status for size in (51, 51, 50)]
        assert statuses == [502, 502, 200]


def test_a_body_that_breaks_off_is_a_reset_connection(workload: Workload) -> None:
    with Emulator(workload, {"reset_mid_body": 1}) as github:
        with pytest.raises((ConnectionError, http.client.IncompleteRead)):
            ask(github, "{ viewer { login } }")
        assert ask(github, "{ viewer { login } }").status == 200


def test_of_several_traps_one_springs_at_a_time() -> None:
    traps = Traps(["secondary_limit", "rate_limited_200", "slow"])
    calls = [Call(number, "POST", "/graphql", {}, {}, {}) for number in range(1, 9)]
    assert [traps.next(call) is not None for call in calls] == [False, True, True, False, False, True, False, False]


def test_the_budget_comes_back(workload: Workload) -> None:
    with Emulator(workload) as github:
        github.budget.exhaust(0.2)
        assert "errors" in ask(github, "{ viewer { login } }").value
        time.sleep(0.3)
        assert "errors" not in ask(github, "{ viewer { login } }").value


def test_what_comes_after_an_answer_is_told(workload: Workload) -> None:
    numbers: list[int] = []
    with Emulator(workload, after=numbers.append) as github:
        for _ in range(3):
            ask(github, "{ viewer { login } }")
        until = time.monotonic() + 2
        while len(numbers) < 3 and time.monotonic() < until:
            time.sleep(0.01)
    assert numbers == [1, 2, 3]


def test_a_cursor_that_no_page_gave_is_refused() -> None:
    with pytest.raises(GitHubError, match="valid cursor"):
        position("nonsense")


def test_the_emulator_is_a_tool_of_its_own(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.github", "--port", "0", "--small", "--organisation", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]) as process:
        try:
            assert process.stdout
            said = process.stdout.readline()
            url = re.search(r"http://127\.0\.0\.1:\d+", said)
            assert url, said
            assert Organisation.read(tmp_path / "contribkit.toml").sources["github"]["api_url"] == url[0]
            with pytest.raises(HTTPError, match="401") as refused:
                urlopen(f"{url[0]}/user", timeout=5)
            refused.value.close()
        finally:
            process.terminate()
