"""GitHub's price list: points, what it refuses before it runs anything, and what it says is left."""

import pytest
from graphql import parse

from tests.github.client import ask, get
from tests.github.emulator import Emulator
from tests.github.graphql.cost import cost
from tests.github.graphql.schema import schema
from tests.github.workload import Workload

pytestmark = pytest.mark.usefixtures("github_schema")


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
    github: Emulator, query: str, variables: dict[str, object], kind: str, said: str
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


def test_a_query_of_too_many_nodes_is_a_bad_gateway_and_charged_twice(workload: Workload) -> None:
    with Emulator(workload, most_nodes=99) as github:
        answer = ask(github, "{ viewer { repositories(first: 100) { nodes { id } } } }")
        assert (answer.status, github.points) == (502, 2)


def test_headers_and_query_say_what_is_left(github: Emulator) -> None:
    before = github.clock.now()
    answer = ask(github, "{ rateLimit { cost limit remaining used } }")
    assert answer.value["data"]["rateLimit"] == {"cost": 1, "limit": 5000, "remaining": 4999, "used": 1}
    assert answer.headers["X-RateLimit-Remaining"] == "4999"
    assert answer.headers["X-RateLimit-Resource"] == "graphql"
    assert answer.headers["X-RateLimit-Reset"] == str(int(github.budget.resets_at) + 1)
    assert github.budget.resets_at - 3600 <= before
    assert get(github, "/rate_limit").value["resources"]["graphql"]["remaining"] == 4999


def test_who_has_no_points_left_is_told_so_with_status_200(github: Emulator) -> None:
    github.budget.used = github.budget.limit
    answer = ask(github, "{ viewer { login } }")
    assert answer.status == 200
    assert answer.value["errors"][0]["type"] == "RATE_LIMITED"
    assert answer.headers["X-RateLimit-Remaining"] == "0"


def test_the_budget_comes_back(workload: Workload) -> None:
    with Emulator(workload) as github:
        github.budget.exhaust(60)
        assert "errors" in ask(github, "{ viewer { login } }").value
        github.clock.advance(60)
        assert "errors" not in ask(github, "{ viewer { login } }").value
