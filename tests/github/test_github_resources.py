"""A query that asks too much is answered in part, in each of the four forms that were seen."""

from typing import Any

import pytest

from tests.github.client import ask
from tests.github.emulator import Emulator
from tests.github.model import Thread
from tests.github.names import node_id
from tests.github.workload import Workload

pytestmark = pytest.mark.usefixtures("github_schema")

KIND, SAID = "RESOURCE_LIMITS_EXCEEDED", "Resource limits for this query exceeded."
PAGE = 1 / 9  # of a heavy node: what each pull request is asked for
PAGES = """query($a: [ID!]!, $b: [ID!]!) {
    a: nodes(ids: $a) { ... on PullRequest { id comments(first: 50) { totalCount } } }
    b: nodes(ids: $b) { ... on PullRequest { id title reviews(first: 50) { totalCount } number labels(first: 0) {
        totalCount } comments { totalCount } } } }"""


@pytest.fixture
def pulls(workload: Workload) -> list[Thread]:
    return [thread for thread in workload.pairs if thread.is_pull_request][:6]


def answer(workload: Workload, pulls: list[Thread], trap: str, most: int) -> Any:
    with Emulator(workload, {trap: most * PAGE}) as github:
        ids = [node_id(pull) for pull in pulls]
        told = ask(github, PAGES, {"a": ids[:3], "b": ids[3:]})
        assert told.status == 200
        assert github.sprung == ([trap] if most < len(pulls) else [])
        return told.value


def without_locations(errors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in error.items() if name != "locations"} for error in errors]


def test_a_query_within_the_budget_is_answered_whole(workload: Workload, pulls: list[Thread]) -> None:
    told = answer(workload, pulls, "resource_limits", 6)
    assert "errors" not in told
    assert None not in (*told["data"]["a"], *told["data"]["b"])


def test_the_budget_is_used_up_alias_by_alias_and_the_rest_is_null(workload: Workload, pulls: list[Thread]) -> None:
    told = answer(workload, pulls, "resource_limits", 2)
    assert [bool(one) for one in told["data"]["a"]] == [True, True, False]
    assert told["data"]["b"] == [None, None, None]
    assert without_locations(told["errors"]) == [{"type": KIND, "path": ["a", 2, "comments"], "message": SAID}]


def test_nulls_climb_only_as_far_as_the_schema_says(workload: Workload, pulls: list[Thread]) -> None:
    told = answer(workload, pulls, "resource_limits", 4)
    # Reviews and labels may be null, so the pull request is there without them; its comments may not: it would go too.
    assert told["data"]["b"][0]["reviews"]
    assert told["data"]["b"][1:] == [None, None]
    query = (
        "query($i: [ID!]!) { nodes(ids: $i) { ... on PullRequest { title reviews(first: 50) { totalCount } number } } }"
    )
    with Emulator(workload, {"resource_limits": PAGE}) as github:
        found = ask(github, query, {"i": [node_id(pull) for pull in pulls[:3]]}).value["data"]["nodes"]
    second = {"title": pulls[1].title, "reviews": None, "number": pulls[1].number}
    assert found[1:] == [second, None]


def test_an_error_at_each_null(workload: Workload, pulls: list[Thread]) -> None:
    told = answer(workload, pulls, "resource_limits_each", 2)
    assert [error["path"][:2] for error in told["errors"]] == [["a", 2], ["b", 0], ["b", 1], ["b", 2]]
    assert {(error["type"], error["message"]) for error in told["errors"]} == {(KIND, SAID)}


def test_an_error_without_a_path(workload: Workload, pulls: list[Thread]) -> None:
    told = answer(workload, pulls, "resource_limits_no_path", 2)
    assert without_locations(told["errors"]) == [{"type": KIND, "message": SAID}]
    assert told["data"]["a"][2] is None


def test_null_data_with_a_path_in_the_error(workload: Workload, pulls: list[Thread]) -> None:
    told = answer(workload, pulls, "resource_limits_data_null", 2)
    assert told["data"] is None
    assert without_locations(told["errors"]) == [{"type": KIND, "path": ["a", 2, "comments"], "message": SAID}]


def test_a_search_may_not_be_null_so_it_takes_everything_with_it(workload: Workload) -> None:
    search = 'search(query: "is:pr", type: ISSUE, first: 50) { issueCount }'
    query = f"{{ a: {search} b: {search} }}"
    with Emulator(workload, {"resource_limits": PAGE}) as github:
        told = ask(github, query).value
    assert told["data"] is None
    assert without_locations(told["errors"]) == [{"type": KIND, "path": ["b"], "message": SAID}]


def test_of_several_forms_each_has_its_turn_and_the_least_budget_counts(
    workload: Workload, pulls: list[Thread]
) -> None:
    traps = {"resource_limits": 50, "resource_limits_data_null": 2 * PAGE}
    with Emulator(workload, traps) as github:
        ids = [node_id(pull) for pull in pulls]
        told = [ask(github, PAGES, {"a": ids[:3], "b": ids[3:]}).value["data"] for _ in range(3)]
    assert [one is None for one in told] == [False, True, False]
    assert told[0]["a"][2] is None


def test_connections_count_by_their_size(workload: Workload, pulls: list[Thread]) -> None:
    query = "query($i: [ID!]!) { nodes(ids: $i) { ... on PullRequest { id %s } } }"
    nine = " ".join(f"c{number}: comments(first: 50) {{ totalCount }}" for number in range(9))
    few = "comments(first: 25) { totalCount }"
    with Emulator(workload, {"resource_limits": 2}) as github:
        ids = {"i": [node_id(pull) for pull in pulls]}
        heavy, light = (ask(github, query % asked, ids).value for asked in (nine, few))
    assert [bool(one) for one in heavy["data"]["nodes"]] == [True, True, False, False, False, False]
    assert "errors" not in light
