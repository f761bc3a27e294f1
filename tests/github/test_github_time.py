"""The emulator's clock, how long queries take by its model, outages, and who does not wait."""

import time

import pytest
from graphql import parse

from tests.github.client import ask, get
from tests.github.emulator import Emulator
from tests.github.graphql.cost import cost
from tests.github.graphql.schema import schema
from tests.github.names import node_id
from tests.github.workload import Workload

pytestmark = pytest.mark.usefixtures("github_schema")

# Nine connections, as in the measured query.
NINE = " ".join(
    f"{name}(first: 10) {{ nodes {{ __typename }} }}"
    for name in (
        "labels", "assignees", "participants", "comments", "reviews", "files", "commits", "timelineItems",
        "closingIssuesReferences",
    )
)  # fmt: skip
NODES = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on PullRequest {{ {NINE} }} }} }}"
SEARCH = f"""query($first: Int!) {{ search(query: "is:pr", type: ISSUE, first: $first) {{
    nodes {{ ... on PullRequest {{ {NINE} }} }} }} }}"""


def work(query: str, **variables: object) -> float:
    return cost(schema(), parse(query), variables).work


@pytest.mark.parametrize(("count", "seconds"), [(25, 2.45), (50, 4.9), (100, 9.8)])
def test_pull_requests_take_as_long_as_was_measured(count: int, seconds: float) -> None:
    assert work(NODES, ids=["x"] * count) == pytest.approx(seconds)


def test_twenty_five_heavy_hits_of_a_search_are_fine_and_fifty_are_too_much() -> None:
    assert work(SEARCH, first=25) < 6 < work(SEARCH, first=50)


def test_ids_cost_next_to_nothing() -> None:
    assert work("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=["x"] * 100) == 0


def test_a_query_that_takes_too_long_is_a_bad_gateway_and_charged_twice(workload: Workload) -> None:
    ids = [node_id(thread) for thread in workload.threads if thread.is_pull_request]
    with Emulator(workload, {"work": 2.5}) as github:
        answers = [ask(github, NODES, {"ids": (ids * 9)[:count]}) for count in (25, 50)]
        assert [one.status for one in answers] == [200, 502]
        assert answers[1].value["data"] is None
        assert "This may be the result of a timeout" in answers[1].value["errors"][0]["message"]
        assert [request.work for request in github.requests] == pytest.approx([2.45, 4.9])
        assert github.points == 2 + 2 * 4
        assert github.sprung == ["work"]


def test_an_outage_ends_by_the_clock(workload: Workload) -> None:
    with Emulator(workload, {"outage": 60}) as github:
        statuses = [ask(github, "{ viewer { login } }").status, get(github, "/user").status]
        github.clock.sleep(59)
        statuses.append(ask(github, "{ viewer { login } }").status)
        github.clock.sleep(1)
        statuses.append(ask(github, "{ viewer { login } }").status)
        assert statuses == [502, 502, 502, 200]
        assert github.clock.paused == 60


def test_who_does_not_pause_after_a_failure_is_noticed(workload: Workload) -> None:
    with Emulator(workload, {"outage": 2.5}) as github:
        for pause in (0, 0.2, 1, 2, 0):
            github.clock.sleep(pause)
            ask(github, "{ viewer { login } }")
        assert [request.status for request in github.requests] == [502, 502, 502, 200, 200]
        assert github.hurried == [2]


@pytest.mark.parametrize(
    ("trap", "long_enough"), [("secondary_limit", 1), ("secondary_limit_date", 2), ("secondary_limit_silent", 60)]
)
def test_who_does_not_wait_for_a_secondary_limit_is_noticed(workload: Workload, trap: str, long_enough: float) -> None:
    for pause, hurried in ((long_enough, []), (long_enough / 4, [2])):
        with Emulator(workload, {trap: 1}) as github:
            ask(github, "{ viewer { login } }")
            github.clock.sleep(pause)
            ask(github, "{ viewer { login } }")
            assert github.hurried == hurried


def test_the_reset_of_the_points_and_the_date_are_times_of_the_emulators_clock(workload: Workload) -> None:
    with Emulator(workload) as github:
        github.clock.advance(5 * 3600)
        github.budget.exhaust(60)
        refused = ask(github, "{ viewer { login } }")
        assert refused.value["errors"][0]["type"] == "RATE_LIMITED"
        hours = (int(refused.headers["X-RateLimit-Reset"]) - time.time()) / 3600
        assert 5 < hours < 5.1
        github.clock.sleep(61)
        assert "errors" not in ask(github, "{ viewer { login } }").value
        assert github.hurried == []


def test_the_token_of_actions_has_a_thousand_points(workload: Workload) -> None:
    with Emulator(workload, ["points"]) as github:
        assert ask(github, "{ rateLimit { limit } }").value["data"]["rateLimit"]["limit"] == 1000


def test_a_client_in_another_process_moves_the_clock_on_too(workload: Workload) -> None:
    with Emulator(workload, {"outage": 60}) as github:
        assert ask(github, "{ viewer { login } }").status == 502
        get(github, "/_emulator/sleep?seconds=60")
        assert ask(github, "{ viewer { login } }").status == 200
        assert len(github.requests) == 2


def test_what_is_read_with_its_comments_is_remembered_once_whatever_its_pages(workload: Workload) -> None:
    ids = [node_id(thread) for thread in workload.pairs if thread.is_pull_request][:3]
    query = """query($i: [ID!]!, $before: String) { nodes(ids: $i) { ... on PullRequest {
        comments(last: 1, before: $before) { totalCount pageInfo { startCursor } } } } }"""
    with Emulator(workload) as github:
        page = ask(github, query, {"i": ids}).value["data"]["nodes"][0]["comments"]
        ask(github, query, {"i": ids[:1], "before": page["pageInfo"]["startCursor"] or "Y3Vyc29yOjE="})
        ask(github, "query($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": ids})
        assert [list(request.read) for request in github.requests] == [ids, [], []]
