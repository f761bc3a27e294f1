"""The emulator serves what there is, to whom may see it, on connections that stay open."""

import http.client
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from click.testing import CliRunner

from contribkit import Organisation
from tests.github.__main__ import main
from tests.github.client import ask, send
from tests.github.emulator import Emulator
from tests.github.graphql.connection import position
from tests.github.graphql.errors import GitHubError
from tests.github.model import Thread
from tests.github.names import node_id
from tests.github.traps import TRAPS
from tests.github.workload import Workload

pytestmark = pytest.mark.usefixtures("github_schema")


def worked(workload: Workload, pull_requests: bool = True) -> list[Thread]:
    return [thread for thread in workload.pairs if thread.is_pull_request is pull_requests]


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
    assert moved.transferred_from
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


HYDRATE = """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on PullRequest { title body author { login } createdAt
  labels(first: 20) { nodes { name } } comments(first: 100) { nodes { body author { login } createdAt url } }
  files(first: 100) { nodes { path } } reviews(first: 50) { nodes { state submittedAt comments { totalCount } } }
  timelineItems(first: 100) { nodes { ... on LabeledEvent { createdAt actor { login } label { name } } } } } } }"""


def test_a_hundred_threads_cost_well_under_a_second(reference_workload: Workload) -> None:
    ids = [node_id(thread) for thread in worked(reference_workload)[:100]]
    with Emulator(reference_workload) as github:
        start = time.process_time()  # of all threads: others on this machine do not count
        answer = ask(github, HYDRATE, {"ids": ids})
        assert time.process_time() - start < 0.8
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


def test_what_comes_after_an_answer_is_told(workload: Workload) -> None:
    numbers: list[int] = []
    with Emulator(workload, after=numbers.append) as github:
        for _ in range(3):
            ask(github, "{ viewer { login } }")
        until = time.monotonic() + 60
        while len(numbers) < 3 and time.monotonic() < until:
            time.sleep(0.01)
    assert numbers == [1, 2, 3]


def test_a_cursor_that_no_page_gave_is_refused() -> None:
    with pytest.raises(GitHubError, match="valid cursor"):
        position("nonsense")


def test_the_emulator_is_a_tool_of_its_own(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.github", "--port", "0", "--small", "--organisation", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        try:
            assert process.stdout
            said = process.stdout.readline()
            url = re.search(r"http://127\.0\.0\.1:\d+", said)
            assert url, said
            assert Organisation.read(tmp_path / "contribkit.toml").sources["github"]["api_url"] == url[0]
            with pytest.raises(HTTPError, match="401") as refused:
                urlopen(f"{url[0]}/user", timeout=60)
            refused.value.close()
        finally:
            process.terminate()


def test_the_help_explains_every_trap() -> None:
    shown = CliRunner().invoke(main, ["--help"], terminal_width=200).output
    for name, trap in TRAPS.items():
        assert f"--trap {name}=" in shown
        assert trap.says.endswith(".")
        assert " ".join(trap.says.split()[:4]) in " ".join(shown.split())


@pytest.mark.parametrize(
    ("given", "said"), [("nonsense", "there is no trap 'nonsense'"), ("outage=soon", "'soon' is not a number")]
)
def test_a_trap_that_cannot_be_is_refused_with_a_sentence(given: str, said: str) -> None:
    refused = CliRunner().invoke(main, ["--trap", given])
    assert refused.exit_code == 2
    assert said in refused.output


def test_the_readme_names_only_what_there_is() -> None:
    text = (Path(__file__).parent / "README.md").read_text(encoding="utf-8")
    for name in re.findall(r"--trap (\w+)|\"(\w+)\": \d", text):
        assert any(part in TRAPS for part in name)
